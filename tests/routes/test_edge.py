"""What every answer carries, who may knock, and what a visitor sees when we fail."""

import json
import logging
from collections.abc import AsyncIterator

import httpx
import pytest
import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from practice import log, settings
from practice.routes import health
from practice.routes.edge import CutShort, Shield
from practice.settings import Settings
from tests.architecture.test_settings import COMPLETE

pytestmark = pytest.mark.anyio
SECRET = "anna@example.org told me"


def apology(path: str, status: int, reference: str) -> Response:
    return PlainTextResponse(f"sorry {path} {reference}", status)


async def fine(_request: Request) -> Response:
    return PlainTextResponse("fine", headers={"server": "x/1.0"})


async def breaks(_request: Request) -> Response:
    raise ValueError(SECRET)


async def bare_500(_request: Request) -> Response:
    return PlainTextResponse("deliberate", 500)


async def uploaded(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def open_to_others(_request: Request) -> Response:
    """As Reflex answers any origin that its own addresses are asked from."""
    others = {"access-control-allow-credentials": "true", "access-control-allow-origin": "*"}
    return PlainTextResponse("x", headers={**others, "Server": "x/1.0"})


async def private_policy(_request: Request) -> Response:
    return PlainTextResponse("x", headers={"content-security-policy": "default-src 'self'"})


async def breaks_after_a_bare_500(scope: Scope, receive: Receive, send: Send) -> None:
    """What Starlette's own last resort does: a plain 500, then the exception again."""
    await PlainTextResponse("Internal Server Error", 500)(scope, receive, send)
    raise ValueError(SECRET)


async def breaks_in_the_middle(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise ValueError(SECRET)


APP = Router(
    [
        Route("/fine", fine, methods=["GET", "POST"]),
        Route("/breaks", breaks),
        Route("/bare", bare_500),
        Route("/uploaded", uploaded, methods=["POST"]),
        Route("/open", open_to_others),
        Route("/policy", private_policy),
        Mount("/resort", app=breaks_after_a_bare_500),
        Route("/healthz", fine),
    ]
)


def client(env: dict[str, str], app: ASGIApp = APP) -> httpx.AsyncClient:
    settings = Settings.read(env)
    transport = httpx.ASGITransport(Shield(app, settings, apology), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=settings.public_url)


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    async with client({}) as found:
        yield found


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"origin": "https://evil.example"}, 403, "foreign_origin"),
        ({"host": "evil.example"}, 421, "misdirected"),
    ],
)
async def test_a_program_is_refused_in_the_shape_it_knows(
    browser: httpx.AsyncClient, headers: dict[str, str], status: int, code: str
):
    answer = await browser.post("/api/bookings", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize("path", ["/fine", "/breaks", "/nothing", "/bare", "/healthz", "/resort/"])
async def test_every_answer_carries_the_security_headers(browser: httpx.AsyncClient, path: str):
    answer = await browser.get(path)
    for name in (
        "content-security-policy",
        "x-content-type-options",
        "x-frame-options",
        "referrer-policy",
        "cross-origin-opener-policy",
        "permissions-policy",
        "cache-control",
        "x-request-id",
    ):
        assert len(answer.headers.get_list(name)) == 1
    assert "server" not in answer.headers
    assert "'unsafe" not in answer.headers["content-security-policy"]


async def test_production_answers_insist_on_https():
    async with client(COMPLETE) as browser:
        answer = await browser.get("/fine")
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")


async def test_an_answers_own_policy_is_kept(browser: httpx.AsyncClient):
    answer = await browser.get("/policy")
    assert answer.headers.get_list("content-security-policy") == ["default-src 'self'"]


@pytest.mark.parametrize("path", ["/breaks", "/resort/"])
async def test_an_error_reaches_the_visitor_kindly_with_a_reference_that_is_in_the_log(
    browser: httpx.AsyncClient, path: str
):
    with structlog.testing.capture_logs() as logged:
        answer = await browser.get(path)
    assert answer.status_code == 500
    reference = answer.headers["x-request-id"]
    assert answer.text == f"sorry {path} {reference}"
    failed = next(entry for entry in logged if entry["event"] == "request_failed")
    assert failed["ref"] == reference


async def test_a_deliberate_500_passes(browser: httpx.AsyncClient):
    answer = await browser.get("/bare")
    assert (answer.status_code, answer.text) == (500, "deliberate")


async def test_an_answer_that_breaks_in_the_middle_is_cut_and_not_patched_up():
    """The server closes the connection on an exception; half an answer must not pass as whole."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    host = [(b"host", b"localhost:3000")]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": host}
    with structlog.testing.capture_logs() as logged, pytest.raises(CutShort) as cut:
        await Shield(breaks_in_the_middle, Settings.read({}), apology)(scope, receive, send)
    assert [message["type"] for message in sent] == ["http.response.start"]
    assert SECRET not in str(cut.value)
    assert [entry for entry in logged if entry["event"] == "request_failed"]


async def test_an_upload_that_its_sender_gives_up_is_no_error_of_ours():
    sent: list[Message] = []
    coming: list[Message] = [
        {"type": "http.request", "body": b"half of it", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    host = [(b"host", b"localhost:3000")]
    scope = {"type": "http", "method": "POST", "path": "/uploaded", "headers": host}
    with structlog.testing.capture_logs() as logged:
        await Shield(APP, Settings.read({}), apology)(scope, receive, send)
    assert sent == []
    assert [(entry["event"], entry.get("status")) for entry in logged] == [("request", 499)]


async def test_no_answer_names_its_server_or_lets_another_site_read(browser: httpx.AsyncClient):
    answer = await browser.get("/open", headers={"origin": "https://evil.example"})
    assert answer.status_code == 200
    assert "server" not in answer.headers
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost:3001", "", "localhost:3000.evil.example"]
)
async def test_an_unknown_host_is_told_where_we_are(browser: httpx.AsyncClient, host: str):
    answer = await browser.get("/fine", headers={"host": host})
    assert answer.status_code == 421
    assert "http://localhost:3000" in answer.text


async def test_a_probe_may_use_any_host(browser: httpx.AsyncClient):
    assert (await browser.get("/healthz", headers={"host": "10.0.0.7"})).status_code == 200


@pytest.mark.parametrize("host", ["localhost:3000", "127.0.0.1:3000", "LOCALHOST:3000"])
async def test_a_developer_may_use_any_name_of_this_machine(browser: httpx.AsyncClient, host: str):
    assert (await browser.get("/fine", headers={"host": host})).status_code == 200


async def test_production_is_found_at_its_one_address():
    async with client(COMPLETE) as browser:
        assert (await browser.get("/fine")).status_code == 200
        local = await browser.get("/fine", headers={"host": "localhost:3000"})
    assert local.status_code == 421


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:3000", 200),
        (None, 200),
        ("http://evil.example", 403),
        ("null", 403),
        ("http://localhost:3001", 403),
        ("https://localhost:3000", 403),
    ],
)
async def test_another_site_may_change_nothing(
    browser: httpx.AsyncClient, origin: str | None, status: int
):
    headers = {"origin": origin} if origin else {}
    assert (await browser.post("/fine", headers=headers)).status_code == status
    assert (await browser.get("/fine", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("origin", "accepted"),
    [
        (b"http://localhost:3000", True),
        (b"http://evil.example", False),
        (b"null", False),
        (b"http://localhost:3000.evil.example", False),
        (None, False),
    ],
)
async def test_only_our_own_pages_may_open_a_socket(origin: bytes | None, accepted: bool):
    reached: list[bool] = []
    sent: list[Message] = []

    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        reached.append(True)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "websocket",
        "path": "/_event",
        "headers": [(b"origin", origin)] if origin else [],
    }
    await Shield(app, Settings.read({}), apology)(scope, receive, send)
    assert bool(reached) is accepted
    assert bool(sent) is not accepted


async def test_a_failed_request_leaves_no_words_of_anybody_in_the_log(
    browser: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
):
    log.configure(as_json=True)
    try:
        await browser.get("/breaks?name=Anna", headers={"cookie": "session=abc"})
        said = capsys.readouterr().err
    finally:
        structlog.reset_defaults()
    entries = [json.loads(line) for line in said.splitlines()]
    assert {entry["event"] for entry in entries} == {"request_failed", "request"}
    failed = next(entry for entry in entries if entry["event"] == "request_failed")
    assert failed["error"] == "ValueError"
    assert failed["at"][-1].endswith("breaks")
    for private in ("anna", "told me", "abc", "name="):
        assert private not in said.lower()


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("203.0.113.7", {}, 404),
        ("127.0.0.1", {"x-forwarded-for": "203.0.113.7"}, 404),
        ("127.0.0.1", {"host": "practice.example"}, 404),
        ("127.0.0.1", {"host": "evil.example:3000"}, 404),
        ("203.0.113.7", {"authorization": "Bearer the-token"}, 200),
        ("203.0.113.7", {"authorization": "Bearer another"}, 404),
        ("203.0.113.7", {"authorization": "Bearer "}, 404),
        ("203.0.113.7", {"authorization": "the-token"}, 404),
    ],
)
async def test_metrics_are_for_this_machine_or_for_the_token(
    database: str,
    monkeypatch: pytest.MonkeyPatch,
    client: str,
    headers: dict[str, str],
    status: int,
):
    configured = Settings.read({"PRACTICE_METRICS_TOKEN": "the-token"})
    monkeypatch.setattr(settings, "current", lambda: configured)
    transport = httpx.ASGITransport(Router(health.ROUTES), client=(client, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as asking:
        assert (await asking.get("/metrics", headers=headers)).status_code == status


async def test_without_a_token_no_token_opens_the_metrics():
    transport = httpx.ASGITransport(Router(health.ROUTES), client=("203.0.113.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as asking:
        answer = await asking.get("/metrics", headers={"authorization": "Bearer None"})
    assert answer.status_code == 404


def test_what_other_libraries_say_stays_out_of_the_log(capsys: pytest.CaptureFixture[str]):
    log.configure(as_json=True)
    try:
        logging.getLogger("asyncio").error(f"Task exception was never retrieved: {SECRET}")
        logging.getLogger("reflex.state").warning(SECRET)
        said = capsys.readouterr().err
    finally:
        structlog.reset_defaults()
    entries = [json.loads(line) for line in said.splitlines()]
    assert [entry["event"].partition(":")[0] for entry in entries] == ["asyncio", "reflex.state"]
    assert all(entry["withheld"] for entry in entries)
    assert "anna" not in said
