"""One's own appointments in one's own calendar: an address made, made anew, or taken away."""

from typing import Any

import reflex as rx

from practice import clock
from practice.domain.actors import Actor, Role
from practice.i18n import _
from practice.runtime import query, transact
from practice.services.calendar import feeds
from practice.services.calendar.feeds import Feed
from practice.state.dashboard.frame import ClientState
from practice.state.framework.handler import handler
from practice.state.framework.session import actor_of
from practice.state.portal.frame import PortalState
from practice.wording import times


class Subscribed(rx.State, mixin=True):
    """What both pages of the feed do; each declares for whom."""

    loaded: bool = False
    # Whether there is one, what is known of it, and the address as long as it is told.
    has_feed: bool = False
    known: str = ""
    address: str = ""
    done: str = ""

    async def _enter(self, actor: Actor) -> Any:
        """The frame's own."""
        raise NotImplementedError

    async def _show(self) -> None:
        self.address = self.done = ""
        await self._find()

    async def _make(self) -> rx.event.EventSpec:
        self.address = await transact(feeds.make, await actor_of(self))
        self.done = _("Here is your address. It is shown only now.")
        await self._find()
        return rx.set_focus("address")

    async def _revoke(self) -> rx.event.EventSpec:
        await transact(feeds.revoke, await actor_of(self))
        self.address, self.done = "", _("The address no longer answers.")
        await self._find()
        return rx.set_focus("calendar")

    async def _find(self) -> None:
        actor = await actor_of(self)
        frame = await self._enter(actor)
        feed = await query(feeds.find, actor)
        self.has_feed, self.known = feed is not None, _known(feed, frame.zone)
        self.loaded = True


class MyCalendarState(ClientState, Subscribed):
    @handler(Role.CLIENT)
    async def load(self) -> None:
        await self._show()

    @handler(Role.CLIENT)
    async def make(self) -> rx.event.EventSpec:
        return await self._make()

    @handler(Role.CLIENT)
    async def revoke(self) -> rx.event.EventSpec:
        return await self._revoke()


class PortalCalendarState(PortalState, Subscribed):
    @handler(Role.THERAPIST)
    async def load(self) -> None:
        await self._show()

    @handler(Role.THERAPIST)
    async def make(self) -> rx.event.EventSpec:
        return await self._make()

    @handler(Role.THERAPIST)
    async def revoke(self) -> rx.event.EventSpec:
        return await self._revoke()


def _known(feed: Feed | None, zone: str) -> str:
    if feed is None:
        return _("No calendar reads your appointments yet.")
    now = clock.now()
    since = times.near_day_and_time(feed.since, now, zone)
    if feed.last_read_at is None:
        return _("Made {since}. No calendar has read it yet.").format(since=since)
    read = times.near_day_and_time(feed.last_read_at, now, zone)
    return _("Made {since}, last read {read}.").format(since=since, read=read)
