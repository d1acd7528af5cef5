"""The only way to declare an event handler: it checks who asks and what they send."""

import functools
import inspect
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import reflex as rx
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from practice import i18n, log, metrics
from practice.domain.actors import Role
from practice.domain.errors import BadRequest, NotFound, Refusal
from practice.state.framework import session
from practice.state.framework.trouble import TroubleState
from practice.wording import times

logger = structlog.get_logger(__name__)
STRICT = ConfigDict(strict=True, extra="forbid", arbitrary_types_allowed=True)
# Half a character: no encoding has it.
SURROGATE = re.compile("[\ud800-\udfff]")
# Of a whole number in PostgreSQL.
LARGEST = 2**63

Work = Callable[..., Awaitable[Any]]


def handler(role: Role, *others: Role, by_itself: bool = False) -> Callable[[Work], Any]:
    """For whom it is; what several do alike names all of them. What the page sends by itself is no
    sign that anybody is there, and keeps no session open."""

    def declare(work: Work) -> Any:
        if not inspect.iscoroutinefunction(work):
            raise TypeError(f"{work.__qualname__} must be async: a plain handler stops everybody")
        declared = Declared(work, (role, *others), _arguments_of(work), by_itself)

        @functools.wraps(work)
        async def guarded(self: rx.State, /, **given: Any) -> Any:
            started = perf_counter()
            with i18n.speaking(i18n.language_of(str(self.router_data.get("pathname") or ""))):
                outcome, answer = await declared.attempt(self, given)
            metrics.events.labels(work.__qualname__, outcome).inc()
            metrics.event_seconds.labels(work.__qualname__).observe(perf_counter() - started)
            return answer

        guarded.role = role  # type: ignore[attr-defined]
        guarded.roles = declared.roles  # type: ignore[attr-defined]
        return rx.event(guarded)

    return declare


@dataclass(frozen=True)
class Declared:
    """A handler as it was written, with what it demands."""

    work: Work
    roles: tuple[Role, ...]
    arguments: type[BaseModel]
    by_itself: bool

    async def attempt(self, state: rx.State, given: dict[str, Any]) -> tuple[str, Any]:
        """Nothing leaves as an exception: the visitor gets a sentence, the log a place."""
        trouble = await state.get_state(TroubleState)
        trouble._forget()
        try:
            return "done", await self._run(state, given)
        except Refusal as refusal:
            trouble._say(times.refused(refusal))
            return refusal.code, None
        except Exception as error:
            reference = log.new_reference()
            name = self.work.__qualname__
            logger.error("handler_failed", handler=name, ref=reference, exc_info=error)
            metrics.errors.labels("handler").inc()
            trouble._apologise(reference)
            return "error", None

    async def _run(self, state: rx.State, given: dict[str, Any]) -> Any:
        if self.by_itself:
            (await state.get_state(session.SessionState))._is_in_use = False
        if Role.PUBLIC not in self.roles:
            actor = await session.actor_of(state)
            if not any(map(actor.may_act_as, self.roles)):
                raise NotFound
        return await self.work(state, **self._checked(given))

    def _checked(self, given: dict[str, Any]) -> dict[str, Any]:
        if not _can_be_stored(given):
            raise BadRequest
        try:
            model = self.arguments.model_validate(given)
        except ValidationError:
            # The values stay out of the log: whoever sends wrong types chooses what they say.
            raise BadRequest from None
        return {name: getattr(model, name) for name in self.arguments.model_fields}


def _can_be_stored(value: Any) -> bool:
    """Right types can still hold what no column takes, and no page of ours sends."""
    if isinstance(value, dict):
        return all(map(_can_be_stored, [*value.keys(), *value.values()]))
    if isinstance(value, list):
        return all(map(_can_be_stored, value))
    if isinstance(value, str):
        return "\0" not in value and not SURROGATE.search(value)
    return not isinstance(value, int | float) or abs(value) < LARGEST


def _arguments_of(work: Work) -> type[BaseModel]:
    """A strict model of the handler's parameters; all of them must be annotated."""
    hints = inspect.get_annotations(work, eval_str=True)
    fields: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(work).parameters.items())[1:]:
        if name not in hints:
            raise TypeError(f"{work.__qualname__}: {name} has no type")
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[name] = (hints[name], default)
    label = re.sub(r"\W", "_", work.__qualname__)
    return create_model(label, __config__=STRICT, **fields)
