"""What the therapist says once a session has begun; about the first call it opens the gate."""

from sqlmodel import Session, col, select

from practice import clock
from practice.db import changes_calendar
from practice.domain.actors import Actor
from practice.domain.booking.refusals import OutcomeNeeded, SessionsDepend, TooEarly
from practice.domain.booking.status import LIVE, Status
from practice.domain.clients.stages import Outcome, Source, Stage, stage
from practice.models.booking import Booking
from practice.models.clients import Client
from practice.services import audit
from practice.services.access import require
from practice.services.booking import lookup, status
from practice.services.clients import gate


@changes_calendar
def complete(
    session: Session, actor: Actor, *, reference: str, outcome: Outcome | None = None
) -> Stage:
    booking = _begun(session, actor, reference)
    if booking.discovery and outcome is None:
        raise OutcomeNeeded
    status.change(session, actor, booking, Status.COMPLETED)
    client = require(session.get(Client, booking.client_id))
    if booking.discovery and outcome:
        # The database lets the gate open only after the call that opens it.
        session.flush()
        _open_gate(session, actor, client, outcome)
    return stage(gate.facts(session, client))


@changes_calendar
def no_show(session: Session, actor: Actor, *, reference: str) -> None:
    """Of a first call that was called completed by mistake, this takes the consequence back."""
    booking = _begun(session, actor, reference)
    if booking.discovery and booking.status == Status.COMPLETED:
        _close_gate(session, actor, require(session.get(Client, booking.client_id)), booking)
    status.change(session, actor, booking, Status.NO_SHOW)


def _begun(session: Session, actor: Actor, reference: str) -> Booking:
    booking, appointment = lookup.find(session, actor, reference)
    if clock.now() < appointment.starts_at:
        raise TooEarly
    return booking


def _open_gate(session: Session, actor: Actor, client: Client, outcome: Outcome) -> None:
    now = clock.now()
    if client.discovery_completed_at is None:
        client.discovery_completed_at = now
        client.discovery_source = Source.CALL
    if outcome is Outcome.NOT_NOW:
        client.paused_at = now
    if outcome is Outcome.REFER:
        client.ended_at = now
    audit.note(session, actor, "gate_opened", client, source=Source.CALL, outcome=outcome)


def _close_gate(session: Session, actor: Actor, client: Client, call: Booking) -> None:
    another = select(Booking.id).where(
        Booking.client_id == client.id,
        Booking.discovery,
        Booking.status == Status.COMPLETED,
        Booking.id != call.id,
    )
    if client.discovery_source != Source.CALL or session.exec(another).first():
        return
    later = select(Booking.id).where(
        Booking.client_id == client.id, ~col(Booking.discovery), col(Booking.status).in_(LIVE)
    )
    if session.exec(later).first() or client.intake_completed_at:
        raise SessionsDepend
    opened = client.discovery_completed_at
    client.discovery_completed_at = client.discovery_source = None
    # What the outcome said went with it; what was said later stays.
    client.paused_at = None if client.paused_at == opened else client.paused_at
    client.ended_at = None if client.ended_at == opened else client.ended_at
    audit.note(session, actor, "gate_closed", client)
    session.flush()
