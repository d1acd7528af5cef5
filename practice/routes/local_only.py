"""Whether a request comes from this very machine: for what nobody else may read."""

import ipaddress
from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

Page = Callable[[Request], Awaitable[Response]]

OUR_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
FORWARDED = (
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
)


def for_this_machine(page: Page) -> Page:
    """Nobody else learns that there is something."""

    @wraps(page)
    async def guarded(request: Request) -> Response:
        if is_from_this_machine(request):
            return await page(request)
        return PlainTextResponse("Not found\n", status_code=404)

    return guarded


def is_from_this_machine(request: Request) -> bool:
    """By its address, and by one of the machine's own names. Behind a proxy everybody comes from
    this machine, but asks for the public name, is marked as forwarded, or comes in HTTP/1.0, which
    proxies speak where nobody tells them otherwise and browsers never do."""
    is_forwarded = any(name in request.headers for name in FORWARDED)
    is_old_speech = request.scope.get("http_version") == "1.0"
    if is_forwarded or is_old_speech or request.client is None:
        return False
    if request.url.hostname not in OUR_NAMES:
        return False
    return _is_loopback(request.client.host)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
