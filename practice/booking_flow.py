"""What a wish to book goes through, whoever brings it: the interface, the page, the plain form."""

import asyncio
import hashlib
import json
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from time import perf_counter

from practice import runtime, settings, vault
from practice.domain import inputs, networks
from practice.domain.actors import SYSTEM, Actor, Role
from practice.domain.booking.refusals import ProofNeeded, SlotTaken
from practice.domain.errors import Invalid, TooMany
from practice.services import rate_limits
from practice.services.access import require
from practice.services.accounts import newcomers, sign_in
from practice.services.accounts.sign_in import Origin
from practice.services.availability import slots
from practice.services.booking import book as booking_book
from practice.services.booking import cancel as booking_cancel
from practice.services.booking import idempotency, management_page
from practice.services.booking import move as booking_move
from practice.services.booking.book import Wish
from practice.services.booking.cancel import Cancelled
from practice.services.booking.idempotency import Booked
from practice.services.booking.move import Moved
from practice.services.clients import guests
from practice.services.clients.guests import Guest
from practice.services.links.sign_in import Asker
from practice.services.rate_limits import Once


@dataclass(frozen=True)
class Contact:
    """What a guest wrote, as it was written."""

    name: str = ""
    email: str = ""
    phone: str = ""
    privacy_version: str = ""
    # Filled in by machines only.
    website: str = ""


@dataclass(frozen=True)
class Caller:
    """Who asks, and the network it comes from."""

    actor: Actor
    network: str
    # What the browser calls itself.
    device: str = ""

    @property
    def scope(self) -> bytes:
        """Under a key of ours: an address is not readable from it."""
        said = f"{self.actor}|{self.network}"
        return vault.ring().index("scope", said if self.is_guest else str(self.actor))

    @property
    def is_guest(self) -> bool:
        return self.actor.role is Role.PUBLIC


def once(caller: Caller, key: str, said: Mapping[str, object]) -> Once:
    """A request that may arrive again: the same words under the same key are the same request."""
    return Once(
        scope=caller.scope,
        key=_digest(key),
        request=vault.ring().index("request", json.dumps(said, sort_keys=True)),
    )


async def find_earlier(caller: Caller, keys: Sequence[str]) -> Booked | None:
    """What was booked by a wish whose answer never came. Only under keys that nobody can guess."""
    if not keys:
        return None
    found = [_digest(key) for key in keys]
    return await runtime.query(
        idempotency.find_earlier, caller.actor, scope=caller.scope, keys=found
    )


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


async def book(
    caller: Caller, wish: Wish, contact: Contact, once: Once, reading: inputs.Reading
) -> Booked:
    """Refused with all that is wrong at once; who loses a time hears which are free. `reading`
    holds what the caller found wrong before."""
    # First of all, because since then a text or a rule may have changed that it would not pass.
    answered = await runtime.query(idempotency.find, caller.actor, once=once)
    if answered:
        return answered
    guest = await _guest(caller, contact, reading)
    reading.finish()
    if contact.website:
        return await runtime.query(booking_book.pretend, caller.actor, wish, once=once)
    if wait := await runtime.transact(rate_limits.admit, caller.actor, once=once):
        raise TooMany(wait)
    try:
        return await runtime.transact(booking_book.book, caller.actor, wish, guest=guest, once=once)
    except ProofNeeded:
        await _ask_for_proof(caller, wish, require(guest))
        raise
    except SlotTaken as taken:
        raise type(taken)(
            await runtime.query(slots.alternatives, caller.actor, slug=wish.slug, start=wish.start)
        ) from None


async def _ask_for_proof(caller: Caller, wish: Wish, guest: Guest) -> None:
    """A link to the mailbox, whoever may be known there. Nothing is booked, nothing is held, and
    the name and number that were typed are kept nowhere."""

    async def write() -> None:
        await runtime.transact(
            newcomers.expect,
            SYSTEM,
            email=guest.email,
            language=wish.language,
            zone=wish.zone,
        )

    await _send_link(caller, guest.email, write)


async def _send_link(
    caller: Caller, email: str, before: Callable[[], Awaitable[None]] | None = None
) -> None:
    """The same letter as at the door, within the same limits."""
    asker = Asker(secrets.token_urlsafe(32), caller.device)
    wanted = {"email": email, "asker": asker}
    origin = Origin.of(caller.network)
    admitted = await runtime.transact(sign_in.admit, SYSTEM, **wanted, origin=origin)
    if admitted.wait:
        # The refusal's words promise a letter, and none would leave.
        raise TooMany(admitted.wait)
    if admitted.may_send:
        if before:
            await before()
        await runtime.transact(sign_in.ask, SYSTEM, **wanted)


async def move(caller: Caller, *, reference: str, start: datetime) -> Moved:
    """To another time, whoever brings the wish."""
    await _count_change(caller)
    try:
        return await runtime.transact(
            booking_move.move, caller.actor, reference=reference, start=start
        )
    except ProofNeeded:
        email = await runtime.query(management_page.find_email, caller.actor, reference=reference)
        await _send_link(caller, email)
        raise


async def cancel(caller: Caller, *, reference: str, at_most_cents: int) -> Cancelled:
    """For no more than was said."""
    await _count_change(caller)
    return await runtime.transact(
        booking_cancel.cancel, caller.actor, reference=reference, at_most_cents=at_most_cents
    )


async def _count_change(caller: Caller) -> None:
    """In a transaction of its own: a refusal that comes after does not take the count back."""
    ring, whom = vault.ring(), caller.network if caller.is_guest else str(caller.actor.account_id)
    rate = settings.current().limits.changes_per_address
    tries = [("changes_per_address", ring.index("changes", whom), rate)]
    if wait := await runtime.transact(rate_limits.count, caller.actor, tries=tries):
        raise TooMany(wait)


async def _guest(caller: Caller, contact: Contact, reading: inputs.Reading) -> Guest | None:
    if not caller.is_guest:
        return None
    form = {name: text for name, text in asdict(contact).items() if name != "website"}
    origins = [
        vault.ring().index("network", network) if network else None
        for network in (caller.network, *networks.around(caller.network))
    ]
    try:
        return await runtime.query(
            guests.read, caller.actor, form=form, origins=origins, device=caller.device
        )
    except Invalid as refusal:
        reading.wrong.update(refusal.fields)
        return None


@asynccontextmanager
async def no_sooner() -> AsyncGenerator[None]:
    """Whatever was found, the answer comes no sooner: its time tells nothing about who is known."""
    started = perf_counter()
    floor = settings.current().answer_floor.total_seconds()
    try:
        yield
    finally:
        await asyncio.sleep(max(0.0, floor - (perf_counter() - started)))
