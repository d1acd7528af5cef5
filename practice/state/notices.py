"""What happened, as sentences: the same list for both, each in the own frame and the own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import reflex as rx

from practice import clock
from practice.domain.actors import Actor, Role
from practice.domain.errors import N_
from practice.domain.fanout import Fact
from practice.i18n import _, sentence
from practice.runtime import query, transact
from practice.services import me, notices, today
from practice.services.notices import Told
from practice.state import words
from practice.state.client import ClientState
from practice.state.guard import handler
from practice.state.portal import PortalState
from practice.state.session import actor_of

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
    is_unread: bool


class MyNoticesState(ClientState):
    loaded: bool = False
    notices: rx.Field[list[Row]] = rx.field(default_factory=list)
    # Rises with each reading, so that the page says again that it was shown.
    readings: int = 0
    _shown: rx.Field[list[UUID]] = rx.field(default_factory=list)

    @handler(Role.CLIENT)
    async def load(self) -> None:
        actor = await actor_of(self)
        frame = await query(me.find_frame, actor)
        found = await query(notices.list_newest, actor)
        self._surround(frame)
        self.notices = _rows(found, TO_CLIENT, frame.zone)
        self._shown = [one.id for one in found if one.is_unread]
        self.readings += 1
        self.loaded = True

    @handler(Role.CLIENT)
    async def was_shown(self) -> None:
        """The page has them before its eyes; on this view the new ones stay marked."""
        if self._shown:
            self.unread = await _marked(await actor_of(self), self._shown)
            self._shown = []


class PortalNoticesState(PortalState):
    loaded: bool = False
    notices: rx.Field[list[Row]] = rx.field(default_factory=list)
    readings: int = 0
    _shown: rx.Field[list[UUID]] = rx.field(default_factory=list)

    @handler(Role.THERAPIST)
    async def load(self) -> None:
        actor = await actor_of(self)
        frame = await query(today.find_frame, actor)
        found = await query(notices.list_newest, actor)
        self._surround(frame)
        self.notices = _rows(found, TO_THERAPIST, frame.zone)
        self._shown = [one.id for one in found if one.is_unread]
        self.readings += 1
        self.loaded = True

    @handler(Role.THERAPIST)
    async def was_shown(self) -> None:
        if self._shown:
            self.unread = await _marked(await actor_of(self), self._shown)
            self._shown = []


async def _marked(actor: Actor, shown: Sequence[UUID]) -> int:
    """How many are unread after it: something may have happened meanwhile."""
    await transact(notices.mark_read, actor, notices=shown)
    return await query(notices.count_unread, actor)


def _rows(found: Sequence[Told], said: Mapping[Fact, str], zone: str) -> list[Row]:
    now = clock.now()
    return [_row(one, said, now, zone) for one in found if one.fact in said]


def _row(one: Told, said: Mapping[Fact, str], now: datetime, zone: str) -> Row:
    when = words.day_and_time(one.starts_at, zone)
    heard = sentence(words.near_day_and_time(one.created_at, now, zone))
    return Row(
        said=_(said[one.fact]).format(when=when, name=one.client),
        line=_("{session}. {heard}.").format(session=one.session, heard=heard),
        is_unread=one.is_unread,
    )
