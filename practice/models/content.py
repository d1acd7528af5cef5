"""What the therapist publishes."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, text
from sqlmodel import Field

from practice.domain.journey import Stage
from practice.models.base import Table, Texts, are_texts, texts


class PassageKind(StrEnum):
    STEP = "step"
    FACT = "fact"
    QUESTION = "question"


def _one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _id() -> Any:
    return Field(
        default=None, primary_key=True, sa_column_kwargs={"server_default": text("uuidv7()")}
    )


class Practice(Table, table=True):
    """The practice and its therapist: one row."""

    __tablename__ = "practice"
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        are_texts("therapist", "kicker", "lede", "story", "address"),
        are_texts("register_entry", "answer_time", "place", name="more_texts"),
    )

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str
    email: str
    phone: str = ""
    zone: str
    default_language: str = "en"
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
    __table_args__ = (_one_of("kind", PassageKind), are_texts("title", "body"))

    id: UUID = _id()
    kind: str
    position: int
    title: Texts = Field(sa_column=texts())
    body: Texts = Field(sa_column=texts())


class CrisisLine(Table, table=True):
    __tablename__ = "crisis_lines"
    __table_args__ = (are_texts("name", "hours"),)

    id: UUID = _id()
    position: int
    number: str
    name: Texts = Field(sa_column=texts())
    hours: Texts = Field(sa_column=texts())


class SessionType(Table, table=True):
    """What can be booked."""

    __tablename__ = "session_types"
    __table_args__ = (
        _one_of("needs", Stage),
        are_texts("name", "summary"),
        CheckConstraint("minutes BETWEEN 5 AND 1440", name="minutes"),
        CheckConstraint("price_cents >= 0", name="price"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
    )

    id: UUID = _id()
    slug: str = Field(unique=True)
    position: int
    minutes: int
    price_cents: int
    currency: str
    needs: str
    name: Texts = Field(sa_column=texts())
    summary: Texts = Field(sa_column=texts())
    archived_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))  # type: ignore[arg-type]


class Article(Table, table=True):
    """A reading; a draft until it has a date."""

    __tablename__ = "articles"
    __table_args__ = (are_texts("title", "summary", "body"),)

    id: UUID = _id()
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
    """Rises with every change of the tables above (by trigger), so rendered pages can be kept."""

    __tablename__ = "content_revision"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
