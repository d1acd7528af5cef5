"""One household that takes every guest time: counted as one, asked for proof, and let go."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import col

from practice import db, settings
from practice.booking_flow import Caller, Contact, book, once
from practice.domain import networks
from practice.domain.actors import SYSTEM, VISITOR, Actor, Role
from practice.domain.booking.refusals import ProofNeeded
from practice.domain.errors import NotFound, TooMany
from practice.domain.inputs import Reading
from practice.environment import Rate
from practice.models.booking import Booking
from practice.models.clients import Client
from practice.models.outbox import OutboxRow
from practice.providers import EmbeddedMail, Providers
from practice.services.availability import slots
from practice.services.booking import full_days, move
from practice.services.letters import daily_summary, dev_mailbox
from practice.services.operations import effects
from practice.state.portal.today import TodayState
from tests import builders
from tests.builders import (
    CALL,
    PRIVACY,
    TOMORROW,
    ZONE,
    a_call,
    a_client,
    a_session,
    a_wish,
    client_of,
    prove,
    row,
    rows_of,
    the_time_is,
)
from tests.support.event_client import reflex_running
from tests.support.http_client import ORIGIN, browser
from tests.support.signed_in import her_seat

pytestmark = pytest.mark.anyio
HALF = timedelta(minutes=30)
DAY = timedelta(days=1)
ADA = "ada@example.org"


@pytest.fixture(autouse=True)
async def _reflex(house: str) -> AsyncIterator[None]:
    async with reflex_running():
        yield


async def booked(network: str, number: int, start: datetime) -> str:
    """As every road does it, each time with another name and address."""
    email = f"person{number}@example.org"
    contact = Contact(f"Person {number}", email, "+4930123456", PRIVACY)
    caller = Caller(VISITOR, network)
    key = once(caller, f"wish {number}", {"n": number})
    return (await book(caller, a_wish(start=start), contact, key, Reading())).reference


async def flood(networks_of: list[str]) -> int:
    """Each of them books as many calls as it can, on days of its own."""
    done = 0
    for number, network in enumerate(networks_of):
        try:
            weekday = TOMORROW + (number // 4 * 7 + number % 4) * DAY
            await booked(network, number, weekday)
            done += 1
        except (ProofNeeded, TooMany):
            pass
    return done


async def test_m2_twenty_three_networks_of_one_household_are_one(house: str):
    assert await flood([f"2001:db8:0:aa{n:02x}::/64" for n in range(23)]) == 6


async def test_m2_a_providers_customer_with_a_whole_48_is_counted_too(house: str):
    assert await flood([f"2001:db8:0:{n:02x}00::/64" for n in range(23)]) == 12


async def test_m2_a_small_provider_of_the_old_kind_is_counted_too(house: str):
    assert await flood([f"203.0.113.{n}" for n in range(23)]) == 12


@pytest.mark.parametrize(
    "networks_of",
    [
        [f"2001:db8:0:aa{n:02x}::/64" for n in range(7)],
        [f"203.0.113.{n}" for n in range(13)],
    ],
)
async def test_m2_a_household_or_a_provider_that_is_full_is_asked_for_proof_not_shut_out(
    house: str, networks_of: list[str]
):
    await flood(networks_of[:-1])
    before = len(rows_of(Booking))
    with pytest.raises(ProofNeeded):
        await booked(networks_of[-1], 99, TOMORROW + 14 * DAY)
    assert len(rows_of(Booking)) == before
    letter = next(one for one in sent() if one.to == "person99@example.org")
    assert letter.kind == "sign_in"


async def test_m2_no_letter_is_promised_to_who_asked_for_too_many(
    house: str, monkeypatch: pytest.MonkeyPatch
):
    """Past the links that one address may ask for none leaves, so it is told to wait."""
    networks_of = [f"203.0.113.{n}" for n in range(13)]
    await flood(networks_of[:-1])
    known = settings.current()
    limits = replace(known.limits, links_per_address=Rate(1, timedelta(hours=1)))
    monkeypatch.setattr(settings, "current", lambda: replace(known, limits=limits))
    with pytest.raises(ProofNeeded):
        await booked(networks_of[-1], 98, TOMORROW + 14 * DAY)
    with pytest.raises(TooMany) as refused:
        await booked(networks_of[-1], 99, TOMORROW + 14 * DAY)
    assert refused.value.retry_after == 3600
    assert not [letter for letter in sent() if letter.to == "person99@example.org"]


async def test_m2_the_single_address_still_waits(house: str):
    for number in range(3):
        await booked("203.0.113.7", number, TOMORROW + number * DAY)
    with pytest.raises(TooMany):
        await booked("203.0.113.7", 9, TOMORROW + 7 * DAY)


async def test_m2_strangers_to_each_other_are_not_counted_together(house: str):
    assert await flood([f"2001:db8:{n:x}::/64" for n in range(20)]) == 20


@pytest.mark.parametrize(
    ("network", "site", "region"),
    [
        ("2001:db8:1:aa17::/64", "2001:db8:1:aa00::/56", "2001:db8:1::/48"),
        ("203.0.113.7", "", "203.0.113.0/24"),
    ],
)
async def test_m2_around_an_address(network: str, site: str, region: str):
    assert networks.around(network) == (site, region)


# A day that guests have filled


def fill() -> list[str]:
    return [a_call(start=TOMORROW + number * HALF).reference for number in range(3)]


async def test_m2_a_day_full_of_guests_stays_open_and_asks_for_the_proof_of_the_e_mail(house: str):
    fill()
    on = TOMORROW.astimezone(ZONE).date()
    offered = db.query(slots.list_slots, VISITOR, slug=CALL, first=on, last=on, zone=ZONE)
    assert len(offered.starts) == 13
    with pytest.raises(ProofNeeded):
        await booked("203.0.113.7", 7, TOMORROW + 6 * HALF)
    assert len(rows_of(Booking)) == 3
    letter = next(one for one in sent() if one.to == "person7@example.org")
    assert letter.kind == "sign_in"
    link = next(part for part in letter.text.split() if "/sign-in/link/" in part)
    async with browser() as person:
        await person.get(link.removeprefix(ORIGIN))
        done = await person.post("/sign-in/confirm", data={"it_was_me": "yes"})
        assert done.headers["location"] == "/sign-in/name"
        details = {"name": "Person 7", "phone": "+4930123456", "privacy_version": PRIVACY}
        assert (await person.post("/sign-in/name", data=details)).status_code == 303
    (known,) = rows_of(Client, Client.provisional == False)  # noqa: E712
    actor = Actor(Role.CLIENT, known.account_id, known.id)
    assert a_session(actor, CALL, TOMORROW + 6 * HALF).status == "confirmed"


def sent() -> list[dev_mailbox.Kept]:
    while effects.work_once(Providers(EmbeddedMail()), SYSTEM):
        pass
    return db.query(dev_mailbox.list_kept, SYSTEM)


async def test_m2_who_is_known_is_asked_for_the_same_and_nothing_is_made(house: str):
    fill()
    a_client(email="person7@example.org")
    before = len(rows_of(Client))
    with pytest.raises(ProofNeeded) as known:
        await booked("203.0.113.7", 7, TOMORROW + 6 * HALF)
    with pytest.raises(ProofNeeded) as unknown:
        await booked("203.0.113.7", 8, TOMORROW + 6 * HALF)
    assert known.value.message == unknown.value.message
    assert len(rows_of(Client)) == before


async def test_m2_a_holder_moves_into_a_full_day_by_the_account_only(house: str):
    fill()
    other = a_call(start=TOMORROW + DAY).reference
    with pytest.raises(ProofNeeded) as refusal:
        db.transact(
            move.move,
            builders.holder_of(other),
            reference=other,
            start=TOMORROW + 6 * HALF,
        )
    assert "it stays where it is" in refusal.value.message


async def test_m2_the_therapist_sees_the_day_and_lets_all_unproven_calls_go_with_one_click(
    house: str,
):
    full = fill()
    prove(full[0])
    more = a_call(start=TOMORROW + 4 * HALF).reference
    other = a_call(start=TOMORROW + DAY).reference
    on = TOMORROW.astimezone(ZONE).date()
    seat = her_seat()
    await seat.send(TodayState.load)
    (crowd,) = seat.shows(TodayState, "crowds")
    assert "3" in str(crowd)
    await seat.send(TodayState.let_guests_go, day=on.isoformat())
    assert [row(one).status for one in full] == ["confirmed", "cancelled", "cancelled"]
    assert (row(more).status, row(other).status) == ("cancelled", "confirmed")
    assert seat.shows(TodayState, "crowds") == []
    cancelled = rows_of(OutboxRow, OutboxRow.fact == "cancelled")
    assert sum(one.effect == "letter_to_client" for one in cancelled) == 3


async def test_m2_a_full_day_is_counted_among_what_waits_for_her_word(house: str):
    fill()
    seat = her_seat()
    await seat.send(TodayState.load)
    assert seat.shows(TodayState, "decisions") == []
    assert seat.shows(TodayState, "decisions_title") == "One decision"


def crowded() -> list[full_days.Crowd]:
    return db.query(full_days.list_crowds, builders.THERAPIST)


async def test_m2_what_the_button_does_not_let_go_does_not_fill_a_day(house: str):
    """Claimed by the mailbox's owner, who has only to choose among two calls."""
    full = fill()
    assert crowded()
    claimed = [row(reference).client_id for reference in full[:2]]
    builders.change_row(Client, col(Client.id).in_(claimed), claimed=True)
    assert crowded() == []
    builders.change_row(Client, col(Client.id).in_(claimed), claimed=None)
    (crowd,) = crowded()
    assert db.transact(full_days.let_go, builders.THERAPIST, day=crowd.day) == crowd.calls
    assert crowded() == []


async def test_m2_calls_that_are_over_do_not_fill_a_day(house: str):
    fill()
    with the_time_is(TOMORROW + 2 * HALF):
        assert crowded() == []


async def test_m2_only_the_therapist_lets_go(house: str):
    fill()
    on = TOMORROW.astimezone(ZONE).date()
    for actor in (VISITOR, a_client()):
        with pytest.raises(NotFound):
            db.transact(full_days.let_go, actor, day=on)
        with pytest.raises(NotFound):
            db.query(full_days.list_crowds, actor)
    assert client_of(row(rows_of(Booking)[0].reference).reference).provisional


async def test_m2_her_daily_letter_says_that_guests_filled_a_day(house: str):
    fill()
    with the_time_is(builders.NOW):
        day = db.query(
            lambda session, _actor: daily_summary.find(session, builders.NOW.date()), SYSTEM
        )
    assert day.crowded == 1
