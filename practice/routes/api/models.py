"""What goes over the wire, strictly: nothing unknown, nothing converted, nothing without end."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from practice.domain.bookings import Place, Status
from practice.domain.errors import N_, Invalid

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SessionTypeAnswer(Answer):
    slug: str
    name: str
    minutes: int
    price_cents: int
    currency: str
    places: list[Place]
    capacity: int
    locked: bool
    why: str | None = Field(description="Why it is locked and what opens it, for a person.")


class SessionTypesAnswer(Answer):
    session_types: list[SessionTypeAnswer]
    privacy_version: str | None = Field(description="The version a booking has to agree to.")


class SlotAnswer(Answer):
    start: datetime
    end: datetime
    remaining: int = Field(description="Places left; more than one only in groups.")


class SlotsAnswer(Answer):
    time_zone: str
    slots: list[SlotAnswer]


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
    name: str = Field(min_length=1, max_length=400)
    email: str = Field(min_length=1, max_length=400, examples=["giulia@example.org"])
    phone: str = Field(min_length=1, max_length=60, examples=["+39 040 123456"])
    time_zone: str = Field(min_length=1, max_length=80, examples=["Europe/Rome"])
    language: str | None = Field(default=None, pattern="^(en|it)$")
    place: Annotated[Place, Field(strict=False)] | None = Field(
        default=None, description="Needed where the session type offers more than one."
    )
    note: str | None = Field(default=None, max_length=5000)
    privacy_version: str = Field(min_length=1, max_length=80)
    website: str | None = Field(default=None, max_length=2000, description="Leave it empty.")

    def starts_at(self) -> datetime:
        """An instant needs its offset: nobody here guesses a zone."""
        reason = N_("Please send an instant with its offset, like 2026-11-24T09:00:00+01:00.")
        try:
            found = datetime.fromisoformat(self.start).astimezone(UTC)
            if datetime.fromisoformat(self.start).tzinfo is None:
                raise Invalid({"start": reason})
        except (ValueError, OverflowError):
            raise Invalid({"start": reason}) from None
        if not EARLIEST < found < LATEST:
            raise Invalid({"start": reason})
        return found


class BookingAnswer(Answer):
    reference: str
    status: Status
    starts_at: datetime
    ends_at: datetime
    manage_url: str | None = None
    checkout_url: str | None = None


class Problem(Answer):
    code: str = Field(examples=["slot_taken"])
    message: str = Field(description="For a person, in the language of the request.")
    details: dict[str, Any] = Field(
        description="For a program: the alternatives of a taken slot, or each wrong field."
    )


class ProblemAnswer(Answer):
    error: Problem
