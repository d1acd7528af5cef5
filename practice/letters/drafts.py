"""A letter before it is set: its sentences in the order they are read, and what it is called."""

from dataclasses import dataclass
from enum import StrEnum

from practice.domain.letters import Attachment


class Kind(StrEnum):
    CALL_CONFIRMED = "call_confirmed"
    SESSION_CONFIRMED = "session_confirmed"
    REQUESTED = "requested"
    DECLINED = "declined"
    EXPIRED = "expired"
    MOVED = "moved"
    CANCELLED = "cancelled"
    REMINDER = "reminder"
    FEEDBACK_REQUEST = "feedback_request"
    SIGN_IN = "sign_in"
    NEW_BOOKING = "new_booking"
    NEW_REQUEST = "new_request"
    BOOKING_MOVED = "booking_moved"
    BOOKING_CANCELLED = "booking_cancelled"
    DAILY_SUMMARY = "daily_summary"


@dataclass(frozen=True)
class Plate:
    """The appointment, large: nobody should have to look for the time."""

    # As programs read it.
    on: str
    weekday: str
    date: str
    hours: str
    lines: tuple[str, ...]
    # The time that no longer holds.
    before: str = ""
    is_off: bool = False


@dataclass(frozen=True)
class Button:
    """The one thing to do. Bare shows the address too, for programs that open no links."""

    label: str
    url: str
    remark: str = ""
    is_bare: bool = False


@dataclass(frozen=True)
class Row:
    """Something else one may do or should know, under its own small heading."""

    heading: str
    link: str = ""
    url: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Line:
    """One line of a day."""

    time: str
    who: str
    how: str


@dataclass(frozen=True)
class Colophon:
    """What stands beneath every letter."""

    why: str
    urgent: str
    address: str
    reach: str
    privacy: str


@dataclass(frozen=True)
class Draft:
    """Subject and preheader show on locked screens: a time and a place, never a name or a price."""

    subject: str
    preheader: str
    title: str
    button: Button
    # Why this letter came, at its foot.
    reason: str
    greeting: str = ""
    paragraphs: tuple[str, ...] = ()
    plate: Plate | None = None
    lines: tuple[Line, ...] = ()
    rows: tuple[Row, ...] = ()
    closing: str = ""
    reference: str = ""
    is_for_therapist: bool = False
    attachments: tuple[Attachment, ...] = ()
