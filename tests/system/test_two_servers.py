"""Two server processes on one database answer as one: no double booking, one count."""

import json
import os
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from practice import clock
from practice.postgres import Cluster
from practice.settings import ROOT
from tests.support.database import create
from tests.support.portal_process import Server, running

TRIES = 40


@dataclass
class Pair:
    one: Server
    other: Server


@pytest.fixture(scope="module")
def pair(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    name = f"pair_{os.getpid()}"
    create(postgres, name)
    env = {
        "DATABASE_URL": postgres.url(database=name),
        "PRACTICE_SECRET_KEYS": "one key for both servers of this test",
        "PRACTICE_PUBLIC_URL": "https://practice.example",
        "PRACTICE_DEVELOPMENT_IN_PUBLIC": "on",
        "PRACTICE_TRUSTED_PROXY_HOPS": "1",
        "PRACTICE_LIMIT_ATTEMPTS": f"{TRIES}/600",
        "PRACTICE_LIMIT_GUEST_SHARE": "100",
        "PRACTICE_LIMIT_CALLS_PER_SITE": "1000/600",
        "PRACTICE_LIMIT_CALLS_PER_REGION": "1000/600",
        "PRACTICE_ANSWER_FLOOR_MS": "0",
    }
    home = tmp_path_factory.mktemp("pair")
    data = ROOT / ".data" / "tests"
    with (
        running(data / "pair-one", home / "one.log", **env) as one,
        running(data / "pair-other", home / "other.log", **env) as other,
    ):
        yield Pair(one, other)


def ask(
    base: str, path: str, body: dict[str, Any] | None = None, **headers: str
) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    said = {"content-type": "application/json", **headers}
    request = urllib.request.Request(base + path, data, said)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - loopback
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def one_slot_a_day(base: str) -> list[str]:
    first = clock.now().date()
    last = first + timedelta(days=45)
    asked = f"session_type=discovery&from={first}&to={last}&tz=Europe/Rome"
    found = ask(base, f"/api/slots?{asked}")[1]["slots"]
    by_day = {datetime.fromisoformat(one["start"]).date(): one["start"] for one in found}
    return list(by_day.values())


def a_body(base: str, number: int, start: str) -> dict[str, Any]:
    version = ask(base, "/api/session-types")[1]["privacy_version"]
    return {
        "session_type": "discovery",
        "start": start,
        "name": f"Guest {number}",
        "email": f"guest{number}@example.org",
        "phone": "+39 040 123456",
        "time_zone": "Europe/Rome",
        "place": "phone",
        "privacy_version": version,
    }


def at_once(pair: Pair, bodies: list[dict[str, Any]], keys: list[str], addresses: list[str]):
    """Turn by turn to one server and the other, from many threads."""
    servers = cycle([pair.one.base, pair.other.base])
    with ThreadPoolExecutor(32) as pool:
        waiting = [
            pool.submit(
                ask,
                next(servers),
                "/api/bookings",
                body,
                **{"Idempotency-Key": key, "X-Forwarded-For": address},
            )
            for body, key, address in zip(bodies, keys, addresses, strict=True)
        ]
        return [one.result() for one in waiting]


def test_one_key_at_two_servers_makes_one_booking(pair: Pair):
    body = a_body(pair.one.base, 1, one_slot_a_day(pair.one.base)[0])
    answers = at_once(pair, [body] * 100, ["one"] * 100, ["198.51.100.1"] * 100)
    assert {status for status, _ in answers} == {201}
    assert len({json.dumps(said) for _, said in answers}) == 1


def test_two_servers_give_every_time_away_once(pair: Pair):
    starts = one_slot_a_day(pair.one.base)[3:18]
    bodies = [a_body(pair.one.base, 100 + n, start) for n, start in enumerate(starts * 12)]
    addresses = [f"198.51.{n // 250}.{n % 250}" for n in range(1000, 1000 + len(bodies))]
    answers = at_once(pair, bodies, [f"fight-{n}" for n in range(len(bodies))], addresses)
    assert Counter(status for status, _ in answers) == {201: 15, 409: 15 * 11}
    won = [datetime.fromisoformat(said["starts_at"]) for status, said in answers if status == 201]
    assert sorted(won) == sorted(datetime.fromisoformat(start) for start in starts)


def test_two_servers_count_one_visitor_together(pair: Pair):
    """Asked for a type that is locked, so that only the count decides."""
    body = {**a_body(pair.one.base, 999, one_slot_a_day(pair.one.base)[-1])}
    bodies = [{**body, "session_type": "individual", "place": "video"}] * 200
    keys = [f"count-{n}" for n in range(200)]
    answers = at_once(pair, bodies, keys, ["198.51.100.77"] * 200)
    assert Counter(status for status, _ in answers) == {403: TRIES, 429: 200 - TRIES}


def test_neither_server_says_anything_about_whom_it_met(pair: Pair, tmp_path: Path):
    for server in (pair.one, pair.other):
        said = server.said()
        assert "example.org" not in said
        assert "198.51." not in said
