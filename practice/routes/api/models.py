"""What goes over the wire, strictly: nothing unknown, nothing converted, nothing without end."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from practice.domain import inputs
from practice.domain.availability import hours
from practice.domain.booking.status import Place, Status

EARLIEST = datetime(hours.OUR_TIMES.start, 1, 1, tzinfo=UTC)


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SessionTypeAnswer(Answer):
    slug: str = Field(description="How the other calls name it.", examples=["discovery"])
    name: str = Field(description="For a person, in the language of the request.")
    minutes: int = Field(description="How long the session takes.")
    price_cents: int = Field(description="In the smallest unit of the currency; 0 is free.")
    currency: str = Field(examples=["EUR"])
    places: list[Place] = Field(description="Where it can be; a booking chooses one.")
    capacity: int = Field(description="People in one session; more than one is a group.")
    locked: bool = Field(description="Whether the asker cannot book it now.")
    why: str | None = Field(description="Why it is locked and what opens it, for a person.")


class SessionTypesAnswer(Answer):
    session_types: list[SessionTypeAnswer]
    privacy_version: str | None = Field(description="The version a booking has to agree to.")


class SlotAnswer(Answer):
    start: datetime = Field(description="Send it back as it is to book this time.")
    end: datetime
    remaining: int = Field(description="Places left; more than one only in groups.")


class SlotsAnswer(Answer):
    time_zone: str = Field(description="The zone that was asked for.")
    slots: list[SlotAnswer] = Field(description="Ordered by their start.")


class BookingRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    session_type: str = Field(min_length=1, max_length=80, examples=["discovery"])
    start: str = Field(
        min_length=1,
        max_length=40,
        description="An instant with its offset, as /api/slots gave it.",
        examples=["2026-11-24T09:00:00+01:00"],
        json_schema_extra={"format": "date-time"},
    )
    name: str = Field(min_length=1, max_length=400, examples=["Giulia Ferri"])
    email: str = Field(min_length=1, max_length=400, examples=["giulia@example.org"])
    phone: str = Field(min_length=1, max_length=60, examples=["+39 040 123456"])
    time_zone: str = Field(min_length=1, max_length=80, examples=["Europe/Rome"])
    language: Literal["en", "it"] | None = Field(
        default=None, description="Of the letters; else the language of the request."
    )
    place: Annotated[Place, Field(strict=False)] | None = Field(
        default=None, description="Needed where the session type offers more than one."
    )
    note: str | None = Field(
        default=None, max_length=5000, description="For the therapist's eyes; kept encrypted."
    )
    privacy_version: str = Field(
        min_length=1,
        max_length=80,
        description="The version that was read and agreed to, as /api/session-types names it.",
    )
    website: str | None = Field(default=None, max_length=2000, description="Leave it empty.")

    def starts_at(self) -> datetime:
        return inputs.instant("start", self.start)


class BookingAnswer(Answer):
    reference: str = Field(
        description="For the telephone; it opens nothing.", examples=["KPT-493-RW"]
    )
    status: Status = Field(description="confirmed, held until it is paid, or requested.")
    starts_at: datetime
    ends_at: datetime
    manage_url: str | None = Field(description="Where the person can move or cancel it.")
    checkout_url: str | None = Field(description="Where to pay; null when nothing is due.")


class Problem(Answer):
    code: str = Field(
        description=(
            "slot_taken, discovery_required, discovery_open, hold_open, invalid, "
            "idempotency_mismatch, too_many, busy, not_found, too_large and other words like them."
        ),
        examples=["slot_taken"],
    )
    message: str = Field(description="For a person, in the language of the request.")
    details: dict[str, Any] = Field(
        description="For a program: the alternatives of a taken slot, or each wrong field."
    )


class ProblemAnswer(Answer):
    error: Problem
