"""Calendar feeds, for programs that have nothing but the address."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from practice import runtime, settings, vault
from practice.client_address import network_of
from practice.domain.actors import SYSTEM, VISITOR
from practice.domain.errors import NotFound
from practice.services import rate_limits
from practice.services.calendar import feeds

LONGEST = 100


async def read(request: Request) -> Response:
    """A calendar looks once an hour; who tries addresses looks more often."""
    now = settings.current()
    network = vault.ring().index("network", network_of(request, now.trusted_proxy_hops))
    tries = [("feeds", network, now.limits.feeds_per_address)]
    if wait := await runtime.transact(rate_limits.count, VISITOR, tries=tries):
        return PlainTextResponse("Too often\n", 429, headers={"retry-after": str(wait)})
    token = request.path_params["token"]
    if not token.isascii() or len(token) > LONGEST:
        return _nothing()
    try:
        found = await runtime.query(feeds.read, SYSTEM, token=token)
    except NotFound:
        return _nothing()
    await runtime.transact(feeds.note_read, SYSTEM, token=token)
    return Response(
        found,
        media_type="text/calendar; charset=utf-8",
        headers={
            "x-robots-tag": "noindex",
            "content-disposition": 'inline; filename="calendar.ics"',
        },
    )


def _nothing() -> Response:
    """Revoked and never made look the same."""
    return PlainTextResponse("Not found\n", 404)


ROUTES: list[BaseRoute] = [Route("/api/calendar/{token}.ics", read, methods=["GET"])]
