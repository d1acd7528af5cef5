"""Who may book what, what is written when they do, and what is said when they may not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from practice import db, settings, vault
from practice.domain.actors import VISITOR, Actor, Role
from practice.domain.booking.refusals import (
    AlreadyThere,
    HoldOpen,
    NotOffered,
    SlotTaken,
    TimeBlocked,
)
from practice.domain.booking.status import Place
from practice.domain.clients.refusals import DiscoveryOpen, DiscoveryRequired
from practice.domain.errors import Invalid, KeyReused, NotFound
from practice.models import sealed as models_sealed
from practice.models.accounts import Account
from practice.models.booking import Appointment, Booking
from practice.models.clients import Client, Consent
from practice.models.content import Practice, PrivacyText
from practice.models.outbox import OutboxRow
from practice.models.security import AuditEntry, IdempotencyKey
from practice.services import rate_limits
from practice.services.availability import explain, slots
from practice.services.booking import book, cancel, idempotency, move
from practice.services.calendar import blocks
from practice.services.clients import guests
from practice.services.rate_limits import Once
from tests.builders import (
    ASKED,
    CALL,
    GROUP,
    NOW,
    PAID,
    PRIVACY,
    THERAPIST,
    TOMORROW,
    ZONE,
    a_call,
    a_client,
    a_confirmed,
    a_group,
    a_guest,
    a_request,
    a_session,
    a_wish,
    appointment_of,
    change_row,
    change_type,
    client_of,
    events_of,
    expire_due,
    holder_of,
    row,
    rows_of,
    the_time_is,
)

MINUTES = timedelta(minutes=1)
FORM = {
    "name": "Ada Rossi",
    "email": "ada@example.org",
    "phone": "030 1234567",
    "privacy_version": PRIVACY,
}


@pytest.fixture
def without_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings.current()
    off = replace(found, limits=replace(found.limits, are_on=False))
    monkeypatch.setattr(settings, "current", lambda: off)


# Guests.


def test_a_guest_books_a_call_that_is_confirmed_at_once(house: str):
    booked = a_call()
    assert (booked.status, booked.starts_at) == ("confirmed", TOMORROW)
    assert booked.ends_at == TOMORROW + 20 * MINUTES
    assert booked.manage_url
    assert booked.reference in booked.manage_url


def test_a_guest_becomes_a_provisional_client_of_an_unproven_account(house: str):
    found = client_of(a_call().reference)
    (account,) = rows_of(Account)
    assert found.provisional
    assert found.account_id == account.id
    assert account.email_proven_at is None


def test_what_a_guest_says_is_kept_sealed(house: str):
    guest = a_guest(name="Zita Canary", email="canary@example.org", phone="+393331234567")
    found = client_of(a_call(guest).reference)
    (account,) = rows_of(Account)
    assert models_sealed.read(found, "name") == "Zita Canary"
    assert models_sealed.read(found, "phone") == "+393331234567"
    assert models_sealed.read(account, "email") == "canary@example.org"
    for sealed in (found.name, found.phone or b"", account.email):
        assert not any(word in sealed for word in (b"Zita", b"canary", b"333"))


def test_the_consent_is_kept_with_its_version_and_date(house: str):
    found = client_of(a_call().reference)
    assert [(one.client_id, one.version, one.given_at) for one in rows_of(Consent)] == [
        (found.id, PRIVACY, NOW)
    ]


def test_a_guest_is_never_attached_to_somebody_known(house: str):
    known = a_client(email="ada@example.org")
    change_row(
        Client,
        Client.id == known.client_id,
        phone_index=vault.ring().index("phone", "+493012345678"),
    )
    found = client_of(a_call(a_guest(email="ada@example.org")).reference)
    assert found.id != known.client_id
    assert found.account_id != known.account_id
    assert found.provisional


def test_two_calls_under_one_e_mail_are_two_provisional_clients(house: str):
    first = client_of(a_call(a_guest(email="ada@example.org")).reference)
    again = a_call(a_guest(email="ada@example.org"), TOMORROW + timedelta(days=1))
    assert client_of(again.reference).id != first.id


def test_a_guests_answer_says_the_same_whether_the_person_is_known(house: str):
    a_client(email="ada@example.org")
    known = a_call(a_guest(email="ada@example.org"))
    unknown = a_call(start=TOMORROW + timedelta(days=1))
    assert (known.status, bool(known.manage_url)) == (unknown.status, bool(unknown.manage_url))


@pytest.mark.parametrize("slug", [PAID, ASKED, GROUP])
def test_a_visitor_may_book_nothing_but_the_call(house: str, slug: str):
    with pytest.raises(DiscoveryRequired):
        db.transact(book.book, VISITOR, a_wish(slug), guest=a_guest())
    assert rows_of(Client) == []


def test_the_free_type_that_needs_intake_is_behind_the_gate_too(house: str):
    """It is not a paywall."""
    change_type(PAID, price_cents=0)
    with pytest.raises(DiscoveryRequired):
        db.transact(book.book, VISITOR, a_wish(PAID), guest=a_guest())


def test_a_visitor_without_a_name_books_nothing(house: str):
    with pytest.raises(NotFound):
        db.transact(book.book, VISITOR, a_wish())


def test_a_visitor_cannot_book_in_the_name_of_a_client(house: str):
    """Whatever id somebody sends, it opens nothing."""
    client = a_client(discovered=False)
    booked = db.transact(book.book, VISITOR, a_wish(), guest=a_guest(), client_id=client.client_id)
    assert client_of(booked.reference).id != client.client_id


# What a guest writes, read.


def read(**different: Any) -> guests.Guest:
    return db.query(guests.read, VISITOR, form={**FORM, **different}, origins=(None, None, None))


def test_what_a_guest_writes_is_read_clean(house: str):
    found = read(name="  Ada   Rossi ", email=" ADA@Example.org ", phone="030 1234567")
    assert (found.name, found.email, found.phone) == (
        "Ada Rossi",
        "ada@example.org",
        "+49301234567",
    )


def test_everything_that_is_wrong_is_said_at_once(house: str):
    with pytest.raises(Invalid) as refused:
        read(name="", email="ada", phone="none", privacy_version="")
    assert set(refused.value.fields) == {"name", "email", "phone", "privacy_version"}


@pytest.mark.parametrize("version", ["", "2025-01", "2027-01", PRIVACY + " ", "'; --"])
def test_consent_is_to_the_text_in_force_and_no_other(house: str, version: str):
    privacy_texts(("2025-01", date(2025, 1, 1)), ("2027-01", date(2027, 1, 1)))
    with pytest.raises(Invalid) as refused:
        read(privacy_version=version)
    assert set(refused.value.fields) == {"privacy_version"}


def privacy_texts(*texts: tuple[str, date]) -> None:
    def work(session: Any, _actor: Actor) -> None:
        for version, day in texts:
            session.add(PrivacyText(version=version, effective_on=day, body={"en": "Text"}))

    db.transact(work, THERAPIST)


@pytest.mark.parametrize(
    ("moment", "version"),
    [
        (datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC), PRIVACY),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "2027-01"),
    ],
)
def test_a_new_privacy_text_holds_from_midnight_in_the_practice(
    house: str, moment: datetime, version: str
):
    privacy_texts(("2027-01", date(2027, 1, 1)))
    with the_time_is(moment):
        assert db.query(lambda session, _: guests.current_privacy(session), VISITOR) == version


# Clients.


def test_a_client_books_a_paid_session_and_it_is_held(house: str):
    booked = a_session(a_client())
    assert booked.status == "held"
    assert row(booked.reference).hold_expires_at == NOW + 34 * MINUTES


def test_a_free_session_of_a_client_is_confirmed(house: str):
    change_type(PAID, price_cents=0)
    booked = a_session(a_client())
    assert (booked.status, row(booked.reference).hold_expires_at) == ("confirmed", None)


@pytest.mark.parametrize("price", [0, 8000])
def test_what_the_therapist_confirms_is_requested_first(house: str, price: int):
    change_type(ASKED, price_cents=price)
    assert a_session(a_client(), ASKED).status == "requested"


@pytest.mark.parametrize(
    ("hours_ahead", "lapses_after"),
    [(169, 48), (50, 48), (49, 48), (26, 25), (25, 24), (2, 1)],
)
def test_a_request_lapses_after_two_days_or_when_notice_runs_out(
    house: str, hours_ahead: int, lapses_after: int
):
    booked = a_request(start=NOW + timedelta(hours=hours_ahead))
    assert row(booked.reference).hold_expires_at == NOW + timedelta(hours=lapses_after)


def test_a_signed_in_client_books_the_first_call_once(house: str):
    client = a_client(discovered=False)
    a_session(client, CALL)
    with pytest.raises(DiscoveryOpen):
        a_session(client, CALL, TOMORROW + timedelta(days=1))


def test_after_cancelling_the_call_another_can_be_booked(house: str):
    client = a_client(discovered=False)
    reference = a_session(client, CALL).reference
    db.transact(cancel.cancel, client, reference=reference)
    assert a_session(client, CALL).status == "confirmed"


def test_a_client_who_is_about_to_pay_finishes_that_first(house: str):
    client = a_client()
    a_session(client)
    with pytest.raises(HoldOpen):
        a_session(client, start=TOMORROW + timedelta(days=1))


def test_a_client_books_for_nobody_else(house: str):
    client, other = a_client(), a_client()
    booked = db.transact(book.book, client, a_wish(PAID), client_id=other.client_id)
    assert row(booked.reference).client_id == client.client_id


@pytest.mark.parametrize("other", ["client", "account", "nobody"])
def test_a_client_of_another_account_is_not_there(house: str, other: str):
    one, two = a_client(), a_client()
    actor = {
        "client": Actor(Role.CLIENT, one.account_id, two.client_id),
        "account": Actor(Role.CLIENT, two.account_id, one.client_id),
        "nobody": Actor(Role.CLIENT),
    }[other]
    with pytest.raises(NotFound):
        db.transact(book.book, actor, a_wish(PAID))


@pytest.mark.parametrize(
    ("different", "may"),
    [
        ({"visible": "public"}, True),
        ({"visible": "link"}, True),
        ({"visible": "therapist"}, False),
        ({"archived_at": NOW}, False),
    ],
    ids=str,
)
def test_a_client_books_what_is_shown_to_clients(house: str, different: dict[str, Any], may: bool):
    change_type(PAID, **different)
    if may:
        assert a_session(a_client()).status == "held"
    else:
        with pytest.raises(NotFound):
            a_session(a_client())


def test_what_does_not_exist_cannot_be_booked(house: str):
    with pytest.raises(NotFound):
        a_session(a_client(), "nothing")


# Times.


@pytest.mark.parametrize(
    "start",
    [
        TOMORROW - 30 * MINUTES,  # before nine
        TOMORROW + timedelta(hours=7, minutes=30),  # would end after five
        TOMORROW + timedelta(days=4),  # a Saturday
        TOMORROW + 7 * MINUTES,  # between steps
        TOMORROW + timedelta(microseconds=1),
        NOW - timedelta(days=3),
        NOW + timedelta(days=65, hours=1),  # beyond the horizon
        datetime(9999, 12, 31, 10, tzinfo=UTC),
        datetime(1, 1, 1, 0, tzinfo=UTC),
    ],
    ids=str,
)
def test_what_was_never_offered_is_not_accepted(house: str, start: datetime):
    with pytest.raises(NotOffered):
        a_session(a_client(), start=start)


def test_notice_is_kept_to_the_second(house: str):
    change_type(PAID, notice_minutes=60)
    start = NOW + timedelta(hours=2)
    with the_time_is(start - timedelta(hours=1) + timedelta(seconds=1)), pytest.raises(NotOffered):
        a_session(a_client(), start=start)
    with the_time_is(start - timedelta(hours=1)):
        assert a_session(a_client(), start=start).status == "held"


@pytest.mark.parametrize("minutes", [0, 30, -30])
def test_a_taken_time_is_refused_to_the_loser(house: str, minutes: int):
    a_session(a_client())
    start = TOMORROW + timedelta(hours=2)
    a_confirmed(start=start)
    with pytest.raises(SlotTaken):
        a_session(a_client(), start=start + minutes * MINUTES)


def test_the_buffer_of_a_neighbour_is_kept(house: str):
    change_type(PAID, step_minutes=10)
    a_confirmed()
    with pytest.raises(SlotTaken):
        a_session(a_client(), start=TOMORROW + 50 * MINUTES)
    assert a_session(a_client(), start=TOMORROW + 60 * MINUTES).status == "held"


def test_the_loser_hears_of_free_times(house: str):
    a_call()
    found = db.query(slots.alternatives, VISITOR, slug=CALL, start=TOMORROW)
    assert len(found) == 3
    assert TOMORROW not in found
    assert a_call(start=found[0]).starts_at == found[0]


def test_a_booking_of_a_type_no_longer_sold_hears_of_free_times_too(house: str):
    """It can still be moved, and moving meets taken times."""
    client = a_client()
    reference = a_session(client).reference
    change_type(PAID, archived_at=NOW)
    assert db.query(move.list_alternatives, client, reference=reference, start=TOMORROW)


@pytest.mark.parametrize("hours_ahead", [-500, 24 * 400])
def test_there_are_alternatives_for_a_time_out_of_reach(house: str, hours_ahead: int):
    start = NOW + timedelta(hours=hours_ahead)
    found = db.query(slots.alternatives, VISITOR, slug=CALL, start=start)
    assert all(NOW <= one <= NOW + timedelta(days=60) for one in found)


def test_a_days_limit_of_a_type_is_kept(house: str):
    change_type(PAID, max_per_day=1)
    a_confirmed()
    with pytest.raises(SlotTaken):
        a_session(a_client(), start=TOMORROW + timedelta(hours=3))


def test_a_days_limit_of_the_practice_is_kept(house: str):
    change_row(Practice, max_per_day=1)
    a_confirmed()
    with pytest.raises(SlotTaken):
        a_call(start=TOMORROW + timedelta(hours=3))


def test_what_lapsed_or_was_cancelled_gives_its_time_back(house: str):
    client = a_client()
    a_session(client)
    with the_time_is(NOW + 34 * MINUTES):
        expire_due()
        assert a_session(a_client()).status == "held"


# The therapist's own hand.

FREE = [
    NOW + timedelta(hours=15),  # in the evening
    NOW + timedelta(days=5, hours=3),  # on a Saturday
    NOW + timedelta(days=400),  # beyond the horizon
    NOW + 5 * MINUTES,  # within notice
    TOMORROW + 7 * MINUTES,  # between steps
]


@pytest.mark.parametrize("start", FREE, ids=str)
def test_the_therapist_books_outside_hours_notice_and_horizon(house: str, start: datetime):
    change_type(PAID, notice_minutes=600)
    assert a_confirmed(start=start).starts_at == start


def a_block(days: bool) -> None:
    if days:
        day = TOMORROW.date()
        db.transact(blocks.block_days, THERAPIST, first_on=day, last_on=day, zone="Europe/Berlin")
    else:
        end = TOMORROW + 10 * MINUTES
        db.transact(blocks.block, THERAPIST, starts_at=TOMORROW, ends_at=end)


@pytest.mark.parametrize("days", [True, False])
def test_a_block_warns_the_therapist_and_then_gives_way(house: str, days: bool):
    a_block(days)
    client = a_client()
    with pytest.raises(TimeBlocked):
        a_confirmed(client)
    wish = a_wish(PAID)
    booked = db.transact(book.book, THERAPIST, wish, client_id=client.client_id, despite_block=True)
    assert booked.status == "confirmed"


@pytest.mark.parametrize("days", [True, False])
def test_a_block_never_gives_way_to_a_client(house: str, days: bool):
    a_block(days)
    with pytest.raises(SlotTaken):
        db.transact(book.book, a_client(), a_wish(PAID), despite_block=True)


@pytest.mark.parametrize("minutes", [0, 25, -25, 59, -59])
def test_the_therapist_never_books_over_a_live_appointment(house: str, minutes: int):
    change_type(PAID, buffer_before=0, buffer_after=10)
    a_session(a_client())
    client = a_client()
    start = TOMORROW + minutes * MINUTES
    with pytest.raises(SlotTaken):
        db.transact(
            book.book,
            THERAPIST,
            a_wish(PAID, start),
            client_id=client.client_id,
            despite_block=True,
        )


@pytest.mark.parametrize("minutes", [60, -60])
def test_touching_is_allowed(house: str, minutes: int):
    a_session(a_client())
    assert a_confirmed(start=TOMORROW + minutes * MINUTES).status == "confirmed"


def test_the_therapist_never_books_past_the_gate(house: str):
    with pytest.raises(DiscoveryRequired):
        a_confirmed(a_client(discovered=False))


def test_the_therapist_books_the_first_call_for_somebody(house: str):
    booked = a_session(a_client(discovered=False), CALL, by=THERAPIST)
    assert booked.status == "confirmed"


def test_the_therapist_books_for_somebody_who_is_there(house: str):
    for client_id in (None, a_client().account_id):
        with pytest.raises(NotFound):
            db.transact(book.book, THERAPIST, a_wish(PAID), client_id=client_id)


def test_the_therapist_books_what_only_she_sees(house: str):
    change_type(PAID, visible="therapist")
    assert a_confirmed().status == "confirmed"


# What is frozen.


def test_the_place_is_frozen_into_the_booking(house: str):
    booked = db.transact(book.book, a_client(), a_wish(PAID, place=Place.IN_PERSON))
    change_type(PAID, places=[Place.VIDEO])
    assert row(booked.reference).place == "in_person"


@pytest.mark.parametrize("place", [None, Place.PHONE])
def test_a_place_that_is_not_offered_is_refused(house: str, place: Place | None):
    with pytest.raises(Invalid) as refused:
        db.transact(book.book, a_client(), a_wish(PAID, place=place))
    assert set(refused.value.fields) == {"place"}


def test_where_there_is_one_place_nobody_has_to_say_it(house: str):
    change_type(PAID, places=[Place.PHONE])
    booked = db.transact(book.book, a_client(), a_wish(PAID, place=None))
    assert row(booked.reference).place == "phone"


@pytest.mark.parametrize(
    ("place", "link"), [(Place.VIDEO, "https://video.example/room"), (Place.PHONE, None)]
)
def test_a_video_session_gets_the_practices_room(house: str, place: Place, link: str | None):
    change_row(Practice, video_room_url="https://video.example/room")
    booked = db.transact(book.book, VISITOR, a_wish(place=place), guest=a_guest())
    change_row(Practice, video_room_url="https://video.example/other")
    assert appointment_of(booked.reference).video_link == link


def test_participants_and_note_are_sealed(house: str):
    wish = a_wish(ASKED, note="We argue about money", participants=["Zita Canary", "Bo Canary"])
    found = row(db.transact(book.book, a_client(), wish).reference)
    assert models_sealed.read(found, "note") == "We argue about money"
    assert models_sealed.read(found, "participants") == "Zita Canary\nBo Canary"
    assert b"money" not in (found.note or b"")
    assert b"Canary" not in (found.participants or b"")


def test_a_couple_is_one_booking(house: str):
    wish = a_wish(ASKED, participants=["Zita", "Bo"])
    db.transact(book.book, a_client(), wish)
    assert len(rows_of(Booking)) == len(rows_of(Appointment)) == 1


def test_what_was_not_said_is_not_there(house: str):
    found = row(a_call().reference)
    assert (found.note, found.participants) == (None, None)


def test_price_and_policy_are_frozen(house: str):
    reference = a_session(a_client()).reference
    change_type(PAID, price_cents=9900, currency="CHF", free_hours=0, late_percent=100)
    found = row(reference)
    assert (found.price_cents, found.currency) == (8000, "EUR")
    assert (found.free_hours, found.late_percent) == (48, 50)


def test_a_later_length_and_buffer_do_not_touch_the_appointment(house: str):
    reference = a_session(a_client()).reference
    change_type(PAID, minutes=90, buffer_after=60)
    found = appointment_of(reference)
    assert found.ends_at == TOMORROW + 50 * MINUTES
    assert found.during.upper == TOMORROW + 60 * MINUTES


def test_a_booking_is_written_down_with_who_booked(house: str):
    client = a_client()
    reference = a_session(client).reference
    (event,) = events_of(reference)
    assert (event.actor, event.what, event.from_status) == (str(client), "booked", None)
    assert (event.to_status, event.at, event.starts_at) == ("held", NOW, TOMORROW)
    (entry,) = rows_of(AuditEntry, AuditEntry.action == "booked")
    assert (entry.actor, entry.subject_id) == (str(client), str(row(reference).id))


def test_references_are_speakable_and_differ(house: str, without_limits: None):
    found = {a_call(start=TOMORROW + 30 * number * MINUTES).reference for number in range(6)}
    assert len(found) == 6
    assert all(len(one) == 10 and not set(one) & set("AEIOU01") for one in found)


# Groups.


def test_a_group_offers_its_appointment_and_nothing_else(house: str):
    a_group()
    assert a_session(a_client(), GROUP).starts_at == TOMORROW
    with pytest.raises(SlotTaken):
        a_session(a_client(), GROUP, TOMORROW + timedelta(hours=3))


def test_bookings_of_a_group_share_its_appointment(house: str):
    group = a_group()
    found = [row(a_session(a_client(), GROUP).reference) for _ in range(3)]
    assert {one.appointment_id for one in found} == {group}


def test_a_full_group_has_no_place_for_anybody(house: str):
    a_group(capacity=1)
    a_session(a_client(), GROUP)
    for by in (None, THERAPIST):
        with pytest.raises(SlotTaken):
            a_session(a_client(), GROUP, by=by)


def test_a_place_given_back_can_be_had_again(house: str):
    a_group(capacity=1)
    client = a_client()
    reference = a_session(client, GROUP).reference
    db.transact(cancel.cancel, client, reference=reference)
    assert a_session(a_client(), GROUP).status == "held"


def test_a_client_has_one_place_in_a_group(house: str):
    """A booking is one client's place."""
    a_group()
    client = a_client()
    a_session(client, GROUP, by=THERAPIST)
    with pytest.raises(AlreadyThere):
        a_session(client, GROUP)


def test_a_group_that_began_takes_nobody_in(house: str):
    a_group()
    with the_time_is(TOMORROW + MINUTES), pytest.raises(SlotTaken):
        a_session(a_client(), GROUP)


def test_a_group_by_video_has_the_practices_room(house: str):
    change_row(Practice, video_room_url="https://video.example/room")
    change_type(GROUP, places=[Place.VIDEO])
    a_group()
    wish = a_wish(GROUP, place=Place.VIDEO)
    reference = db.transact(book.book, a_client(), wish).reference
    assert appointment_of(reference).video_link == "https://video.example/room"


# The same request again.


def once(key: str = "key", said: str = "body", scope: str = "me") -> Once:
    return Once(scope.encode(), key.encode(), said.encode())


def ask(
    asked: Once, start: datetime = TOMORROW, email: str = "ada@example.org"
) -> idempotency.Booked:
    guest = a_guest(email=email)
    return db.transact(book.book, VISITOR, a_wish(start=start), guest=guest, once=asked)


def test_the_same_request_gets_the_same_answer_and_books_once(house: str):
    first = ask(once())
    assert ask(once()) == first
    assert len(rows_of(Booking)) == 1
    assert len(rows_of(OutboxRow)) == 3


def test_the_same_request_is_not_one_more_call_of_that_e_mail(house: str):
    first = ask(once())
    ask(once("second", "second"), TOMORROW + timedelta(days=1))
    assert ask(once()) == first


@pytest.mark.parametrize("change", ["moved", "cancelled", "moved after the type changed"])
def test_the_same_request_gets_the_same_answer_whatever_came_after(house: str, change: str):
    first = ask(once())
    holder, later = holder_of(first.reference), TOMORROW + timedelta(hours=2)
    if change == "moved after the type changed":
        change_type(CALL, minutes=30)
    if change == "cancelled":
        db.transact(cancel.cancel, holder, reference=first.reference)
    else:
        db.transact(move.move, holder, reference=first.reference, start=later)
    assert ask(once()) == first


def test_another_body_under_the_same_key_is_refused(house: str):
    ask(once())
    with pytest.raises(KeyReused):
        ask(once(said="other"))


def test_a_key_belongs_to_who_sent_it(house: str):
    first = ask(once())
    second = ask(once(scope="you"), TOMORROW + timedelta(hours=1), "bo@example.org")
    assert second.reference != first.reference


def test_a_refused_request_is_not_kept(house: str):
    a_call()
    with pytest.raises(SlotTaken):
        ask(once())
    assert ask(once(said="better"), TOMORROW + timedelta(hours=1)).status == "confirmed"


def test_a_key_is_kept_for_two_days_and_then_forgotten(house: str):
    first = ask(once(), TOMORROW + timedelta(days=3))
    with the_time_is(NOW + timedelta(hours=48) - timedelta(seconds=1)):
        assert ask(once(), TOMORROW + timedelta(days=3)) == first
    with the_time_is(NOW + timedelta(hours=48)):
        again = ask(once(said="other"), TOMORROW + timedelta(days=6))
    assert again.reference != first.reference


def test_an_admitted_request_can_still_become_a_booking(house: str):
    db.transact(rate_limits.admit, VISITOR, once=once())
    booked = ask(once())
    (kept,) = rows_of(IdempotencyKey)
    assert kept.booking_id == row(booked.reference).id


@pytest.mark.parametrize("names", [["A\nB"], ["A\x00"], ["x" * 200], [""], ["Ada"] * 21])
def test_participants_are_people_with_names(house: str, names: list[str]):
    wish = a_wish(PAID, participants=names)
    with pytest.raises(Invalid) as refused:
        db.transact(book.book, a_client(), wish)
    assert list(refused.value.fields) == ["participants"]


def test_hours_past_midnight_are_accepted_as_they_are_offered(house: str):
    """Whatever the buffers, what lies behind the last day that was asked about counts."""
    change_type(CALL, buffer_after=1440, step_minutes=60)
    block_at = TOMORROW + timedelta(days=1, hours=6)
    db.transact(blocks.block, THERAPIST, starts_at=block_at, ends_at=block_at + timedelta(hours=1))
    day = TOMORROW.date()
    asked = {"slug": CALL, "zone": ZONE, "first": day}
    alone = db.query(slots.list_slots, VISITOR, last=day, **asked).starts
    wider = db.query(slots.list_slots, VISITOR, last=day + timedelta(days=3), **asked).starts
    assert list(alone) == [one for one in wider if one in set(alone)]
    assert [one for one in wider if one[0] < alone[-1][0]] == list(alone)[:-1]


@pytest.mark.parametrize("at", [TOMORROW.replace(microsecond=1), TOMORROW.replace(year=9999)])
def test_a_time_nobody_can_book_has_no_explanation(house: str, at: datetime):
    with pytest.raises(NotOffered):
        db.query(explain.explain, THERAPIST, slug=CALL, at=at)
