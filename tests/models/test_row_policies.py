"""The second wall: what the database itself shows and lets change, with every filter removed."""

import ast
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors as pg
from sqlalchemy.exc import ProgrammingError
from sqlmodel import Session, delete, select, text, update

from practice import db, models
from practice.clock import new_id
from practice.domain.actors import SYSTEM, VISITOR, Actor, Role
from practice.domain.booking.refusals import SlotTaken
from practice.models.accounts import Account, BrowserSession, SigninLink
from practice.models.base import Table
from practice.models.booking import Appointment, Booking, BookingEvent
from practice.models.clients import Client, Consent
from practice.models.messages import Notice, Thread
from practice.models.operations import WebhookEvent
from practice.models.outbox import OutboxRow
from practice.models.schedule import Block
from practice.models.security import AuditEntry
from practice.services.accounts import sessions, sign_in
from practice.services.calendar import blocks
from practice.services.inserts import new, write
from practice.services.links import sign_in as links_sign_in
from practice.services.operations import webhook_inbox
from tests import builders
from tests.builders import THERAPIST, TOMORROW

# What says nothing of anybody: the practice's own words and hours, counters, keys of machinery.
OF_NOBODY = {
    *("practice", "session_types", "privacy_texts", "passages", "articles", "crisis_lines"),
    *("content_revision", "schedules", "weekly_hours", "overrides", "override_hours"),
    *("calendar_gate", "vault_keys", "rate_counters", "idempotency_keys", "therapist"),
    *("job_runs", "heartbeats"),
}


@pytest.fixture
def two(house: str) -> tuple[Actor, Actor]:
    """Two clients who each have a session, a thread, notices, a device and a link."""
    found: list[Actor] = []
    for hour in range(2):
        email = f"person{hour}@example.org"
        client = builders.a_client(email=email)
        builders.a_confirmed(client, TOMORROW.replace(hour=9 + 3 * hour))
        assert client.account_id
        db.transact(sessions.open_for, SYSTEM, account_id=client.account_id, device="Firefox")
        db.transact(sign_in.ask, SYSTEM, email=email, asker=links_sign_in.Asker("n", "d"))
        found.append(client)
    builders.a_call(start=TOMORROW.replace(hour=14))
    db.transact(
        blocks.block, THERAPIST, starts_at=TOMORROW, ends_at=TOMORROW.replace(hour=9), reason="Mine"
    )
    told = {
        "source": webhook_inbox.RESEND,
        "event_id": "msg_1",
        "kind": "email.opened",
        "body": "{}",
    }
    db.transact(webhook_inbox.receive, SYSTEM, **told)
    return found[0], found[1]


def everything(table: type[Table], actor: Actor) -> list[Any]:
    def work(session: Session, _actor: Actor) -> list[Any]:
        found = list(session.exec(select(table)))
        session.expunge_all()
        return found

    return db.query(work, actor)


def policies(url: str) -> dict[str, bool]:
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class "
            "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        return dict(found.fetchall())


def test_every_table_is_guarded_or_says_nothing_of_anybody(database: str):
    forced = policies(database)
    tables = set(models.metadata.tables)
    assert {name for name in tables if not forced[name]} == OF_NOBODY & tables
    assert tables >= OF_NOBODY


GUARDED = [
    *(Account, Client, Consent, Booking, BookingEvent, Appointment, Thread, Notice),
    *(BrowserSession, SigninLink, OutboxRow, Block, AuditEntry, WebhookEvent),
]


@pytest.mark.parametrize("table", GUARDED)
def test_without_an_actor_nothing_is_there(
    two: tuple[Actor, Actor], house: str, table: type[Table]
):
    assert everything(table, THERAPIST)
    with psycopg.connect(house) as connection:
        found = connection.execute(f"SELECT count(*) FROM {table.__tablename__}".encode())
        assert found.fetchone() == (0,)


@pytest.mark.parametrize("table", GUARDED)
def test_a_visitor_sees_nothing(two: tuple[Actor, Actor], table: type[Table]):
    assert everything(table, VISITOR) == []


OWN = {
    Account: lambda row, client: row.id == client.account_id,
    Client: lambda row, client: row.id == client.client_id,
    Booking: lambda row, client: row.client_id == client.client_id,
    Thread: lambda row, client: row.client_id == client.client_id,
    Notice: lambda row, client: row.account_id == client.account_id,
    BrowserSession: lambda row, client: row.account_id == client.account_id,
}


@pytest.mark.parametrize("table", OWN)
def test_a_client_sees_what_is_theirs_and_nothing_else(
    two: tuple[Actor, Actor], table: type[Table]
):
    for client in two:
        found = everything(table, client)
        assert found
        assert all(OWN[table](row, client) for row in found)


def test_a_client_sees_their_own_times_and_history_only(two: tuple[Actor, Actor]):
    for client in two:
        (booking,) = everything(Booking, client)
        assert [one.id for one in everything(Appointment, client)] == [booking.appointment_id]
        assert {one.booking_id for one in everything(BookingEvent, client)} == {booking.id}


@pytest.mark.parametrize("table", [SigninLink, OutboxRow, Block, AuditEntry])
def test_a_client_sees_nothing_of_the_machinery(two: tuple[Actor, Actor], table: type[Table]):
    assert everything(table, two[0]) == []


def test_who_holds_a_link_sees_that_booking_and_its_client_only(two: tuple[Actor, Actor]):
    booked = everything(Booking, two[0])[0]
    holder = builders.holder_of(booked.reference)
    assert [one.id for one in everything(Booking, holder)] == [booked.id]
    assert [one.id for one in everything(Client, holder)] == [booked.client_id]
    assert [one.id for one in everything(Appointment, holder)] == [booked.appointment_id]
    for table in (Account, Notice, BrowserSession, SigninLink, OutboxRow, AuditEntry):
        assert everything(table, holder) == []


def test_a_client_named_without_a_link_opens_nothing(two: tuple[Actor, Actor]):
    forged = Actor(Role.PUBLIC, client_id=two[0].client_id)
    assert everything(Client, forged) == []
    assert everything(Booking, forged) == []


def attempt(actor: Actor, statement: Any) -> int:
    def work(session: Session, _actor: Actor) -> int:
        return session.connection().execute(statement).rowcount

    return db.transact(work, actor)


def test_a_change_without_a_filter_reaches_only_what_is_ones_own(two: tuple[Actor, Actor]):
    assert attempt(two[0], update(Booking).values(zone="UTC")) == 1
    assert [row.zone for row in everything(Booking, two[1])] == [builders.ZONE.key]
    assert attempt(two[0], update(BrowserSession).values(device=None)) == 1
    assert attempt(VISITOR, update(Booking).values(zone="UTC")) == 0


# The journal's own trigger refuses any change, also to the house.
@pytest.mark.parametrize("table", [one for one in GUARDED if one is not AuditEntry])
def test_nobody_but_the_house_deletes(two: tuple[Actor, Actor], table: type[Table]):
    before = len(everything(table, THERAPIST))
    assert attempt(two[0], delete(table)) == 0
    assert attempt(VISITOR, delete(table)) == 0
    assert len(everything(table, THERAPIST)) == before


@pytest.mark.parametrize("column", ["discovery_source", "name", "account_id", "paused_at"])
def test_a_client_changes_nothing_of_who_they_are(two: tuple[Actor, Actor], column: str):
    assert attempt(two[0], update(Client).values({column: None})) == 0


def test_a_booking_cannot_be_moved_to_another_client(two: tuple[Actor, Actor]):
    with pytest.raises(ProgrammingError) as refused:
        attempt(two[0], update(Booking).values(client_id=two[1].client_id))
    assert isinstance(refused.value.orig, pg.InsufficientPrivilege)


def added(by: Actor, table: type[Table], **values: Any) -> None:
    def work(session: Session, _actor: Actor) -> None:
        write(session, [new(table, **values)])

    db.transact(work, by)


def test_nobody_adds_to_what_is_anothers(two: tuple[Actor, Actor]):
    with pytest.raises(ProgrammingError):
        added(two[0], Thread, client_id=two[1].client_id)
    with pytest.raises(ProgrammingError):
        added(two[0], Consent, client_id=two[1].client_id, version=builders.PRIVACY)
    with pytest.raises(ProgrammingError):
        added(two[0], Client, account_id=two[0].account_id, name=b"x")


def test_a_stranger_adds_only_people_who_are_not_proven_yet(house: str):
    said = {"email": b"x", "email_index": b"x", "language": "en", "zone": "UTC"}
    row = new_id()
    added(VISITOR, Account, id=row, **said)
    with pytest.raises(ProgrammingError):
        added(VISITOR, Account, email_proven_at=builders.NOW, **said)
    added(VISITOR, Client, account_id=row, name=b"x", provisional=True)
    with pytest.raises(ProgrammingError):
        added(VISITOR, Client, account_id=row, name=b"x", provisional=False)


def test_nobody_signs_with_anothers_name(two: tuple[Actor, Actor]):
    said = {"action": "looked", "subject": "bookings", "subject_id": "1", "details": {}}
    added(two[0], AuditEntry, actor=str(two[0]), **said)
    with pytest.raises(ProgrammingError):
        added(two[0], AuditEntry, actor=str(two[1]), **said)


def test_a_stranger_cannot_book_anything_but_the_call_by_hand(two: tuple[Actor, Actor]):
    (booking,) = everything(Booking, two[0])
    said = {name: getattr(booking, name) for name in Booking.model_fields}
    said |= {"id": new_id(), "reference": "AAA-000-AA", "status": "cancelled"}
    with pytest.raises(ProgrammingError):
        added(VISITOR, Booking, **said)


def test_what_a_block_of_trust_opens_is_shut_after_it(two: tuple[Actor, Actor]):
    def work(session: Session, _actor: Actor) -> list[int]:
        seen: list[int] = []
        with db.acting_as(session, SYSTEM):
            seen.append(len(session.exec(select(Booking)).all()))
        seen.append(len(session.exec(select(Booking)).all()))
        with pytest.raises(LookupError), db.acting_as(session, SYSTEM):
            raise LookupError
        seen.append(len(session.exec(select(Booking)).all()))
        return seen

    assert db.query(work, VISITOR) == [3, 0, 0]


def test_what_was_changed_before_a_block_of_trust_is_changed_by_the_one_before(
    two: tuple[Actor, Actor],
):
    def work(session: Session, _actor: Actor) -> None:
        # Not in the database yet when the block begins.
        session.add(Thread(client_id=new_id()))
        with db.acting_as(session, SYSTEM):
            session.exec(text("SELECT 1"))  # type: ignore[call-overload]

    with pytest.raises(ProgrammingError) as refused:
        db.transact(work, two[0])
    assert isinstance(refused.value.orig, pg.InsufficientPrivilege)


# Where a stranger's or a client's transaction looks further, and what for.
TRUSTED = {
    "busy.calendar": "taken times, as numbers",
    "busy.groups": "places taken, as numbers",
    "guests._require_within_limits": "how many calls were booked, as times",
    "allowance._require_letter": "how many letters went to the address of one's booking",
    "guests._require_wider_networks": "how many calls came from the networks around, as times",
    "book._take": "one's own new appointment, before a booking makes it theirs",
    "book.find_group": "a group that is open, and how many are in it",
    "idempotency._as_it_was": "the booking that a request of the same key made",
    "management_page._contact_of": "of whoever holds a link, the address and the number, shortened",
}


def test_only_these_look_further_than_who_asks():
    found: set[str] = set()
    for path in sorted(Path("practice").rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                calls = (one for one in ast.walk(function) if isinstance(one, ast.Call))
                names = {ast.unparse(one.func).rpartition(".")[2] for one in calls}
                if "acting_as" in names:
                    found.add(f"{path.stem}.{function.name}")
    assert found == set(TRUSTED)


def test_a_query_with_the_filter_forgotten_answers_as_if_it_were_there(two: tuple[Actor, Actor]):
    """The words of access.py, and no words at all."""
    from practice.services import access

    def limited(session: Session, actor: Actor) -> set[Any]:
        return {one.id for one in session.exec(access.bookings(actor))}

    def forgotten(session: Session, _actor: Actor) -> set[Any]:
        return {one.id for one in session.exec(select(Booking))}

    holder = builders.holder_of(everything(Booking, two[1])[0].reference)
    for actor in (*two, holder, VISITOR, THERAPIST, SYSTEM):
        assert db.query(limited, actor) == db.query(forgotten, actor)


def test_the_triggers_judge_by_all_rows_whoever_asks(house: str):
    """Two clients meet in a group of which neither sees the other's place."""
    builders.a_group(capacity=1)
    builders.a_session(builders.a_client(), builders.GROUP)
    assert everything(Booking, builders.a_client()) == []
    last = builders.a_client()
    with pytest.raises(SlotTaken):
        builders.a_session(last, builders.GROUP)
