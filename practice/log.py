"""Logs without personal data: JSON in production, short lines in development."""

import logging
import secrets
import sys
from collections.abc import Hashable, MutableMapping
from time import monotonic
from typing import Any, cast

import structlog

# No vowels, nothing that looks like something else: a person may have to read it out.
REFERENCE_LETTERS = "23456789BCDFGHJKMNPQRSTVWXZ"


Event = MutableMapping[str, Any]


def new_reference() -> str:
    return "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(8))


def configure(*, as_json: bool) -> None:
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _where_it_broke,
    ]
    last: Any = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    if as_json:
        last = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_not_too_often)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_only_whereabouts, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    _let_nothing_past()
    chatty = (
        "reflex",
        "socketio",
        "engineio",
        "uvicorn",
        "httpx",
        "apscheduler",
    )
    for name in chatty:
        logging.getLogger(name).setLevel(logging.WARNING)


class Seldom:
    """Lets so many of a kind through in a minute: whoever makes mistakes on purpose could fill the
    disk with them, and the hundredth says nothing that the tenth did not."""

    def __init__(self, most: int = 10, seconds: float = 60) -> None:
        self.most = most
        self.seconds = seconds
        self.seen: dict[Hashable, tuple[float, int]] = {}

    def lets(self, kind: Hashable) -> bool:
        now = monotonic()
        since, count = self.seen.get(kind, (now, 0))
        if now >= since + self.seconds:
            since, count = now, 0
        self.seen[kind] = since, count + 1
        return count < self.most


_records, _traces = Seldom(), Seldom()


def _not_too_often(record: logging.LogRecord) -> bool:
    """Of libraries, by the place in them. Ours come as a dict, and carry references."""
    return isinstance(record.msg, dict) or _records.lets((record.name, record.lineno))


def _let_nothing_past() -> None:
    """Some libraries bring a handler of their own, and would print what ours withholds."""
    for name in [*logging.root.manager.loggerDict]:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def _where_it_broke(_logger: Any, _method: str, event: Event) -> Event:
    """An exception's text may quote what a person wrote; its type and place never do."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = cast("tuple[Any, ...]", found)[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["error"] = type(error).__qualname__
        places = _trace(error)
        # The way there is long; said often enough, the last step will do.
        event["at"] = places if _traces.lets(tuple(places)) else places[-1:]
    return event


def _trace(error: BaseException) -> list[str]:
    places: list[str] = []
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{step.tb_lineno} {code.co_name}")
        step = step.tb_next
    return places[-12:]


def _only_whereabouts(_logger: Any, _method: str, event: Event) -> Event:
    """Libraries write values into their messages (Reflex: cookies, payloads, arguments; asyncio:
    the text of an exception), so of a foreign record only the place of its writing is kept."""
    record: logging.LogRecord = event["_record"]
    event["event"] = f"{record.name}:{record.lineno}"
    event["withheld"] = True
    return event
