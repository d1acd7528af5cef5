"""What happens when Reflex itself fails: the log learns the place, the visitor a reference."""

import re

import structlog
from reflex.event import EventSpec

from practice import log, metrics
from practice.state.framework.shell import ShellState

logger = structlog.get_logger(__name__)
# The report of a page is text from a stranger: only the name of the error is taken from it.
ERROR_NAME = re.compile(r"\b[A-Z][A-Za-z]{2,30}Error\b")
# Whoever makes something fail on purpose, twenty times a second, fills no disk with it.
_failures, _reports = log.Seldom(most=60), log.Seldom()


def on_the_server(exception: Exception) -> EventSpec:
    reference = log.new_reference()
    if _failures.lets(type(exception)):
        logger.error("event_failed", ref=reference, exc_info=exception)
    metrics.errors.labels("event").inc()
    return ShellState.apologise(reference)


def on_the_page(exception: Exception) -> None:
    named = ERROR_NAME.search(str(exception))
    if _reports.lets("page_failed"):
        logger.warning("page_failed", named=named.group() if named else "unknown")
    metrics.errors.labels("page").inc()
