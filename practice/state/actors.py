"""Who acts through a tab: the same answer that the guard has just had."""

import reflex as rx

from practice import callers
from practice.domain.actors import Actor
from practice.state.session import cookie_of


async def actor_of(state: rx.State) -> Actor:
    return await callers.actor_for(cookie_of(state))
