"""While developing: the letters that wait to be sent, newest first, with their links."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from practice import runtime
from practice.domain.actors import SYSTEM
from practice.routes import headers
from practice.services import letters
from practice.services.letters import Kept

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Mailbox</title>
<main><h1>Mailbox</h1>{letters}</main></html>"""


async def shown(_request: Request) -> Response:
    found = await runtime.query(letters.list_kept, SYSTEM)
    body = "".join(map(_letter, found)) or "<p>No letters yet.</p>"
    policy = {"content-security-policy": headers.CSP_STATIC}
    return HTMLResponse(PAGE.format(letters=body), headers=policy)


async def listed(_request: Request) -> Response:
    found = await runtime.query(letters.list_kept, SYSTEM)
    return JSONResponse([one.as_dict() for one in found])


def _letter(one: Kept) -> str:
    to, link = escape(one.to), escape(one.text)
    opens = f'<a href="{link}">Open the link</a>'
    return f"<article><h2>{one.subject}</h2><p>{to}</p><p>{opens}</p></article>"


ROUTES: list[BaseRoute] = [Route("/dev/mailbox", shown), Route("/dev/mailbox.json", listed)]
