"""What the journal hears of doors that stayed shut."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from practice import db, runtime, settings
from practice.domain.accounts.refusals import LinkGone
from practice.domain.actors import SYSTEM, VISITOR, Actor
from practice.domain.booking.refusals import SlotTaken
from practice.domain.clients.refusals import DiscoveryRequired
from practice.domain.errors import NotFound, Refusal, TooMany
from practice.environment import Rate
from practice.models.security import AuditEntry
from practice.services import audit
from practice.services.accounts import sessions, sign_in
from practice.services.availability import slots
from practice.services.booking import book, cancel, lookup
from tests import builders
from tests.builders import PAID, TOMORROW

pytestmark = pytest.mark.anyio


def noted() -> list[tuple[str, str, str]]:
    found = builders.rows_of(AuditEntry, AuditEntry.action == "refused")
    return [(one.actor, one.subject, one.subject_id) for one in found]


async def test_reaching_for_anothers_booking_is_noted(house: str):
    client, other = builders.a_client(), builders.a_client()
    reference = builders.a_confirmed(other).reference
    with pytest.raises(NotFound):
        await runtime.query(lookup.find_choices, client, reference=reference)
    with pytest.raises(NotFound):
        await runtime.transact(cancel.cancel, client, reference=reference)
    assert noted() == [
        (str(client), "find_choices", "not_found"),
        (str(client), "cancel", "not_found"),
    ]


async def test_who_holds_a_link_and_reaches_further_is_noted(house: str):
    reference = builders.a_confirmed().reference
    holder = builders.holder_of(builders.a_call(start=TOMORROW + timedelta(hours=3)).reference)
    with pytest.raises(NotFound):
        await runtime.query(lookup.find_choices, holder, reference=reference)
    assert noted() == [(str(holder), "find_choices", "not_found")]


async def test_the_gate_notes_who_tries_to_pass_it(house: str):
    guest = builders.a_guest()
    with pytest.raises(DiscoveryRequired):
        await runtime.transact(book.book, VISITOR, builders.a_wish(PAID), guest=guest)
    assert noted() == [("public::", "book", "discovery_required")]


async def test_a_link_that_opens_nothing_is_noted(house: str):
    with pytest.raises(LinkGone):
        await runtime.transact(
            sign_in.redeem, SYSTEM, token="x", nonce="", it_was_me=True, device=""
        )
    assert noted() == [("system::", "redeem", "link_gone")]


async def test_a_visitor_who_looks_around_is_not(house: str):
    day = TOMORROW.date()
    said = {"first": day, "last": day, "zone": builders.ZONE}
    for slug, refusal in (("nothing-of-ours", NotFound), (PAID, DiscoveryRequired)):
        with pytest.raises(refusal):
            await runtime.query(slots.list_slots, VISITOR, slug=slug, **said)
    assert noted() == []


async def test_losing_a_time_is_nothing_to_note(house: str):
    builders.a_call()
    with pytest.raises(SlotTaken):
        await runtime.transact(book.book, VISITOR, builders.a_wish(), guest=builders.a_guest())
    assert noted() == []


async def test_the_refused_work_leaves_nothing_but_the_note(house: str):
    client, other = builders.a_client(), builders.a_client()
    reference = builders.a_confirmed(other).reference
    before = builders.row(reference)
    with pytest.raises(NotFound):
        await runtime.transact(cancel.cancel, client, reference=reference)
    assert builders.row(reference) == before
    assert len(noted()) == 1


async def test_who_is_refused_all_day_does_not_fill_the_journal(
    house: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(audit, "REFUSALS", Rate(3, timedelta(hours=1)))
    # Also where visitors are not counted.
    now = settings.current()
    off = replace(now, limits=replace(now.limits, are_on=False))
    monkeypatch.setattr(settings, "current", lambda: off)
    client = builders.a_client()
    for _ in range(5):
        with pytest.raises(NotFound):
            await runtime.transact(sessions.end, client, session_id=uuid4())
    assert len(noted()) == 3
    with builders.the_time_is(builders.NOW + timedelta(hours=1)), pytest.raises(NotFound):
        await runtime.transact(sessions.end, client, session_id=uuid4())
    assert len(noted()) == 4


async def test_a_journal_that_cannot_be_written_changes_no_answer(
    house: str, monkeypatch: pytest.MonkeyPatch
):
    client = builders.a_client()
    whole = db.transact

    def broken(work, actor, *args, **said):  # type: ignore[no-untyped-def]
        if work is audit.refused:
            raise db.PoolTimeout
        return whole(work, actor, *args, **said)

    monkeypatch.setattr(db, "transact", broken)
    with pytest.raises(NotFound):
        await runtime.transact(sessions.end, client, session_id=uuid4())
    assert noted() == []


def every(kind: type[Refusal]) -> set[type[Refusal]]:
    return {kind}.union(*(every(one) for one in kind.__subclasses__()))


def test_a_limit_is_never_noted():
    """It would fill the journal with just what it is there to stop."""
    assert not TooMany(1).is_noted
    assert {one.__name__ for one in every(Refusal) if one.is_noted} == {
        *("NotFound", "Locked", "DiscoveryRequired", "DiscoveryOpen", "DiscoveryDone"),
        *("IntakeRequired", "RelationshipPaused", "RelationshipEnded"),
        *("LinkGone", "LinkReplaced", "CodeWrong", "FactorNeeded"),
    }


def test_a_note_names_the_actor_it_was_written_by(house: str):
    actor: Actor = builders.a_client()
    db.transact(audit.refused, actor, what="x", code="not_found")
    assert noted() == [(str(actor), "x", "not_found")]
