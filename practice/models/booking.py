"""Time of the therapist that is taken, and the clients' places in it."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlmodel import Field

from practice import clock
from practice.domain.booking.status import GroupStatus, Place, Status
from practice.models.base import Instant, Table, identity, instant, one_of, sealed

OVERLAP = "no_overlap"
ONE_OPEN_CALL = "one_open_call"
ONE_PLACE = "one_place"


class Appointment(Table, table=True):
    """`during` is the session with its buffers, half-open; `live` is written by triggers only, and
    while it is true no other live appointment can overlap, whoever writes."""

    __tablename__ = "appointments"
    __table_args__ = (
        ExcludeConstraint(("during", "&&"), name=OVERLAP, using="gist", where=text("live")),
        CheckConstraint(
            "NOT isempty(during) AND lower_inc(during) AND NOT upper_inc(during) "
            "AND NOT lower_inf(during) AND NOT upper_inf(during) "
            "AND isfinite(lower(during)) AND isfinite(upper(during))",
            name="half_open",
        ),
        CheckConstraint(
            "starts_at < ends_at AND lower(during) <= starts_at AND ends_at <= upper(during)",
            name="buffers_around",
        ),
        CheckConstraint("capacity >= 1", name="capacity"),
        # One-to-one: the booking makes its appointment. A group's exists before its bookings.
        CheckConstraint("group_status IS NOT NULL OR capacity = 1", name="alone_or_group"),
        one_of("group_status", GroupStatus),
        UniqueConstraint("id", "session_type_id"),
        Index("ix_appointments_ends_at", "ends_at"),
    )

    id: UUID = identity()
    session_type_id: UUID = Field(foreign_key="session_types.id", index=True)
    starts_at: datetime = instant()
    ends_at: datetime = instant()
    during: Range[datetime] = Field(sa_column=Column(TSTZRANGE(), nullable=False))
    live: bool = True
    group_status: str | None = None
    capacity: int = 1
    sequence: int = 0
    video_link: str | None = None
    created_at: datetime = instant(default=clock.now)

    model_config: ClassVar[Any] = {"arbitrary_types_allowed": True}


class Booking(Table, table=True):
    """One client's place. The price and the policy of the moment are frozen into it."""

    __tablename__ = "bookings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["appointment_id", "session_type_id"],
            ["appointments.id", "appointments.session_type_id"],
            name="fk_bookings_appointment_of_its_type",
        ),
        one_of("status", Status),
        one_of("place", Place),
        CheckConstraint("price_cents >= 0", name="price"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("free_hours >= 0 AND late_percent BETWEEN 0 AND 100", name="policy"),
        CheckConstraint(
            "(status IN ('held', 'requested')) = (hold_expires_at IS NOT NULL)", name="lapses"
        ),
        # A call that is free stays free, whatever the price list says later.
        CheckConstraint("NOT discovery OR price_cents = 0", name="call_is_free"),
        Index(
            ONE_OPEN_CALL,
            "client_id",
            unique=True,
            postgresql_where=text("discovery AND status IN ('held', 'requested', 'confirmed')"),
        ),
        # One place for each in a group; participants are named in one booking.
        Index(
            ONE_PLACE,
            "appointment_id",
            "client_id",
            unique=True,
            postgresql_where=text(
                "status IN ('held', 'requested', 'confirmed', 'completed', 'no_show')"
            ),
        ),
        Index(
            "ix_bookings_hold_expires_at",
            "hold_expires_at",
            postgresql_where=text("hold_expires_at IS NOT NULL"),
        ),
        Index("ix_bookings_origin", "origin", postgresql_where=text("origin IS NOT NULL")),
        Index(
            "ix_bookings_origin_site",
            "origin_site",
            postgresql_where=text("origin_site IS NOT NULL"),
        ),
        Index(
            "ix_bookings_origin_region",
            "origin_region",
            postgresql_where=text("origin_region IS NOT NULL"),
        ),
    )

    id: UUID = identity()
    appointment_id: UUID = Field(index=True)
    session_type_id: UUID = Field(foreign_key="session_types.id")
    client_id: UUID = Field(foreign_key="clients.id", index=True)
    reference: str = Field(unique=True)
    status: str
    place: str
    # Of the type that opens the gate; a trigger says so, not the caller.
    discovery: bool = False
    participants: bytes | None = sealed(nullable=True)
    note: bytes | None = sealed(nullable=True)
    price_cents: int
    currency: str
    free_hours: int
    late_percent: int
    hold_expires_at: datetime | None = Field(default=None, sa_type=Instant, nullable=True)
    # Of the calendar entry in the client's hands.
    sequence: int = 0
    # Of the management link; raising it revokes the links of old letters.
    link_version: int = 1
    zone: str
    language: str
    # A guest's network as an HMAC, for the limits; forgotten by clean-up.
    origin: bytes | None = None
    # And the wider networks around it: a household's whole /56, a provider's /48 or /24.
    origin_site: bytes | None = None
    origin_region: bytes | None = None
    # The e-mail and the telephone as a guest typed them, as JSON: the link shows these, whoever
    # the booking belongs to later. None where somebody known booked.
    contact: bytes | None = sealed(nullable=True)
    created_at: datetime = instant(default=clock.now)


class BookingEvent(Table, table=True):
    """Who changed a booking, when, from what to what, and why."""

    __tablename__ = "booking_events"
    __table_args__ = (one_of("to_status", Status),)

    id: UUID = identity()
    booking_id: UUID = Field(foreign_key="bookings.id", index=True)
    at: datetime = instant(default=clock.now)
    actor: str
    what: str
    from_status: str | None = None
    to_status: str
    starts_at: datetime = instant()
    ends_at: datetime = instant()
    why: bytes | None = sealed(nullable=True)
