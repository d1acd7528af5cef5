"""Eight who may ask, and a practice in which everything tells whose it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from pyotp.totp import TOTP

from practice import clock, db
from practice.domain.actors import SYSTEM, VISITOR, Actor
from practice.domain.booking import references
from practice.domain.booking.status import Place, Visibility
from practice.models import sealed as models_sealed
from practice.models.accounts import Therapist
from practice.models.booking import Appointment
from practice.models.clients import Client, Relationship
from practice.models.content import Article, Practice
from practice.providers import EmbeddedMail, Providers
from practice.services.accounts import second_factor, sessions, sign_in, therapist
from practice.services.booking import book
from practice.services.booking.idempotency import Booked
from practice.services.calendar import blocks
from practice.services.letters import dev_mailbox
from practice.services.links import management
from practice.services.links import sign_in as links_sign_in
from practice.services.operations import effects
from tests import builders
from tests.builders import ASKED, BLANK, CALL, NOW, PAID, THERAPIST, TOMORROW

ACTORS = ("nobody", "guest", "A", "B", "before", "ended", "idle", "therapist")
CLIENTS = ("A", "B", "before", "ended")
# Nobody else has the word: where it appears, something of this person does.
WORDS = {
    "guest": "Quillgast",
    "A": "Arbelwyn",
    "B": "Brontefax",
    "before": "Cyndervale",
    "ended": "Dorsethom",
    "house": "Whisperlode",
}
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Noon on a Tuesday: some of the day is over, some is to come.
MOMENT = TOMORROW + 3 * HOUR
HIDDEN, DRAFT, PUBLISHED = "kept-for-some", "not-written-yet", "on-breathing"
# Well formed, and of nothing.
MISSING = {
    **dict.fromkeys(("time", "begun", "request", "call"), references.reference_from(b"missing!")),
    **dict.fromkeys(("device", "client"), str(UUID(int=7))),
    **dict.fromkeys(("link", "spent_link"), "A" * 43),
    "email": "somebody.else@example.org",
    "type": "no-such-type",
    "slug": "no-such-reading",
    "code": "no such code",
    "key": "a-key-that-opens-nothing",
}
# For whom there is none of a kind, an appointment of the own is tried there.
APPOINTMENTS = ("time", "begun", "request", "call")


@dataclass
class Cast:
    """Who is who, by the cookies of their browsers, and how each thing is called."""

    cookies: dict[str, str] = field(default_factory=dict)
    own: dict[str, dict[str, str]] = field(default_factory=dict)
    others: dict[str, dict[str, str]] = field(default_factory=dict)
    # What tells that something is of this person; "nobody" stands for what nobody may see.
    tells: dict[str, list[str]] = field(default_factory=dict)
    # What is nobody else's business, not even the therapist's: where somebody is signed in.
    alone: dict[str, list[str]] = field(default_factory=dict)

    def name(self, kind: str, actor: str, whose: str) -> str | None:
        """None where there is no such thing: nobody owns nothing, and all of it is the
        therapist's."""
        if whose == "missing":
            return MISSING[kind]
        names = (self.own if whose == "own" else self.others)[kind]
        return names.get(actor)

    def hidden_from(self, actor: str, *, holds_link: bool = False) -> list[str]:
        """Each telling word that must not be in an answer to this actor. A guest is a stranger but
        behind the link of the own booking, which does not open the other one."""
        own = {"therapist": "house", "guest": "guest" if holds_link else ""}.get(actor, actor)
        other = [self.own["call"]["guest"]] if holds_link and actor == "guest" else []
        seen = {*WORDS} if actor == "therapist" else {own}
        hidden = [
            word for owner, words in self.tells.items() if owner not in seen for word in words
        ]
        return [*hidden, *other] + [
            word for owner, words in self.alone.items() if owner != own for word in words
        ]


def furnished() -> Cast:
    """Booked yesterday, idle for two hours, in use for five minutes."""
    cast = Cast(
        tells={owner: [word] for owner, word in WORDS.items()},
        alone={owner: [] for owner in WORDS},
    )
    with builders.the_time_is(NOW):
        _house()
        people = {name: _client(name) for name in CLIENTS}
        _book(cast, people)
        account, secret = _therapist(cast)
    with builders.the_time_is(MOMENT - 2 * HOUR):
        _enrolled_and_left(cast, account, secret)
    with builders.the_time_is(MOMENT - timedelta(minutes=6)):
        _links_asked(cast, "spent_link")
    with builders.the_time_is(MOMENT - timedelta(minutes=5)):
        _signed_in(cast, people, account, secret)
        # A newer letter voids the link of the one before.
        _links_asked(cast, "link")
    with builders.the_time_is(MOMENT):
        cast.own["code"] = dict.fromkeys(ACTORS, code_of(secret))
        cast.others["code"] = dict.fromkeys(ACTORS, code_of("A" * 32))
    _of_the_practice(cast)
    return cast


def _house() -> None:
    db.transact(builders.furnish, SYSTEM)
    word = WORDS["house"]

    def work(session: Any, _actor: Actor) -> None:
        hidden = {"needs": "new", "price_cents": 0, "visible": Visibility.THERAPIST}
        session.add(builders.a_session_type(HIDDEN, **{**hidden, "name": {"en": word}}))
        for slug, on, said in ((DRAFT, None, word), (PUBLISHED, NOW.date(), "Breathing")):
            told = {"en": said}
            session.add(Article(slug=slug, published_on=on, title=told, summary=BLANK, body=told))

    db.transact(work, SYSTEM)
    builders.change_row(Practice, therapist={"en": "Elena"})
    at = MOMENT + 5 * HOUR
    db.transact(blocks.block, THERAPIST, starts_at=at, ends_at=at + HOUR / 2, reason=word)


def _client(name: str) -> Actor:
    """With somebody else under the same account."""
    is_known = name != "before"
    client, other = (
        builders.a_client(email=email, discovered=is_known)
        for email in (email_of(name), f"other.{email_of(name)}")
    )
    for one in (client, other):
        sealed = {
            column: models_sealed.seal(Client, column, one.client_id, said)
            for column, said in (("name", f"{WORDS[name]} Doe"), ("phone", "+493012345678"))
            if one.client_id
        }
        builders.change_row(Client, Client.id == one.client_id, **sealed)
    builders.change_row(
        Client,
        Client.id == other.client_id,
        account_id=client.account_id,
        relationship=Relationship.CHILD,
    )
    return client


def _book(cast: Cast, people: Mapping[str, Actor]) -> None:
    """Of each kind one for A and B each; for the others what their stage allows."""
    today, tomorrow, later = TOMORROW, TOMORROW + DAY, TOMORROW + 2 * DAY
    guest = builders.a_guest(name=f"{WORDS['guest']} Doe", email=email_of("guest"))
    made = {
        "call": {"guest": _booked("guest", CALL, today, VISITOR, guest=guest)},
        "begun": {
            name: _booked(name, PAID, today + hours * HOUR, THERAPIST, people[name])
            for hours, name in ((1, "A"), (2, "B"))
        },
        "time": {
            name: _booked(name, PAID, tomorrow + hours * HOUR, THERAPIST, people[name])
            for hours, name in enumerate(("A", "B", "ended"))
        },
        "request": {
            name: _booked(name, ASKED, later + hours * HOUR, people[name], people[name])
            for hours, name in ((0, "A"), (2, "B"))
        },
    }
    made["time"]["before"] = _booked("before", CALL, tomorrow + 4 * HOUR, people["before"])
    made["time"]["guest"] = _booked("guest", CALL, tomorrow + 5 * HOUR, VISITOR, guest=guest)
    builders.change_row(Client, Client.id == people["ended"].client_id, ended_at=NOW)
    for kind in APPOINTMENTS:
        _named(cast, kind, made[kind], made["time"])
    _keys(cast)
    for kind in made.values():
        for name, reference in kind.items():
            cast.tells[name].append(reference)


def _booked(
    name: str,
    slug: str,
    start: Any,
    by: Actor,
    client: Actor | None = None,
    guest: Any = None,
) -> str:
    place = Place.PHONE if slug == CALL else Place.VIDEO
    wish = builders.a_wish(slug, start, note=f"Note of {WORDS[name]}", place=place)
    who = (client or by).client_id
    booked: Booked = db.transact(book.book, by, wish, guest=guest, client_id=who)
    room = f"https://room.example/{WORDS[name]}"
    at = builders.row(booked.reference).appointment_id
    builders.change_row(Appointment, Appointment.id == at, video_link=room)
    return booked.reference


def _named(cast: Cast, kind: str, of: Mapping[str, str], instead: Mapping[str, str]) -> None:
    """All is the therapist's; for everybody else the first of a kind is another's."""
    names, first = {**instead, **of}, next(iter(of))
    second = "B" if first == "A" else "A"
    cast.own[kind] = {**names, "therapist": names[first], "idle": names[first]}
    cast.others[kind] = {name: names[second if name == first else first] for name in ACTORS[:-2]}


def _keys(cast: Cast) -> None:
    """Of the management links: each holds the own one, and has no other for what is another's.
    Who is locked out holds none."""
    own = {name: _key(time) for name, time in cast.own["time"].items() if name != "idle"}
    cast.own["key"] = own
    cast.others["key"] = {**dict.fromkeys(ACTORS, MISSING["key"]), **own}


def _key(reference: str) -> str:
    return management.manage_url(builders.row(reference)).rpartition("/")[2]


def _therapist(cast: Cast) -> tuple[UUID, str]:
    db.transact(therapist.appoint, SYSTEM, email=email_of("house"))
    (owner,) = builders.rows_of(Therapist)
    enrolled = db.transact(second_factor.enrol, SYSTEM, account_id=owner.account_id)
    cast.tells["nobody"] = [enrolled.secret]
    return owner.account_id, enrolled.secret


def _enrolled_and_left(cast: Cast, account: UUID, secret: str) -> None:
    session = _session(cast, "idle", account)
    db.transact(second_factor.confirm, SYSTEM, session_id=session, code=code_of(secret))


def _signed_in(cast: Cast, people: Mapping[str, Actor], account: UUID, secret: str) -> None:
    """Everybody at two browsers: the cookie is of the first, the device is the second."""
    own, clients = {}, {}
    for name, person in people.items():
        assert person.account_id
        _session(cast, name, person.account_id)
        own[name] = str(_session(cast, "", person.account_id, WORDS[name]))
        cast.alone[name].append(own[name])
        cast.tells[name] += [str(person.account_id), str(person.client_id)]
        (other,) = builders.rows_of(
            Client, Client.account_id == person.account_id, Client.id != person.client_id
        )
        clients[name] = str(other.id)
        cast.tells[name].append(clients[name])
    hers = _session(cast, "therapist", account)
    db.transact(second_factor.show, SYSTEM, session_id=hers, code=code_of(secret))
    own["therapist"] = str(_session(cast, "", account, WORDS["house"]))
    cast.tells["house"].append(str(account))
    cast.alone["house"].append(own["therapist"])
    _of_accounts(cast, "device", {**own, "idle": own["therapist"]})
    # Nobody is cared for under the therapist's account.
    _of_accounts(cast, "client", clients)


def _session(cast: Cast, name: str, account: UUID, device: str = "Firefox") -> UUID:
    opened = db.transact(sessions.open_for, SYSTEM, account_id=account, device=device)
    cast.tells["nobody"] += [opened.cookie, sessions.hashed(opened.cookie).hex()]
    if name:
        cast.cookies[name] = opened.cookie
    found = db.query(sessions.find, SYSTEM, cookie=opened.cookie).session_id
    assert found
    return found


def _of_accounts(cast: Cast, kind: str, own: Mapping[str, str]) -> None:
    """Here the therapist is a person like any other."""
    cast.own[kind] = dict(own)
    cast.others[kind] = {name: own["B" if name == "A" else "A"] for name in ACTORS}


def _links_asked(cast: Cast, kind: str) -> None:
    """Each in the own browser."""
    links = {name: _link(name) for name in WORDS}
    cast.tells["nobody"] += links.values()
    _of_accounts(cast, kind, _hers(links))


def _link(name: str) -> str:
    email = email_of(name)
    asker = links_sign_in.Asker(asker_of(name), WORDS[name])
    before = {one.id for one in _sent()}
    db.transact(sign_in.ask, SYSTEM, email=email, asker=asker)
    (letter,) = (one for one in _sent() if one.id not in before)
    return re.findall(r"/sign-in/link/(\S+)", letter.text)[0]


def _sent() -> list[dev_mailbox.Kept]:
    """After everything that was promised so far was done."""
    while effects.work_once(Providers(EmbeddedMail()), SYSTEM):
        pass
    return db.query(dev_mailbox.list_kept, SYSTEM)


def _hers(of: Mapping[str, str]) -> dict[str, str]:
    """What is the house's is the therapist's, locked out or not."""
    return {**of, "idle": of["house"], "therapist": of["house"]}


def _of_the_practice(cast: Cast) -> None:
    """What is nobody's own: own is what may be had, another's is what is kept back."""
    behind = dict.fromkeys(("A", "B", "ended"), PAID)
    cast.own["spent_link"] = cast.own["link"]
    _of_accounts(cast, "email", _hers({name: email_of(name) for name in WORDS}))
    cast.own["type"] = {**dict.fromkeys(ACTORS, CALL), **behind}
    cast.others["type"] = dict.fromkeys(ACTORS[:-1], HIDDEN)
    cast.own["slug"] = dict.fromkeys(ACTORS, PUBLISHED)
    cast.others["slug"] = dict.fromkeys(ACTORS, DRAFT)


def email_of(name: str) -> str:
    return f"{WORDS[name].lower()}@example.org"


def asker_of(name: str) -> str:
    """The value by which a link knows the browser that asked for it."""
    return f"browser-of-{'house' if name in {'idle', 'therapist'} else name}"


def code_of(secret: str) -> str:
    totp: Any = TOTP(secret)
    return totp.at(int(clock.now().timestamp()))
