"""Development hands out every key, so strangers must not be able to reach it by mistake."""

import httpx
import pytest
from starlette.routing import Router

from practice.settings import Settings, StartRefused
from practice.site.dev import mailbox
from tests.architecture.test_settings import COMPLETE, refusal_of

EVERYWHERE = "0.0.0.0"  # noqa: S104 - read as a setting, not listened on
ON_PURPOSE = {"PRACTICE_DEVELOPMENT_IN_PUBLIC": "on"}
pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PRACTICE_PUBLIC_URL", "https://practice.example"),
        ("PRACTICE_PUBLIC_URL", "http://practice.example"),
        ("PRACTICE_PUBLIC_URL", "https://203.0.113.7"),
        ("PRACTICE_PUBLIC_URL", "http://192.168.1.20:3000"),
        ("HOST", EVERYWHERE),
        ("HOST", "::"),
        ("HOST", "192.168.1.20"),
        ("HOST", "practice.example"),
    ],
)
def test_h6_development_refuses_to_start_where_strangers_reach_it(name: str, value: str):
    said = refusal_of({name: value})
    assert f"{name}={value}" in said
    assert "PRACTICE_ENV=production" in said
    assert "PRACTICE_DEVELOPMENT_IN_PUBLIC=on" in said
    assert said.count("\n") == 0


def test_h6_all_that_opens_development_is_said_at_once():
    said = refusal_of({"PRACTICE_PUBLIC_URL": "https://practice.example", "HOST": EVERYWHERE})
    assert "PRACTICE_PUBLIC_URL=https://practice.example and HOST=0.0.0.0" in said


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"HOST": "localhost"},
        {"HOST": "127.0.0.2"},
        {"HOST": "::1"},
        {"PRACTICE_PUBLIC_URL": "https://localhost:8443"},
        {"PRACTICE_PUBLIC_URL": "http://practice.localhost:3000"},
        {"PRACTICE_PUBLIC_URL": "http://[::1]:3000"},
        {"PRACTICE_PUBLIC_URL": "https://practice.example", "HOST": EVERYWHERE, **ON_PURPOSE},
        {**COMPLETE, "HOST": EVERYWHERE},
    ],
)
def test_h6_what_only_this_machine_reaches_or_is_meant_starts(env: dict[str, str]):
    Settings.read(env)


def test_h6_development_in_public_keeps_its_limits():
    said = refusal_of({"HOST": EVERYWHERE, "PRACTICE_LIMITS": "off", **ON_PURPOSE})
    assert "PRACTICE_LIMITS" in said


def test_h6_production_has_no_use_for_the_variable():
    with pytest.raises(StartRefused, match="PRACTICE_DEVELOPMENT_IN_PUBLIC"):
        Settings.read({**COMPLETE, **ON_PURPOSE})


@pytest.mark.parametrize("path", ["/dev/mailbox", "/dev/mailbox.json", "/dev/mailbox/nothing"])
@pytest.mark.parametrize(
    ("client", "headers"),
    [
        ("203.0.113.7", {}),
        ("192.168.1.20", {}),
        ("127.0.0.1", {"host": "practice.example"}),
        ("127.0.0.1", {"host": "192.168.1.20:3000"}),
        ("127.0.0.1", {"x-forwarded-for": "203.0.113.7"}),
        ("127.0.0.1", {"x-forwarded-proto": "https"}),
        ("127.0.0.1", {"forwarded": "for=203.0.113.7"}),
        ("127.0.0.1", {"x-real-ip": "203.0.113.7"}),
        ("127.0.0.1", {"via": "1.1 proxy"}),
    ],
)
async def test_h6_the_mailbox_answers_this_machine_only(
    database: str, client: str, headers: dict[str, str], path: str
):
    transport = httpx.ASGITransport(Router(mailbox.ROUTES), client=(client, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as asking:
        answer = await asking.get(path, headers=headers)
    assert (answer.status_code, answer.text) == (404, "Not found\n")


async def test_h6_a_proxy_that_says_nothing_of_itself_is_known_by_its_old_speech(database: str):
    """nginx without a line about headers asks for localhost and in HTTP/1.0; no browser does."""
    answers: list[int] = []

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            answers.append(int(str(message["status"])))

    async def receive() -> dict[str, object]:
        return {"type": "http.request"}

    for version in ("1.0", "1.1"):
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/dev/mailbox.json",
            "query_string": b"",
            "headers": [(b"host", b"localhost:3000")],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 3000),
            "scheme": "http",
            "http_version": version,
        }
        await Router(mailbox.ROUTES)(scope, receive, send)  # pyright: ignore[reportArgumentType]
    assert answers == [404, 200]


async def test_h6_the_developer_still_reads_it(database: str):
    for host in ("localhost:3000", "127.0.0.1:3000", "[::1]:3000", "LOCALHOST"):
        transport = httpx.ASGITransport(Router(mailbox.ROUTES), client=("::1", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as asking:
            answer = await asking.get("/dev/mailbox.json", headers={"host": host})
        assert (answer.status_code, answer.json()) == (200, [])
