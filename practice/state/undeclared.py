"""Any browser can call any public method of a state: what nobody declared is not run."""

import reflex as rx
from reflex.event import Event
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.registry import RegistrationContext

from practice import metrics

ROOT = "reflex___state____state"
# Of Reflex's own handlers, those that its pages call.
NEEDED = frozenset(
    {
        f"{ROOT}.hydrate",
        f"{ROOT}.hydrate_and_load",
        f"{ROOT}.set_is_hydrated",
        f"{ROOT}.reflex___state____on_load_internal_state.on_load_internal",
        f"{ROOT}.reflex___state____on_load_internal_state.set_is_hydrated",
        f"{ROOT}.reflex___state____update_vars_internal_state.update_vars_internal",
        f"{ROOT}.reflex___state____frontend_event_exception_state.handle_frontend_exception",
    }
)


class Undeclared(Middleware):
    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        del app, state
        found = RegistrationContext.get().event_handlers.get(event.name)
        if event.name in NEEDED or getattr(found and found.handler.fn, "roles", ()):
            return None
        metrics.events.labels("undeclared", "refused").inc()
        return StateUpdate()
