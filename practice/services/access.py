"""Selects limited to what an actor may see; every other module starts from these."""

from typing import TypeVar

from sqlmodel import col, false, select
from sqlmodel.sql.expression import SelectOfScalar

from practice.domain.actors import Actor, Role
from practice.domain.booking.consequences import Notice as Audience
from practice.domain.errors import NotFound
from practice.models.booking import Booking
from practice.models.clients import Client
from practice.models.messages import Notice

T = TypeVar("T")


def require(found: T | None) -> T:
    if found is None:
        raise NotFound
    return found


def require_therapist(actor: Actor) -> None:
    """What only she does, not even a job; for all others there is nothing here."""
    if actor.role is not Role.THERAPIST:
        raise NotFound


def bookings(actor: Actor) -> SelectOfScalar[Booking]:
    """A client sees those of the people under the account, a visitor the one of the link."""
    every = select(Booking)
    if actor.role in {Role.THERAPIST, Role.SYSTEM}:
        return every
    if actor.role is Role.CLIENT and actor.account_id:
        own = select(Client.id).where(Client.account_id == actor.account_id)
        return every.where(col(Booking.client_id).in_(own))
    if actor.booking_id:
        return every.where(Booking.id == actor.booking_id)
    return every.where(false())


def clients(actor: Actor) -> SelectOfScalar[Client]:
    every = select(Client)
    if actor.role in {Role.THERAPIST, Role.SYSTEM}:
        return every
    if actor.role is Role.CLIENT and actor.account_id:
        return every.where(Client.account_id == actor.account_id)
    return every.where(false())


def notices(actor: Actor) -> SelectOfScalar[Notice]:
    """Each has their own: hers are told to nobody else, and those of an account not to her."""
    every = select(Notice)
    if actor.role is Role.THERAPIST:
        return every.where(Notice.audience == Audience.FOR_THERAPIST)
    if actor.role is Role.CLIENT and actor.account_id:
        return every.where(Notice.account_id == actor.account_id)
    return every.where(false())
