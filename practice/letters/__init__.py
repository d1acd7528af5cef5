"""Letters and calendar files: facts in, bytes out. No database, and no clock of its own."""

from practice.domain.letters import Attachment, Letter
from practice.letters.around_a_session import feedback_request, reminder
from practice.letters.changed import cancelled, moved
from practice.letters.confirmed import (
    call_confirmed,
    declined,
    expired,
    requested,
    session_confirmed,
)
from practice.letters.drafts import Kind
from practice.letters.facts import Booking, Client, Day, House, Reader, Sort, Times, Visit
from practice.letters.one_line import headline
from practice.letters.sign_in import sign_in
from practice.letters.therapist import (
    booking_cancelled,
    booking_moved,
    daily_summary,
    new_booking,
    new_request,
)

__all__ = [
    "Attachment",
    "Booking",
    "Client",
    "Day",
    "House",
    "Kind",
    "Letter",
    "Reader",
    "Sort",
    "Times",
    "Visit",
    "booking_cancelled",
    "booking_moved",
    "call_confirmed",
    "cancelled",
    "daily_summary",
    "declined",
    "expired",
    "feedback_request",
    "headline",
    "moved",
    "new_booking",
    "new_request",
    "reminder",
    "requested",
    "session_confirmed",
    "sign_in",
]
