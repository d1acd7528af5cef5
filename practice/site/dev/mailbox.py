"""While developing: every letter that was sent, newest first, with its links. They sign in, so this
machine alone may read them.
"""

import re
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from practice import runtime
from practice.domain.actors import SYSTEM
from practice.routes.local_only import for_this_machine
from practice.services.letters import dev_mailbox
from practice.services.letters.dev_mailbox import Kept

A_LINK = re.compile(r"https?://[^\s<>\"']+")
# A page of the workshop: the browser's own colours, no script, nothing from elsewhere.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; "
    "base-uri 'none'; frame-ancestors 'self'"
)
HEADERS = {"content-security-policy": POLICY, "x-frame-options": "SAMEORIGIN"}
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.1rem; margin: 0; }
p { margin: .25rem 0; } a { overflow-wrap: anywhere; } ul { padding-left: 1.2rem; }
article { border-top: 1px solid; padding: 1.25rem 0; }
summary { cursor: pointer; padding: .4rem 0; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .9rem; }
iframe { width: 100%; height: 46rem; border: 1px solid; background: Canvas; }
.quiet { opacity: .75; font-size: .9rem; }
"""
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Mailbox</title><style>{style}</style>
<main><h1>Mailbox</h1><p class="quiet">Letters that would have been sent. Seen only while
developing; <a href="/dev/mailbox.json">the same for programs</a>.</p>{letters}</main></html>"""
NOTHING = (
    "<p>No letters yet. Book something, or ask for a link at <a href='/sign-in'>the door</a>.</p>"
)


async def shown(_request: Request) -> Response:
    found = await runtime.query(dev_mailbox.list_kept, SYSTEM)
    body = "".join(map(_letter, found)) or NOTHING
    return HTMLResponse(PAGE.format(style=STYLE, letters=body), headers=HEADERS)


async def listed(_request: Request) -> Response:
    found = await runtime.query(dev_mailbox.list_kept, SYSTEM)
    return JSONResponse([one.as_dict() for one in found])


async def opened(request: Request) -> Response:
    """As a mail program shows it."""
    found = await runtime.query(dev_mailbox.list_kept, SYSTEM)
    for one in found:
        if one.id == request.path_params["letter"]:
            return HTMLResponse(one.html, headers=HEADERS)
    return Response(status_code=404)


def _letter(one: Kept) -> str:
    links = "".join(
        f'<li><a href="{escape(link)}">{escape(link)}</a></li>'
        for link in dict.fromkeys(A_LINK.findall(one.text))
    )
    files = ", ".join(escape(file.name) for file in one.attachments)
    sent = f"{one.sent_at:%Y-%m-%d %H:%M} UTC" if one.sent_at else one.state
    about = f"{escape(one.to)} · {escape(one.kind)} · {sent}{f' · {files}' if files else ''}"
    frame = f'<iframe src="/dev/mailbox/{one.id}" title="{escape(one.subject)}" loading="lazy">'
    return (
        f"<article><h2>{escape(one.subject)}</h2><p class='quiet'>{about}</p><ul>{links}</ul>"
        f"<details><summary>As sent</summary>{frame}</iframe></details>"
        f"<details><summary>As text</summary><pre>{escape(one.text)}</pre></details></article>"
    )


ROUTES: list[BaseRoute] = [
    Route("/dev/mailbox", for_this_machine(shown)),
    Route("/dev/mailbox.json", for_this_machine(listed)),
    Route("/dev/mailbox/{letter}", for_this_machine(opened)),
]
