"""Any browser can call any public method of a state: what nobody declared is not run."""

from collections.abc import Callable
from typing import Any

import reflex as rx
from reflex.event import Event
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.registry import RegistrationContext

from practice import metrics

ROOT = "reflex___state____state"
LOADING = f"{ROOT}.reflex___state____on_load_internal_state"
VARS = f"{ROOT}.reflex___state____update_vars_internal_state"
FAILED = f"{ROOT}.reflex___state____frontend_event_exception_state"
Shape = dict[str, Callable[[Any], bool]]


def _is_nothing(value: Any) -> bool:
    """No state of ours keeps anything in the browser's storage, so a page has nothing to send."""
    return value is None or value == {}


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_switch(value: Any) -> bool:
    return isinstance(value, bool)


def _is_list_of_texts(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(map(_is_text, value)))


# Of Reflex's own handlers, those that its pages call, with what they send. Reflex checks nothing
# of it, and what does not fit would fail inside and write a line each time.
NEEDED: dict[str, Shape] = {
    f"{ROOT}.hydrate": {},
    f"{ROOT}.hydrate_and_load": {"vars": _is_nothing, "hashes": _is_list_of_texts},
    f"{ROOT}.set_is_hydrated": {"value": _is_switch},
    f"{LOADING}.on_load_internal": {},
    f"{LOADING}.set_is_hydrated": {"value": _is_switch},
    f"{VARS}.update_vars_internal": {"vars": _is_nothing},
    f"{FAILED}.handle_frontend_exception": {"info": _is_text, "component_stack": _is_text},
}
# A page that hydrates may leave these out.
OPTIONAL = frozenset({"vars", "hashes"})


class Undeclared(Middleware):
    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        del app, state
        if event.name in NEEDED:
            outcome = "malformed"
            if _fits(event.payload, NEEDED[event.name]):
                return None
        else:
            outcome = "undeclared"
            handler = RegistrationContext.get().event_handlers.get(event.name)
            if getattr(handler and handler.handler.fn, "roles", ()):
                return None
        metrics.events.labels(outcome, "refused").inc()
        return StateUpdate()


def _fits(payload: dict[str, Any], shape: Shape) -> bool:
    optional = OPTIONAL if "hashes" in shape else frozenset[str]()
    return shape.keys() - optional <= payload.keys() <= shape.keys() and all(
        shape[name](value) for name, value in payload.items()
    )
