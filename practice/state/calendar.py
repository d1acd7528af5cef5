"""One's own appointments in one's own calendar: an address made, made anew, or taken away."""

import reflex as rx

from practice import clock
from practice.domain.actors import Role
from practice.i18n import _
from practice.runtime import query, transact
from practice.services import feeds, me, today
from practice.services.feeds import Feed
from practice.state import words
from practice.state.client import ClientState
from practice.state.guard import handler
from practice.state.portal import PortalState
from practice.state.session import actor_of


class MyCalendarState(ClientState):
    loaded: bool = False
    # Whether there is one, what is known of it, and the address as long as it is told.
    has_feed: bool = False
    known: str = ""
    address: str = ""
    done: str = ""

    @handler(Role.CLIENT)
    async def load(self) -> None:
        self.address = self.done = ""
        await self._load()

    @handler(Role.CLIENT)
    async def make(self) -> rx.event.EventSpec:
        self.address = await transact(feeds.make, await actor_of(self))
        self.done = _("Here is your address. It is shown only now.")
        await self._load()
        return rx.set_focus("address")

    @handler(Role.CLIENT)
    async def revoke(self) -> rx.event.EventSpec:
        await transact(feeds.revoke, await actor_of(self))
        self.address, self.done = "", _("The address no longer answers.")
        await self._load()
        return rx.set_focus("calendar")

    async def _load(self) -> None:
        actor = await actor_of(self)
        frame = await query(me.find_frame, actor)
        self._surround(frame)
        feed = await query(feeds.find, actor)
        self.has_feed, self.known = feed is not None, _known(feed, frame.zone)
        self.loaded = True


class PortalCalendarState(PortalState):
    loaded: bool = False
    has_feed: bool = False
    known: str = ""
    address: str = ""
    done: str = ""

    @handler(Role.THERAPIST)
    async def load(self) -> None:
        self.address = self.done = ""
        await self._load()

    @handler(Role.THERAPIST)
    async def make(self) -> rx.event.EventSpec:
        self.address = await transact(feeds.make, await actor_of(self))
        self.done = _("Here is your address. It is shown only now.")
        await self._load()
        return rx.set_focus("address")

    @handler(Role.THERAPIST)
    async def revoke(self) -> rx.event.EventSpec:
        await transact(feeds.revoke, await actor_of(self))
        self.address, self.done = "", _("The address no longer answers.")
        await self._load()
        return rx.set_focus("calendar")

    async def _load(self) -> None:
        actor = await actor_of(self)
        frame = await query(today.find_frame, actor)
        self._surround(frame)
        feed = await query(feeds.find, actor)
        self.has_feed, self.known = feed is not None, _known(feed, frame.zone)
        self.loaded = True


def _known(feed: Feed | None, zone: str) -> str:
    if feed is None:
        return _("No calendar reads your appointments yet.")
    now = clock.now()
    since = words.near_day_and_time(feed.since, now, zone)
    if feed.last_read_at is None:
        return _("Made {since}. No calendar has read it yet.").format(since=since)
    read = words.near_day_and_time(feed.last_read_at, now, zone)
    return _("Made {since}, last read {read}.").format(since=since, read=read)
