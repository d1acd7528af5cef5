"""Native forms: small, from our own pages, read without any framework."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from practice.domain.errors import BadRequest
from practice.settings import Settings

LARGEST_FORM = 16 * 1024
# As many letters as a note may have, each as the browser spells the longest.
LARGEST_WITH_A_NOTE = 64 * 1024


async def read(request: Request, largest: int = LARGEST_FORM) -> dict[str, str]:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > largest:
            raise BadRequest
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=50))
    except ValueError:
        raise BadRequest from None


def require_ours(request: Request, settings: Settings) -> None:
    """A page of ours says so: by its origin, or where the browser hides that, by its site."""
    origin = request.headers.get("origin")
    if origin in settings.origins:
        return
    same = request.headers.get("sec-fetch-site") == "same-origin"
    if not (origin in {None, "null"} and same):
        raise BadRequest
