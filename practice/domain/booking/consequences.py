"""From a change of a booking to the fact it is, and to everything that must follow: pure tables."""

from collections.abc import Mapping
from enum import StrEnum

from practice.domain.booking.status import Status


class Fact(StrEnum):
    CONFIRMED = "confirmed"
    REQUESTED = "requested"
    APPROVED = "approved"
    MOVED = "moved"
    REQUEST_MOVED = "request_moved"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    EXPIRED = "expired"
    LAPSED = "lapsed"


# What letters are about that no change of a booking causes.
SIGN_IN = "sign_in"
REMINDER = "reminder"
FEEDBACK = "feedback"
SUMMARY = "daily_summary"


class Effect(StrEnum):
    """What leaves the house: a row of the outbox each, retried alone."""

    LETTER_TO_CLIENT = "letter_to_client"
    LETTER_TO_THERAPIST = "letter_to_therapist"
    CALENDAR_EVENT = "calendar_event"
    # Nothing of a booking: the daily summary on the telephone.
    CHAT_TO_THERAPIST = "chat_to_therapist"


class Notice(StrEnum):
    """What is written in the house, in the transaction of the fact itself."""

    FOR_CLIENT = "client"
    FOR_THERAPIST = "therapist"


class Follows(frozenset[Effect | Notice]):
    """What follows from one fact."""

    @property
    def effects(self) -> list[Effect]:
        return [one for one in Effect if one in self]

    @property
    def notices(self) -> list[Notice]:
        return [one for one in Notice if one in self]


_LETTERS = (Effect.LETTER_TO_CLIENT, Effect.LETTER_TO_THERAPIST)
_NOTICES = (Notice.FOR_CLIENT, Notice.FOR_THERAPIST)

# A time that was never certain has no event in a calendar; one that was has it changed or removed.
FOLLOWS: Mapping[Fact, Follows] = {
    Fact.CONFIRMED: Follows([*_LETTERS, Effect.CALENDAR_EVENT, *_NOTICES]),
    Fact.REQUESTED: Follows([*_LETTERS, *_NOTICES]),
    Fact.APPROVED: Follows([Effect.LETTER_TO_CLIENT, Notice.FOR_CLIENT]),
    Fact.MOVED: Follows([*_LETTERS, Effect.CALENDAR_EVENT, *_NOTICES]),
    Fact.REQUEST_MOVED: Follows([*_LETTERS, *_NOTICES]),
    Fact.CANCELLED: Follows([*_LETTERS, Effect.CALENDAR_EVENT, *_NOTICES]),
    Fact.WITHDRAWN: Follows([*_LETTERS, *_NOTICES]),
    Fact.DECLINED: Follows([Effect.LETTER_TO_CLIENT, Notice.FOR_CLIENT]),
    Fact.EXPIRED: Follows([Effect.LETTER_TO_CLIENT, *_NOTICES]),
    Fact.LAPSED: Follows([Notice.FOR_CLIENT]),
}

# What a change means to those who wait for it. What is not here is nobody's news: a hold that was
# just made or given back, a session that was held or missed.
FACTS: Mapping[tuple[Status | None, Status], Fact] = {
    (None, Status.CONFIRMED): Fact.CONFIRMED,
    (None, Status.REQUESTED): Fact.REQUESTED,
    (Status.REQUESTED, Status.CONFIRMED): Fact.CONFIRMED,
    (Status.HELD, Status.CONFIRMED): Fact.CONFIRMED,
    (Status.EXPIRED, Status.CONFIRMED): Fact.CONFIRMED,
    (Status.REQUESTED, Status.HELD): Fact.APPROVED,
    (Status.REQUESTED, Status.DECLINED): Fact.DECLINED,
    (Status.REQUESTED, Status.CANCELLED): Fact.WITHDRAWN,
    (Status.REQUESTED, Status.EXPIRED): Fact.EXPIRED,
    (Status.HELD, Status.EXPIRED): Fact.LAPSED,
    (Status.CONFIRMED, Status.CANCELLED): Fact.CANCELLED,
}


def of(fact: Fact) -> Follows:
    return FOLLOWS[fact]
