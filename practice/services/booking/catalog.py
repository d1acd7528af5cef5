"""What can be booked, as the asker may see it."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from practice.domain.actors import Actor, Role
from practice.domain.booking.status import Place, Visibility
from practice.domain.clients.stages import Facts, Lock, Stage, locked
from practice.models.content import Practice, SessionType
from practice.services.clients import gate, guests
from practice.services.content.localized import Speaker


@dataclass(frozen=True)
class Listed:
    slug: str
    name: str
    minutes: int
    price_cents: int
    currency: str
    places: tuple[Place, ...]
    capacity: int
    lock: Lock | None


@dataclass(frozen=True)
class Catalog:
    types: tuple[Listed, ...]
    privacy_version: str | None


def find_catalog(session: Session, actor: Actor) -> Catalog:
    say = Speaker(session.get(Practice, 1))
    facts = gate.facts_of_asker(session, actor)
    wanted = select(SessionType).where(col(SessionType.archived_at).is_(None))
    if actor.role is not Role.THERAPIST:
        wanted = wanted.where(SessionType.visible == Visibility.PUBLIC)
    found = session.exec(wanted.order_by(col(SessionType.position)))
    return Catalog(
        tuple(_listed(one, say, actor, facts) for one in found), guests.current_privacy(session)
    )


def _listed(one: SessionType, say: Speaker, actor: Actor, facts: Facts) -> Listed:
    return Listed(
        slug=one.slug,
        name=say(one.name),
        minutes=one.minutes,
        price_cents=one.price_cents,
        currency=one.currency,
        places=tuple(Place(place) for place in one.places),
        capacity=one.capacity,
        # The therapist looks before it is known for whom.
        lock=None if actor.role is Role.THERAPIST else locked(facts, Stage(one.needs)),
    )


def slug_of(kind: SessionType) -> str:
    """Under which whoever has its link can still book it; nothing where nobody can."""
    is_shut = kind.archived_at is not None or kind.visible == Visibility.THERAPIST
    return "" if is_shut else kind.slug
