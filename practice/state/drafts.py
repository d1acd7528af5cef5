"""Drafts of the fields of a page: found when it opens, kept while somebody writes."""

import reflex as rx

from practice import runtime
from practice.domain.actors import Role
from practice.services import drafts
from practice.state.framework import session
from practice.state.framework.handler import handler


class DraftState(rx.State):
    # What a field begins with, by its name; gone as soon as it is written on.
    texts: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    # How often each was kept: the field says so when it rises.
    kept: rx.Field[dict[str, int]] = rx.field(default_factory=dict)
    # How often each was dropped: then the field empties itself.
    dropped: rx.Field[dict[str, int]] = rx.field(default_factory=dict)

    @handler(Role.CLIENT, Role.THERAPIST)
    async def find(self, name: str) -> None:
        self.texts[name] = await runtime.query(drafts.find, await session.actor_of(self), name=name)

    @handler(Role.CLIENT, Role.THERAPIST)
    async def keep(self, name: str, text: str) -> None:
        actor = await session.actor_of(self)
        await runtime.transact(drafts.keep, actor, name=name, text=text)
        self.texts.pop(name, None)
        self.kept[name] = self.kept.get(name, 0) + 1

    @handler(Role.CLIENT, Role.THERAPIST)
    async def drop(self, name: str) -> None:
        actor = await session.actor_of(self)
        await runtime.transact(drafts.drop, actor, name=name)
        self._dropped(name)

    def _dropped(self, name: str) -> None:
        """For a handler whose service has dropped it in the same transaction as it sent it."""
        self.texts.pop(name, None)
        self.kept.pop(name, None)
        self.dropped[name] = self.dropped.get(name, 0) + 1
