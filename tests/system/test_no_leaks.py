"""Words that exist nowhere else are said once, and everything that leaves the house or lies around
is searched for them: each is found where it belongs, and nowhere else."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse

from practice import db, log, metrics, settings
from practice.domain.actors import SYSTEM, Actor, Role
from practice.domain.clients.stages import Outcome
from practice.models.accounts import Therapist
from practice.models.letters import MailedLetter
from practice.models.outbox import OutboxRow
from practice.providers import Providers
from practice.providers.ports import Message, Receipt
from practice.routes import health
from practice.routes.edge import Shield
from practice.services import feedback
from practice.services.accounts import sign_in, therapist
from practice.services.booking import book, cancel, move, outcome
from practice.services.calendar import feeds
from practice.services.letters import daily_summary, reminders
from practice.services.links.sign_in import Asker
from practice.services.operations import effects
from tests import builders
from tests.builders import ASKED, BY_SYSTEM, NOW, THERAPIST, TOMORROW, the_time_is
from tests.system.test_dump import dumped

pytestmark = pytest.mark.anyio
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

CANARIES: Mapping[str, str] = {
    "first name": "Zephyrine",
    "last name": "Quillonbeck",
    "phone": "930987654321",
    "e-mail": "zq.canary@example.org",
    "note": "since the canary flew away",
    "participant": "Perchwood",
    "device": "Canaryfox",
    "reason": "the canary said so",
}
CLIENTS, HERS = "letter to the client", "letter to the therapist"
# Where each is found. The address stands on the envelope and, for calendars, in the file that is
# attached; the therapist reads a first name and an initial. What is not here is found nowhere.
ALLOWED: Mapping[str, frozenset[str]] = {
    "first name": frozenset({f"{CLIENTS}: body", f"{HERS}: body", "her feed"}),
    "last name": frozenset({f"{CLIENTS}: body"}),
    "e-mail": frozenset({f"{CLIENTS}: to", f"{CLIENTS}: file"}),
}


class Post:
    def __init__(self) -> None:
        self.got: list[Message] = []

    def send(self, message: Message, *, lost_before: int = 0) -> Receipt:
        del lost_before
        self.got.append(message)
        return Receipt("test", f"id-{len(self.got)}")


@dataclass
class Searched:
    """All that was found, by where."""

    places: dict[str, str] = field(default_factory=dict[str, str])

    def add(self, place: str, said: str) -> None:
        self.places[place] = self.places.get(place, "") + "\n" + said

    def found(self) -> dict[str, set[str]]:
        places = {place: said.lower() for place, said in self.places.items()}
        return {
            name: {place for place, said in places.items() if word.lower() in said}
            for name, word in CANARIES.items()
        }


class Heard(logging.Handler):
    """What the portal's own handler would have written, line by line."""

    def __init__(self, searched: Searched) -> None:
        super().__init__()
        self.searched = searched

    def emit(self, record: logging.LogRecord) -> None:
        self.searched.add("log", f"{record.getMessage()} {record.__dict__!r}")


@pytest.fixture
def searched(house: str) -> Iterator[Searched]:
    found = Searched()
    handler = Heard(found)
    logging.getLogger().addHandler(handler)
    db.transact(therapist.appoint, SYSTEM, email="elena@example.org")
    yield found
    logging.getLogger().removeHandler(handler)


def a_life(mail: Post) -> None:
    """Every kind of letter there is so far is caused, at its time, and sent."""
    guest = builders.a_guest(
        name=f"{CANARIES['first name']} {CANARIES['last name']}",
        email=CANARIES["e-mail"],
        phone=f"+4{CANARIES['phone']}",
    )
    wish = builders.a_wish(place="phone", note=CANARIES["note"])
    call = db.transact(book.book, Actor(Role.PUBLIC), wish, guest=guest)
    worked(mail)
    holder = builders.holder_of(call.reference)
    with the_time_is(NOW + HOUR / 60):
        db.transact(move.move, holder, reference=call.reference, start=TOMORROW + 2 * HOUR)
        worked(mail)
        device = Asker("n", CANARIES["device"])
        db.transact(sign_in.ask, SYSTEM, email=CANARIES["e-mail"], asker=device)
        worked(mail)
    with the_time_is(TOMORROW - 2 * HOUR):
        db.transact(daily_summary.promise_due, SYSTEM)
        worked(mail)
    with the_time_is(TOMORROW + 3 * HOUR):
        said = {"reference": call.reference, "outcome": Outcome.GO_ON}
        db.transact(outcome.complete, THERAPIST, **said)
    client = Actor(Role.CLIENT, client_of(call.reference), builders.row(call.reference).client_id)
    with the_time_is(TOMORROW + 4 * HOUR):
        sessions(client, mail)


def sessions(client: Actor, mail: Post) -> None:
    """Asked for, declined, withdrawn, lapsed, confirmed, reminded of, held, asked about, ended."""
    many = [a_couples_wish(client, TOMORROW + days * DAY) for days in (2, 3, 6, 7, 8)]
    worked(mail)
    why: dict[str, Any] = {"why": CANARIES["reason"]}
    db.transact(cancel.decline, THERAPIST, reference=many[0], **why)
    db.transact(cancel.cancel, client, reference=many[1])
    worked(mail)
    builders.change_row(
        builders.Booking, builders.Booking.reference == many[2], hold_expires_at=NOW
    )
    builders.expire_due()
    worked(mail)
    held = a_couples_wish(client, TOMORROW + 9 * DAY, by=THERAPIST)
    ended = a_couples_wish(client, TOMORROW + 10 * DAY, by=THERAPIST)
    db.transact(cancel.cancel, client, reference=ended, **why)
    worked(mail)
    with the_time_is(TOMORROW + 8 * DAY + HOUR):
        db.transact(reminders.promise_due, SYSTEM)
        worked(mail)
    with the_time_is(TOMORROW + 9 * DAY + 6 * HOUR):
        db.transact(outcome.complete, THERAPIST, reference=held)
        db.transact(feedback.promise_due, SYSTEM)
        worked(mail)


def a_couples_wish(client: Actor, start: Any, *, by: Actor | None = None) -> str:
    more = {"note": CANARIES["note"], "participants": [f"Pat {CANARIES['participant']}"]}
    wish = builders.a_wish(ASKED, start, **more)
    return db.transact(book.book, by or client, wish, client_id=client.client_id).reference


def client_of(reference: str) -> Any:
    return builders.client_of(reference).account_id


def worked(mail: Post) -> None:
    while effects.work_once(Providers(mail), SYSTEM):
        pass


CAUSED = {
    *("call_confirmed", "new_booking", "moved", "booking_moved", "sign_in", "daily_summary"),
    *("requested", "new_request", "declined", "cancelled", "booking_cancelled", "expired"),
    *("session_confirmed", "reminder", "feedback_request"),
}


def search_letters(searched: Searched, mail: Post) -> None:
    for message in mail.got:
        whose = CLIENTS if message.to == CANARIES["e-mail"] else HERS
        letter = message.letter
        searched.add(f"{whose}: to", message.to)
        searched.add(f"{whose}: subject", letter.subject)
        searched.add(f"{whose}: head", f"{message.sender} {message.headers} {message.message_id}")
        searched.add(f"{whose}: body", f"{letter.text} {letter.html}")
        for one in letter.attachments:
            searched.add(f"{whose}: file", one.body.decode().replace("\r\n ", "") + one.name)


def search_feeds(searched: Searched, client: Actor) -> None:
    (owner,) = builders.rows_of(Therapist)
    her = Actor(Role.THERAPIST, owner.account_id)
    for place, actor in (("client's feed", client), ("her feed", her)):
        token = db.transact(feeds.make, actor).rpartition("/")[2].removesuffix(".ics")
        body = db.query(feeds.read, SYSTEM, token=token)
        searched.add(place, body.decode().replace("\r\n ", ""))


def search_database(searched: Searched, url: str) -> None:
    """As text, and every sealed byte of it as if it were none."""
    searched.add("dump", dumped(url))
    with psycopg.connect(url, options=BY_SYSTEM) as asking:
        for table in ("letters", "outbox", "letter_attempts", "bookings", "clients", "accounts"):
            for row in asking.execute(f"SELECT * FROM {table}".encode()):
                for value in row:
                    raw = value if isinstance(value, bytes) else str(value).encode()
                    searched.add("rows", raw.decode("latin-1"))


async def search_answers(searched: Searched) -> None:
    """What a failure says, and what is counted."""

    async def breaks(_request: Any) -> Any:
        raise ValueError(" ".join(CANARIES.values()))

    app = Starlette(routes=health.ROUTES)
    app.add_route("/breaks/{what}", breaks)
    shielded = Shield(app, settings.current(), lambda _p, status, _r: PlainTextResponse("", status))
    transport = httpx.ASGITransport(shielded, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000") as asking:
        broken = await asking.get(f"/breaks/{CANARIES['last name']}")
        assert broken.status_code == 500
        searched.add("error page", broken.text + repr(broken.headers))
        searched.add("metrics", (await asking.get("/metrics")).text)
    searched.add("metrics", metrics.as_text().decode())


async def test_every_word_is_found_only_where_it_belongs(
    house: str, searched: Searched, capfd: pytest.CaptureFixture[str]
):
    log.configure(as_json=True)
    mail = Post()
    a_life(mail)
    assert {message.letter.kind for message in mail.got} == CAUSED
    client = next(one for one in mail.got if one.letter.kind == "feedback_request")
    assert client.to == CANARIES["e-mail"]
    search_letters(searched, mail)
    (booking, *_) = builders.rows_of(builders.Booking)
    search_feeds(searched, Actor(Role.CLIENT, client_of(booking.reference), booking.client_id))
    search_database(searched, house)
    await search_answers(searched)
    out, err = capfd.readouterr()
    searched.add("log", out + err)
    assert "effects_total" in searched.places["metrics"]
    assert "request_failed" in searched.places["log"]
    assert builders.rows_of(MailedLetter)
    assert builders.rows_of(OutboxRow)
    # Exactly: a search that finds nothing anywhere would prove nothing.
    assert searched.found() == {name: ALLOWED.get(name, frozenset()) for name in CANARIES}
