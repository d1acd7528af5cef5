"""HTTP to a provider: bounded in time and size, without redirects, its failures sorted."""

import ssl
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from functools import cache, partial
from typing import Any

import httpx

from practice import clock
from practice.providers import deadline
from practice.providers.deadline import Line
from practice.providers.ports import ProviderError

# Seconds to reach it, and to wait for its answer.
TIMES = httpx.Timeout(10, connect=5)
LARGEST = 1024 * 1024
# Nothing was sent, so nothing can have happened.
NOT_REACHED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)
LONGEST_WAIT = 3600.0


def ask(
    road: str, method: str, url: str, *, headers: Mapping[str, str], json: Any
) -> tuple[int, Mapping[str, str], bytes]:
    try:
        with (
            deadline.limited() as line,
            httpx.Client(verify=trust(), timeout=TIMES, follow_redirects=False) as client,
            client.stream(
                method,
                url,
                headers=dict(headers),
                json=json,
                extensions={"trace": partial(_hold, line)},
            ) as answer,
        ):
            return answer.status_code, answer.headers, _read(road, answer)
    except NOT_REACHED:
        raise ProviderError("unreachable", road=road) from None
    except httpx.HTTPError:
        raise ProviderError("no_answer", road=road, is_lost=True) from None


def _hold(line: Line, event: str, said: Mapping[str, Any]) -> None:
    if event.endswith(("connect_tcp.complete", "start_tls.complete")):
        line.held = said["return_value"].get_extra_info("socket")


@cache
def trust() -> ssl.SSLContext:
    """Read once: it takes longer than a letter takes to write."""
    return httpx.create_ssl_context()


def _read(road: str, answer: httpx.Response) -> bytes:
    """An answer that does not end is none."""
    body = b""
    for part in answer.iter_bytes():
        body += part
        if len(body) > LARGEST:
            raise ProviderError("answer_without_end", road=road, is_lost=True)
    return body


def wait_of(headers: Mapping[str, str]) -> float | None:
    """Retry-After, as seconds or as a date; an hour at most."""
    said = headers.get("retry-after", "").strip()
    if not said:
        return None
    if said.isdecimal():
        return min(float(said), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(said)
        return min(max(0.0, (until - clock.now()).total_seconds()), LONGEST_WAIT)
    except (ValueError, TypeError):
        return None
