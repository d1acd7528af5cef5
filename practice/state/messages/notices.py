"""What happened, as sentences: the same list for both, each in the own frame and the own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import reflex as rx

from practice import clock
from practice.domain.actors import Actor, Role
from practice.domain.booking.consequences import Fact
from practice.domain.errors import N_
from practice.i18n import _, sentence
from practice.runtime import query, transact
from practice.services.messages import notices
from practice.services.messages.notices import Told
from practice.state.dashboard.frame import ClientState
from practice.state.framework.handler import handler
from practice.state.framework.session import actor_of
from practice.state.portal.frame import PortalState
from practice.wording import times

TO_CLIENT: Mapping[Fact, str] = {
    Fact.CONFIRMED: N_("Your appointment on {when} is confirmed."),
    Fact.REQUESTED: N_("You have asked for {when}. The time is kept for you until I answer."),
    Fact.APPROVED: N_("Your appointment on {when} is kept for you until it is paid."),
    Fact.MOVED: N_("Your appointment is now on {when}."),
    Fact.REQUEST_MOVED: N_("You now ask for {when}."),
    Fact.CANCELLED: N_("Your appointment on {when} is cancelled."),
    Fact.WITHDRAWN: N_("Your request for {when} is taken back."),
    Fact.DECLINED: N_("I could not accept your request for {when}."),
    Fact.EXPIRED: N_("Your request for {when} ran out before I answered."),
    Fact.LAPSED: N_("The time on {when} is free again, because it was not paid."),
}
TO_THERAPIST: Mapping[Fact, str] = {
    Fact.CONFIRMED: N_("The appointment with {name} on {when} is confirmed."),
    Fact.REQUESTED: N_("{name} asks for {when}."),
    Fact.MOVED: N_("The appointment with {name} is now on {when}."),
    Fact.REQUEST_MOVED: N_("{name} now asks for {when}."),
    Fact.CANCELLED: N_("The appointment with {name} on {when} is cancelled."),
    Fact.WITHDRAWN: N_("The request of {name} for {when} is taken back."),
    Fact.EXPIRED: N_("The request of {name} for {when} ran out without an answer."),
}


@dataclass(frozen=True)
class Row:
    said: str
    line: str
    is_new: bool


class Noticed(rx.State, mixin=True):
    """What both pages of notices do; each declares for whom."""

    loaded: bool = False
    notices: rx.Field[list[Row]] = rx.field(default_factory=list)
    # Said to those who listen, when one arrives on the open page.
    heard: str = ""
    # Rises with each reading, so that the page says again that it was seen.
    readings: int = 0
    _listed: rx.Field[list[UUID]] = rx.field(default_factory=list)
    # What was new at any time on this view stays marked on it.
    _new: rx.Field[list[UUID]] = rx.field(default_factory=list)
    _unseen: rx.Field[list[UUID]] = rx.field(default_factory=list)

    async def _enter(self, actor: Actor) -> Any:
        """The frame's own."""
        raise NotImplementedError

    def _words(self) -> Mapping[Fact, str]:
        raise NotImplementedError

    async def _read(self) -> None:
        actor = await actor_of(self)
        frame = await self._enter(actor)
        self.heard, self._new = "", []
        self._list(await query(notices.list_newest, actor), frame.zone)
        self.loaded = True

    async def _hear(self, actor: Actor) -> None:
        """The bell rang, which it does for what was only read, too."""
        found = await query(notices.list_newest, actor)
        if {one.id for one in found} <= set(self._listed):
            return
        frame = await self._enter(actor)
        self._list(found, frame.zone)
        self.heard = self.notices[0].said if self.notices else ""

    def _list(self, found: Sequence[Told], zone: str) -> None:
        now, said = clock.now(), self._words()
        self._listed = [one.id for one in found]
        self._unseen = [one.id for one in found if one.is_unread]
        self._new = [*self._new, *self._unseen]
        self.notices = [
            _row(one, said, now, zone, is_new=one.id in self._new)
            for one in found
            if one.fact in said
        ]
        self.readings += 1

    async def _mark(self) -> None:
        """The page has them before somebody's eyes. Meanwhile something may have happened."""
        if self._unseen:
            actor = await actor_of(self)
            await transact(notices.mark_read, actor, notices=self._unseen)
            self._unseen = []
            self.unread = await query(notices.count_unread, actor)


class MyNoticesState(ClientState, Noticed):
    def _words(self) -> Mapping[Fact, str]:
        return TO_CLIENT

    @handler(Role.CLIENT)
    async def load(self) -> None:
        await self._read()

    @handler(Role.CLIENT, by_itself=True)
    async def was_seen(self) -> None:
        await self._mark()


class PortalNoticesState(PortalState, Noticed):
    def _words(self) -> Mapping[Fact, str]:
        return TO_THERAPIST

    @handler(Role.THERAPIST)
    async def load(self) -> None:
        await self._read()

    @handler(Role.THERAPIST, by_itself=True)
    async def was_seen(self) -> None:
        await self._mark()


def _row(one: Told, said: Mapping[Fact, str], now: datetime, zone: str, *, is_new: bool) -> Row:
    when = times.day_and_time(one.starts_at, zone)
    heard = sentence(times.near_day_and_time(one.created_at, now, zone))
    return Row(
        said=_(said[one.fact]).format(when=when, name=one.client),
        line=_("{session}. {heard}.").format(session=one.session, heard=heard),
        is_new=is_new,
    )
