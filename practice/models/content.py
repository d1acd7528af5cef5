"""What the therapist publishes."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from practice.domain.booking.status import Confirmation, Place, Visibility
from practice.domain.clients.stages import NEEDS
from practice.models.base import Table, Texts, are_texts, identity, instant, one_of, texts


class PassageKind(StrEnum):
    STEP = "step"
    FACT = "fact"
    QUESTION = "question"


class Practice(Table, table=True):
    """The practice and its therapist: one row."""

    __tablename__ = "practice"
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        are_texts("therapist", "kicker", "lede", "story", "address"),
        are_texts("register_entry", "answer_time", "place", name="more_texts"),
        CheckConstraint("max_per_day >= 1", name="max_per_day"),
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country"),
    )

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str
    email: str
    phone: str = ""
    zone: str
    # Whose telephone numbers need no country code.
    country: str
    default_language: str = "en"
    # Sessions of all types together.
    max_per_day: int | None = None
    # The practice's own room for video sessions.
    video_room_url: str | None = None
    therapist: Texts = Field(sa_column=texts())
    kicker: Texts = Field(sa_column=texts())
    lede: Texts = Field(sa_column=texts())
    story: Texts = Field(sa_column=texts())
    address: Texts = Field(sa_column=texts())
    register_entry: Texts = Field(sa_column=texts())
    answer_time: Texts = Field(sa_column=texts())
    place: Texts = Field(sa_column=texts())


class Passage(Table, table=True):
    """A titled piece of text of the home page: a step, a fact, a question with its answer."""

    __tablename__ = "passages"
    __table_args__ = (one_of("kind", PassageKind), are_texts("title", "body"))

    id: UUID = identity()
    kind: str
    position: int
    title: Texts = Field(sa_column=texts())
    body: Texts = Field(sa_column=texts())


class CrisisLine(Table, table=True):
    __tablename__ = "crisis_lines"
    __table_args__ = (are_texts("name", "hours"),)

    id: UUID = identity()
    position: int
    number: str
    name: Texts = Field(sa_column=texts())
    hours: Texts = Field(sa_column=texts())


PLACES = ", ".join(f'"{place}"' for place in Place)


class SessionType(Table, table=True):
    """What can be booked, and on which terms. Lengths are in minutes unless the name says else."""

    __tablename__ = "session_types"
    __table_args__ = (
        one_of("needs", NEEDS),
        one_of("confirmation", Confirmation),
        one_of("visible", Visibility),
        are_texts("name", "summary"),
        CheckConstraint("minutes BETWEEN 5 AND 1440", name="minutes"),
        CheckConstraint("step_minutes BETWEEN 5 AND 1440", name="step"),
        CheckConstraint(
            "buffer_before BETWEEN 0 AND 1440 AND buffer_after BETWEEN 0 AND 1440", name="buffers"
        ),
        CheckConstraint("notice_minutes >= 0 AND horizon_days BETWEEN 1 AND 730", name="window"),
        CheckConstraint("price_cents >= 0", name="price"),
        CheckConstraint("needs <> 'new' OR price_cents = 0", name="call_is_free"),
        CheckConstraint("needs <> 'new' OR capacity = 1", name="call_is_alone"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("capacity >= 1", name="capacity"),
        CheckConstraint("max_per_day >= 1", name="max_per_day"),
        CheckConstraint("reminder_hours >= 1", name="reminder"),
        CheckConstraint("free_hours >= 0 AND late_percent BETWEEN 0 AND 100", name="policy"),
        CheckConstraint(
            f"jsonb_typeof(places) = 'array' AND places <@ '[{PLACES}]' AND places <> '[]'",
            name="places",
        ),
    )

    id: UUID = identity()
    slug: str = Field(unique=True)
    position: int
    minutes: int
    price_cents: int
    currency: str
    needs: str
    name: Texts = Field(sa_column=texts())
    summary: Texts = Field(sa_column=texts())
    # None: the default schedule.
    schedule_id: UUID | None = Field(default=None, foreign_key="schedules.id")
    buffer_before: int = 0
    buffer_after: int = 0
    step_minutes: int = 15
    notice_minutes: int = 0
    horizon_days: int = 60
    max_per_day: int | None = None
    places: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    # More than one: a group, whose appointments the therapist creates.
    capacity: int = 1
    confirmation: str = Confirmation.INSTANT
    free_hours: int = 0
    late_percent: int = 0
    # None: no reminder.
    reminder_hours: int | None = 24
    visible: str = Visibility.PUBLIC
    archived_at: datetime | None = instant(nullable=True)


class Article(Table, table=True):
    """A reading; a draft until it has a date."""

    __tablename__ = "articles"
    __table_args__ = (are_texts("title", "summary", "body"),)

    id: UUID = identity()
    slug: str = Field(unique=True)
    published_on: date | None = None
    title: Texts = Field(sa_column=texts())
    summary: Texts = Field(sa_column=texts())
    body: Texts = Field(sa_column=texts())


class PrivacyText(Table, table=True):
    """A version of the privacy text; consents point at the version they were given to."""

    __tablename__ = "privacy_texts"
    __table_args__ = (are_texts("body"),)

    version: str = Field(primary_key=True)
    effective_on: date
    body: Texts = Field(sa_column=texts())


class ContentRevision(Table, table=True):
    """Rises with every change of the tables above and of the hours (by trigger), so that rendered
    pages and rules can be kept."""

    __tablename__ = "content_revision"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
