"""The address of a booking's feedback page."""

from practice import settings, vault
from practice.domain import links
from practice.models.booking import Booking


def url(booking: Booking) -> str:
    token = links.feedback_token(vault.ring().newest.linking, booking.id)
    return f"{settings.current().public_url}/feedback/{booking.reference}/{token}"
