"""Sign-in by letter: a link is asked for, looked at as often as anybody likes, and used once."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, exists, select, update

from practice import clock, settings, vault
from practice.clock import new_id
from practice.db import changes_calendar, collides_by_nature
from practice.domain import inputs, networks
from practice.domain.accounts.refusals import LinkGone
from practice.domain.accounts.sessions import LinkState, link_state
from practice.domain.actors import SYSTEM, Actor
from practice.domain.booking.consequences import SIGN_IN, Effect
from practice.environment import Rate
from practice.models import sealed
from practice.models.accounts import Account, SigninLink
from practice.models.booking import Booking
from practice.models.clients import Client
from practice.models.outbox import OutboxRow
from practice.services import audit, rate_limits
from practice.services.accounts import attach, sessions
from practice.services.accounts.attach import Question
from practice.services.inserts import new, write
from practice.services.links import sign_in
from practice.services.links.sign_in import Asker
from practice.settings import Limits

# So many times what one address may ask, all those of one provider's network may.
PLACES_IN_A_REGION = 3


@dataclass(frozen=True)
class Seen:
    """What the page behind a link says before anything is done."""

    state: LinkState
    is_same_browser: bool
    # What a booking's own letter asks, and the mailbox that it was sent to, shortened.
    question: Question | None
    mailbox: str
    device: str
    asked_at: datetime
    # Of whom the link is for.
    zone: str


@dataclass(frozen=True)
class Admitted:
    """Whether a letter goes; and the seconds to wait where one address asks too much."""

    may_send: bool
    wait: int | None = None


@dataclass(frozen=True)
class Origin:
    """Where a request comes from: its address, its household's network and its provider's."""

    address: bytes
    site: bytes
    region: bytes

    @classmethod
    def of(cls, network: str) -> "Origin":
        """Under a key of ours: no address is readable from it."""
        site, region = networks.around(network)
        ring = vault.ring()
        wider = site or network
        return cls(*(ring.index("network", name) for name in (network, wider, region)))


@collides_by_nature
def admit(session: Session, actor: Actor, *, email: str, asker: Asker, origin: Origin) -> Admitted:
    """Past a limit no letter goes and no link is voided, and nobody is told: whoever asks for
    somebody else's address neither floods a mailbox nor keeps its owner out. A browser that signed
    in under this address before has a count of its own, which no stranger can use up."""
    own, ring = settings.current().limits, vault.ring()
    if _is_known(session, email, asker):
        subject = ring.index("links", f"{email}|{sign_in.hashed(asker.nonce).hex()}")
        tries = [("links_per_browser", subject, own.links_per_email)]
        return Admitted(rate_limits.count(session, actor, tries=tries) is None)
    if wait := rate_limits.count(session, actor, tries=_of_place(origin, own)):
        return Admitted(may_send=False, wait=wait)
    # One after the other: what is refused from one place uses up nothing of the others'.
    tries = [*_of_pair(email, origin, own), *_of_mailbox(session, email, origin)]
    return Admitted(
        all(rate_limits.count(session, actor, tries=[single]) is None for single in tries)
    )


def _of_place(origin: Origin, own: Limits) -> list[tuple[str, bytes, Rate]]:
    """For whichever mailboxes. A provider's customers are many, so they have more together."""
    rate = own.links_per_address
    wider = Rate(PLACES_IN_A_REGION * rate.count, rate.within)
    tries = [
        ("links_per_address", origin.address, rate),
        ("links_per_region", origin.region, wider),
    ]
    if origin.site != origin.address:
        tries.append(("links_per_site", origin.site, rate))
    return tries


def _of_pair(email: str, origin: Origin, own: Limits) -> list[tuple[str, bytes, Rate]]:
    """For this mailbox from one line, and from all lines of a provider."""
    ring = vault.ring()
    of_site = ring.index("links", f"{email}|{origin.site.hex()}")
    of_region = ring.index("links", f"{email}|{origin.region.hex()}")
    wider = Rate(2 * own.links_per_email.count, own.links_per_mailbox.within)
    return [
        ("links_per_email", of_site, own.links_per_email),
        ("links_per_email_region", of_region, wider),
    ]


def _is_known(session: Session, email: str, asker: Asker) -> bool:
    used = (
        select(SigninLink.id)
        .join(Account)
        .where(
            SigninLink.asker_hash == sign_in.hashed(asker.nonce),
            col(SigninLink.used_at).is_not(None),
            col(Account.email_index).in_(vault.ring().indexes("email", email)),
        )
    )
    return session.exec(used).first() is not None


def _of_mailbox(session: Session, email: str, origin: Origin) -> list[tuple[str, bytes, Rate]]:
    """From everywhere together. To an address that nobody proved, few from one line, and not many
    in all; but a line that a booking under it came from is never stopped by the others."""
    account, own = _account(session, email), settings.current().limits
    ring = vault.ring()
    subject = ring.index("email", email)
    if account and account.email_proven_at:
        return [("links_per_mailbox", subject, own.links_per_mailbox)]
    line = ring.index("links", f"{email}|{origin.site.hex()}")
    of_line = ("links_per_unproven_line", line, own.letters_per_unproven)
    if _has_booked_from(session, email, origin):
        return [of_line]
    return [of_line, ("links_per_unproven", subject, own.links_per_unproven)]


def _has_booked_from(session: Session, email: str, origin: Origin) -> bool:
    booked = (
        select(Booking.id)
        .join(Client, col(Client.id) == Booking.client_id)
        .join(Account, col(Account.id) == Client.account_id)
        .where(
            col(Account.email_index).in_(vault.ring().indexes("email", email)),
            (Booking.origin == origin.address) | (Booking.origin_site == origin.site),
        )
    )
    return session.exec(booked).first() is not None


def ask(session: Session, actor: Actor, *, email: str, asker: Asker) -> None:
    """For an address that somebody has here, a letter; for another, nothing. Who asks cannot see
    which."""
    account = _account(session, email)
    if account is not None:
        send(session, actor, account, asker)


def send(session: Session, actor: Actor, account: Account, asker: Asker | None) -> None:
    """By letter, with the next thing that leaves the house."""
    token = issue(session, account, asker)
    letter_id = new_id()
    told = json.dumps(
        {
            "link": sign_in.url(token),
            "to": sealed.read(account, "email"),
            "language": account.language,
        }
    )
    letter = new(
        OutboxRow,
        id=letter_id,
        effect=Effect.LETTER_TO_CLIENT,
        fact=SIGN_IN,
        dedupe_key=f"{SIGN_IN}/{sign_in.hashed(token).hex()}",
        payload=sealed.seal(OutboxRow, "payload", letter_id, told),
    )
    write(session, [letter, audit.entry(actor, "link_sent", account)])


def again(session: Session, actor: Actor, *, token: str, asker: Asker) -> None:
    """For whoever holds a link that has gone: a new one, to the address of the old one only."""
    account = session.exec(
        select(Account).join(SigninLink).where(SigninLink.token_hash == sign_in.hashed(token))
    ).first()
    if account is not None:
        send(session, actor, account, asker)


def issue(session: Session, account: Account, asker: Asker | None) -> str:
    """A newer link voids the older ones of the same browser; one by hand voids all. What another
    browser asks for voids nothing, or whoever knows an address could keep its owner out."""
    _void(session, account.id, asker)
    link, token = sign_in.new_link(account.id, asker, device=asker.device if asker else "")
    write(session, [link])
    return token


def look(session: Session, actor: Actor, *, token: str, nonce: str) -> Seen:
    """Reading changes nothing, however often a mail scanner does it."""
    row = session.exec(
        select(SigninLink, Account)
        .join(Account)
        .where(SigninLink.token_hash == sign_in.hashed(token))
    ).first()
    if row is None:
        raise LinkGone
    link, account = row
    state = link_state(
        clock.now(),
        expires_at=link.expires_at,
        used_at=link.used_at,
        voided_at=link.voided_at,
    )
    return Seen(
        state=state,
        is_same_browser=_is_asker(link.booking_id, link.asker_hash, nonce),
        question=_question(session, actor, link.booking_id),
        mailbox=inputs.shortened(sealed.read(account, "email")),
        device=sealed.read(link, "device"),
        asked_at=link.created_at,
        zone=account.zone,
    )


def _question(session: Session, actor: Actor, booking_id: UUID | None) -> Question | None:
    return attach.find_question(session, actor, booking_id=booking_id) if booking_id else None


def _is_asker(booking_id: UUID | None, asker_hash: bytes | None, nonce: str) -> bool:
    """The link of the command line was handed over by hand and knows no browser. That of a
    booking's letter was asked for by nobody: anybody can book under anybody's address and send the
    link on, so whoever opens it must say that it was them."""
    if booking_id:
        return False
    return asker_hash is None or asker_hash == sign_in.hashed(nonce)


@changes_calendar
def redeem(
    session: Session, actor: Actor, *, token: str, nonce: str, it_was_me: bool, device: str
) -> sessions.Opened:
    """The button: proves the e-mail, brings together what was booked under it, and signs in. All
    of it or nothing, and of a hundred at once exactly one."""
    account_id, asker_hash, booking_id = _use_up(session, token)
    if not (it_was_me or _is_asker(booking_id, asker_hash, nonce)):
        raise LinkGone
    proven = attach.prove_email(session, SYSTEM, account_id=account_id, booking_id=booking_id)
    _void(session, proven.account_id)
    _know(session, token, nonce)
    opened = sessions.open_for(session, actor, account_id=proven.account_id, device=device)
    return replace(
        opened,
        must_choose=bool(proven.two_calls),
        must_answer=bool(proven.unanswered),
        must_introduce=not (opened.is_therapist or proven.unanswered or proven.has_person),
    )


@changes_calendar
def deny(session: Session, _actor: Actor, *, token: str) -> None:
    """The other button behind the link of a booking's letter: it was not them, and nobody is
    signed in."""
    account_id, _asker_hash, booking_id = _use_up(session, token)
    if booking_id is None:
        raise LinkGone
    attach.deny(session, SYSTEM, account_id=account_id, booking_id=booking_id)


def _use_up(session: Session, token: str) -> tuple[UUID, bytes | None, UUID | None]:
    now = clock.now()
    used = session.exec(
        update(SigninLink)
        .where(
            col(SigninLink.token_hash) == sign_in.hashed(token),
            col(SigninLink.used_at).is_(None),
            col(SigninLink.voided_at).is_(None),
            col(SigninLink.expires_at) > now,
        )
        .values(used_at=now)
        .returning(
            col(SigninLink.account_id), col(SigninLink.asker_hash), col(SigninLink.booking_id)
        )
    ).first()
    if used is None:
        raise LinkGone
    return used[0], used[1], used[2]


def is_known_address(session: Session, email: str) -> bool:
    return _account(session, email) is not None


def _account(session: Session, email: str) -> Account | None:
    """The proven one; else the newest that a guest left and nobody has denied."""
    indexes = vault.ring().indexes("email", email)
    denied = exists().where(col(Client.account_id) == Account.id, col(Client.claimed).is_(False))
    return session.exec(
        select(Account)
        .where(
            col(Account.email_index).in_(indexes),
            col(Account.email_proven_at).is_not(None) | ~denied,
        )
        .order_by(col(Account.email_proven_at).is_(None), col(Account.created_at).desc())
    ).first()


def _void(session: Session, account_id: UUID, asker: Asker | None = None) -> None:
    """Those that this browser asked for; without one, all."""
    good = update(SigninLink).where(
        col(SigninLink.account_id) == account_id,
        col(SigninLink.used_at).is_(None),
        col(SigninLink.voided_at).is_(None),
    )
    if asker:
        good = good.where(col(SigninLink.asker_hash) == sign_in.hashed(asker.nonce))
    session.exec(good.values(voided_at=clock.now()))


def _know(session: Session, token: str, nonce: str) -> None:
    """The browser that signed in, for when it asks again."""
    if nonce:
        session.exec(
            update(SigninLink)
            .where(col(SigninLink.token_hash) == sign_in.hashed(token))
            .values(asker_hash=sign_in.hashed(nonce))
        )
