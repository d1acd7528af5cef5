"""The running server asked by programs: headers, origins, and what its log does not say."""

import http.client
import json
import re
import time
from urllib.parse import urlsplit

import pytest
import socketio.exceptions

from practice.settings import ROOT
from practice.state.framework.shell import ShellState
from practice.state.styleguide import StyleguideState
from tests.support.portal_process import Server
from tests.support.websocket_client import connected

CANARY = "canary-4711"


def get(portal: Server, path: str, method: str = "GET", **headers: str):
    parts = urlsplit(portal.base)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=named)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def asset_of(portal: Server, ending: str) -> str:
    _, body = get(portal, "/styleguide")
    return next(
        word.decode() for word in body.split(b'"') if word.startswith(b"/assets/")
        and word.endswith(ending.encode())
    )  # fmt: skip


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/styleguide", 200),
        ("/it/styleguide", 200),
        ("/nowhere", 404),
        ("/robots.txt", 200),
        ("/favicon.svg", 200),
        ("/fonts/fraunces-5.3.0-core-2.woff2", 200),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/about/", 308),
        # Reflex's own addresses that nobody needs.
        ("/ping", 404),
        ("/_health", 404),
        ("/_upload", 404),
        ("/_upload/x", 404),
        ("/_all_routes", 404),
        ("/auth-codespace", 404),
        ("/styles/tokens.css", 404),
        ("/404.html", 404),
        ("/__spa-fallback.html", 404),
        ("/../pyproject.toml", 404),
        ("/assets/%2e%2e/%2e%2e/pyproject.toml", 404),
    ],
)
def test_every_address_answers_with_the_headers_that_protect(
    portal: Server, path: str, status: int
):
    answer, _ = get(portal, path)
    assert answer.status == status
    for name in (
        "content-security-policy",
        "x-content-type-options",
        "referrer-policy",
        "cross-origin-opener-policy",
        "permissions-policy",
        "cache-control",
    ):
        assert answer.headers.get_all(name) is not None, name
        assert len(answer.headers.get_all(name) or []) == 1, name
    scripts = [
        part for part in answer.headers["content-security-policy"].split("; ")
        if part.startswith("script-src")
    ]  # fmt: skip
    assert not any("unsafe" in part for part in scripts)
    assert not any(character.isdigit() for character in answer.headers.get("server", ""))


def test_hashed_assets_are_kept_for_a_year_and_compressed(portal: Server):
    for ending in (".js", ".css"):
        answer, body = get(portal, asset_of(portal, ending), accept_encoding="gzip, br")
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-encoding"] == "br"
        assert len(body) == int(answer.headers["content-length"])


def test_about_answers_at_once(portal: Server):
    answer, _ = get(portal, "/about")
    assert answer.status == 200


def test_another_host_and_another_origin_are_refused(portal: Server):
    assert get(portal, "/", host="evil.example")[0].status == 421
    refused, _ = get(portal, "/healthz", origin="https://evil.example")
    assert refused.headers.get("access-control-allow-origin") is None


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_a_foreign_page_gets_no_socket(portal: Server, origin: str):
    with (
        pytest.raises(socketio.exceptions.ConnectionError),
        connected(portal.base, origin=origin),
    ):
        pass


def test_metrics_are_for_this_machine_and_not_for_whoever_comes_through_a_proxy(portal: Server):
    get(portal, "/about")
    answer, body = get(portal, "/metrics")
    assert answer.status == 200
    assert b'practice_requests_total{method="GET",route="/about",status="200"}' in body
    assert get(portal, "/metrics", x_forwarded_for="203.0.113.7")[0].status == 404
    assert get(portal, "/metrics", forwarded="for=203.0.113.7")[0].status == 404


def test_a_stranger_gets_typed_answers_and_the_log_none_of_his_words(portal: Server):
    """Cookie, payload, argument, event name, page error: none may reach the log."""
    cookie = f"practice_session={CANARY}-cookie"
    with connected(portal.base, cookie=cookie) as client:
        assert "is_hydrated" in client.heard()
        client.send(StyleguideState.submit, {"form": {"$ne": f"{CANARY}-operator"}, "n": 1})
        client.send(StyleguideState.submit, {"form": f"{CANARY}-text"})
        client.send(ShellState.apologise, {"reference": f"{CANARY}-reference"})
        client.send(StyleguideState.fail, {})
        client.send_named("reflex___state____state.no_such_event", {"x": f"{CANARY}-payload"})
        client.send_named(f"{CANARY}-name", {})
        client.send_named("reflex___state____state.set_is_hydrated", {"value": f"{CANARY}-bool"})
        heard = client.heard()
        assert "do not understand each other" in heard
        assert "Something went wrong on our side" in heard
        client.client.emit(
            "client_error", {"error_type": "x", "message": f"{CANARY}-error"}, namespace="/_event"
        )
        client.heard()
    get(portal, f"/{CANARY}-path?q={CANARY}-query", referer=f"http://x/{CANARY}", cookie=cookie)
    said = portal.said()
    assert "handler_failed" in said
    assert "withheld" in said
    assert CANARY not in said


def test_a_socket_shows_nothing_of_another_state(portal: Server):
    """What a page is sent at its start: names of states, and no private variable."""
    with connected(portal.base) as client:
        heard = client.heard()
    assert "_bound_to" not in heard
    assert "practice___state___framework___trouble" in heard


def test_readiness_is_told_as_json(portal: Server):
    """Once each job has run for the first time, which they do when the server starts."""
    until = time.monotonic() + 60
    while json.loads(get(portal, "/readyz")[1])["status"] != "ready" and time.monotonic() < until:
        time.sleep(0.2)
    parts = ("database", "migrations", "workers", "jobs", "disk")
    assert json.loads(get(portal, "/readyz")[1])["checks"] == dict.fromkeys(parts, "ok")


def test_no_class_of_ours_is_a_utility_of_tailwind(portal: Server):
    """`contents` once was, and hid a list: Tailwind finds the word and says display: contents."""
    _, sheet = get(portal, asset_of(portal, ".css"))
    text = sheet.decode()
    layer = text[text.index("@layer utilities{") :]
    depth = 0
    inside = ""
    for letter in layer:
        inside += letter
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter == "}" and depth == 0:
            break
    utilities = set(re.findall(r"\.([a-z][\w-]*)\{", inside))
    ours = {
        name
        for path in (ROOT / "assets/styles").glob("*.css")
        for name in re.findall(r"\.([a-z][\w-]*)", path.read_text())
    }
    assert utilities & ours == set()
