"""Clients: what stage they are in, how a guest becomes one, and when two of them are one person."""

from uuid import UUID

from sqlmodel import Session, col, select

from practice import clock
from practice.domain import inputs
from practice.domain.actors import Actor, Role
from practice.domain.booking.refusals import NotPossibleNow
from practice.domain.booking.status import OPEN
from practice.domain.clients.refusals import LOCKS
from practice.domain.clients.stages import Facts, Source, Stage, locked, locked_for_therapist, stage
from practice.domain.errors import N_, Invalid
from practice.models import sealed
from practice.models.booking import Booking
from practice.models.clients import Client
from practice.services import access, audit
from practice.services.access import require

REASON_LENGTH = 500


def facts(session: Session, client: Client) -> Facts:
    open_call = session.exec(
        select(Booking.id).where(
            Booking.client_id == client.id, Booking.discovery, col(Booking.status).in_(OPEN)
        )
    ).first()
    return Facts(
        has_open_call=open_call is not None,
        discovery_completed_at=client.discovery_completed_at,
        intake_completed_at=client.intake_completed_at,
        paused_at=client.paused_at,
        ended_at=client.ended_at,
    )


def find_stage(session: Session, actor: Actor, *, client_id: UUID) -> Stage:
    client = require(
        session.exec(access.clients(actor).where(Client.id == client_id)).one_or_none()
    )
    return stage(facts(session, client))


def facts_of_asker(session: Session, actor: Actor) -> Facts:
    """A visitor is new, whoever it may be."""
    if actor.role is not Role.CLIENT:
        return Facts()
    client = require(
        session.exec(access.clients(actor).where(Client.id == actor.client_id)).one_or_none()
    )
    return facts(session, client)


def require_open(session: Session, actor: Actor, needs: Stage) -> None:
    """The gate, for who looks. The therapist looks before it is known for whom."""
    if actor.role in {Role.THERAPIST, Role.SYSTEM}:
        return
    lock = locked(facts_of_asker(session, actor), needs)
    if lock:
        raise LOCKS[lock]


def require_open_for(session: Session, actor: Actor, client: Client, needs: Stage) -> None:
    """The gate, for who books."""
    rule = locked_for_therapist if actor.role is Role.THERAPIST else locked
    lock = rule(facts(session, client), needs)
    if lock:
        raise LOCKS[lock]


def mark_known(session: Session, actor: Actor, *, client_id: UUID, reason: str) -> Stage:
    """ "Known before this portal": the therapist opens the gate by her own word, with a reason."""
    access.require_therapist(actor)
    client = require(session.get(Client, client_id))
    reason = inputs.note("reason", reason)
    if not reason or len(reason) > REASON_LENGTH:
        raise Invalid({"reason": N_("Please write in a few words how you know this person.")})
    if client.discovery_completed_at:
        raise NotPossibleNow
    client.discovery_completed_at = clock.now()
    client.discovery_source = Source.THERAPIST
    client.discovery_reason = sealed.seal(Client, "discovery_reason", client.id, reason)
    audit.note(session, actor, "gate_opened", client, source=Source.THERAPIST)
    session.flush()
    return stage(facts(session, client))
