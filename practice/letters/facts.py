"""What a letter may know. There is no field for a note, a reason or a participant's name."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from practice.domain.booking.policy import Charge
from practice.domain.booking.status import Place
from practice.domain.content import CrisisLine
from practice.letters.one_line import headline, plain_name


class Sort(StrEnum):
    """What the letter calls a booking."""

    CALL = "call"
    SESSION = "session"
    REQUEST = "request"


@dataclass(frozen=True)
class House:
    """The practice: one for all letters; what it says per language is in the reader's."""

    name: str
    therapist: str
    address: tuple[str, ...]
    email: str
    phone: str
    url: str
    zone: str
    # What its own clock is called: nobody in Trieste lives by Rome.
    place: str = ""
    # "within two working days"
    answers: str = ""
    crisis: CrisisLine | None = None


@dataclass(frozen=True)
class Reader:
    """Who opens the letter: what they are called, if that is known, and where their clock hangs."""

    name: str
    email: str
    language: str
    zone: str


@dataclass(frozen=True)
class Times:
    """From when to when; both know their zone."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Booking:
    """One client's place in an appointment, as a letter and a calendar file tell it."""

    id: UUID
    reference: str
    sort: Sort
    # Of the session type, in the reader's language.
    name: str
    times: Times
    place: Place
    charge: Charge
    # Of the calendar entry; it rises with every change that a calendar must hear of.
    sequence: int
    # When these facts were read: letters ask no clock.
    as_of: datetime
    # Where the reader looks at it: the management link, or the therapist's page.
    url: str
    video_link: str = ""
    # Where to come to.
    address: tuple[str, ...] = ()
    # Which the therapist rings.
    phone: str = ""


@dataclass(frozen=True)
class Client:
    """The client, to the therapist: a letter lies open on screens and in other people's servers,
    so it says a first name and an initial, which is enough for her, and nobody's full name."""

    called: str
    initials: str
    zone: str

    @classmethod
    def named(cls, full: str, zone: str) -> Self:
        words = headline(full).split()
        initials = " ".join(f"{word[0].upper()}." for word in (*words[:1], *words[1:][-1:]))
        called = " ".join((*words[:1], *(f"{word[0].upper()}." for word in words[1:][-1:])))
        return cls(plain_name(called) or initials, initials, zone)


@dataclass(frozen=True)
class Visit:
    """One line of the therapist's day."""

    times: Times
    initials: str
    place: Place


@dataclass(frozen=True)
class Day:
    """What the therapist wants to know in the morning."""

    on: date
    visits: tuple[Visit, ...]
    calls_to_close: int = 0
    requests_waiting: int = 0
    letters_failed: int = 0
    # Days that guests have filled whose e-mail nobody has proven.
    crowded: int = 0
