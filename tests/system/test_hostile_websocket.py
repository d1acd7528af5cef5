"""Whoever speaks to the websocket raw: every handler, every wrong type, stolen tabs, floods."""

import inspect
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from reflex_base.registry import RegistrationContext
from socketio.exceptions import ConnectionError as NotConnected

from practice import db
from practice.domain.actors import Role
from practice.postgres import Cluster
from practice.practice import app
from practice.services import drafts
from practice.state.drafts import DraftState
from practice.state.framework.allowed_events import NEEDED
from practice.state.framework.session import SessionState
from practice.state.framework.shell import ShellState
from practice.state.styleguide import SAMPLE_DRAFT, SampleDraftState
from tests.support import running_portal
from tests.support.portal_process import Server
from tests.support.websocket_client import HYDRATE, RawClient, connected

pytestmark = pytest.mark.timeout(300)
CANARY = "kanarienvogel"
PRIVATE = "what Ada told in November"
NOTHING_HERE = "There is nothing here, or it is not yours to see."
NOT_UNDERSTOOD = "do not understand each other"
# Asked for by the style guide; it says so in the log, and nothing else.
FAILS_ON_PURPOSE = "styleguide_state.fail"
FLOOD = 2_000


@dataclass
class House:
    portal: Server
    marks: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def base(self) -> str:
        return self.portal.base

    def said(self) -> str:
        """The log, without what was written before the server answered."""
        return self.portal.said().partition("  ready ")[2]


@pytest.fixture(scope="module")
def house(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Quick enough to be attacked in a test; how slow it is otherwise is tested by itself."""
    assert app, "imported, so that the handlers of every page are registered"
    log = tmp_path_factory.mktemp("attacked") / "portal.log"
    quick = {"PRACTICE_LIMIT_FRAMES": "500/1", "PRACTICE_LIMIT_FRAME_BURST": "1000"}
    quick["PRACTICE_LIMIT_NEW_SOCKETS"] = "10000/60"
    with running_portal.shared(postgres, log, **quick) as portal:
        yield House(portal)


def cookie(value: str) -> dict[str, str]:
    return {"cookie": f"practice_session={value}; canary={CANARY}"}


def handlers() -> dict[str, Any]:
    """Of every page, as the server has them too; tests bring states of their own."""
    found = RegistrationContext.get().event_handlers.items()
    return {name: entry.handler.fn for name, entry in found if ".tests___" not in name}


def declared() -> dict[str, Any]:
    return {name: fn for name, fn in handlers().items() if hasattr(fn, "roles")}


def arguments(fn: Any) -> list[str]:
    return list(inspect.signature(fn).parameters)[1:]


def settled(client: RawClient) -> str:
    """Everything that was heard until a harmless event behind all others is answered."""
    client.send(SampleDraftState.keep, {"name": SAMPLE_DRAFT, "text": "the end"})
    return client.heard_until(f"'{SAMPLE_DRAFT}': ")


def with_a_private_text(house: House) -> tuple[RawClient, str]:
    """A tab in which somebody's private text is shown, and the cookie behind it."""
    value, actor = running_portal.a_client()
    db.transact(drafts.keep, actor, name="letter", text=PRIVATE)
    client = RawClient(house.base, **cookie(value))
    client.send(DraftState.find, {"name": "letter"})
    client.heard_until(PRIVATE)
    return client, value


# Foreign handlers


def test_every_handler_that_is_somebodys_refuses_a_stranger(house: House):
    names = [name for name, fn in declared().items() if Role.PUBLIC not in fn.roles]
    assert names
    for name in names:
        with connected(house.base) as stranger:
            settled(stranger)
            stranger.send_named(name, dict.fromkeys(arguments(handlers()[name]), "letter"))
            assert NOTHING_HERE in settled(stranger), name


def test_a_client_is_no_therapist_and_the_other_way_round(house: House):
    clients, _ = running_portal.a_client()
    therapists, _ = running_portal.the_therapist()
    for value, role in ((clients, Role.CLIENT), (therapists, Role.THERAPIST)):
        others = [
            name
            for name, fn in declared().items()
            if Role.PUBLIC not in fn.roles and role not in fn.roles
        ]
        for name in others:
            with connected(house.base, **cookie(value)) as client:
                settled(client)
                client.send_named(name, dict.fromkeys(arguments(handlers()[name]), "letter"))
                assert NOTHING_HERE in settled(client), name


def test_what_nobody_declared_does_nothing(house: House):
    """Every setvar, names of helpers, names of nothing; also with the cookie of a client."""
    undeclared = [name for name in handlers() if name not in declared() and name not in NEEDED]
    assert any(name.endswith(".setvar") for name in undeclared)
    state = SessionState.get_full_name()
    invented = [f"{state}.{word}" for word in ("_stand", "_wipe", "__init__", "reset", "nothing")]
    value, _ = running_portal.a_client()
    for identity in ({}, cookie(value)):
        with connected(house.base, **identity) as client:
            settled(client)
            for name in (*undeclared, *invented, "", "." * 200, CANARY):
                client.send_named(name, {"var_name": "standing", "value": CANARY})
            said = settled(client)
        assert CANARY not in said
        assert "troubles" not in said
    assert CANARY not in house.said()


def test_no_variable_can_be_written_from_outside(house: House):
    state = SessionState.get_full_name()
    forged = {
        f"{state}.standing_rx_state_": CANARY,
        f"{state}.standing": CANARY,
        f"{state}._bound_to": CANARY,
        f"{DraftState.get_full_name()}.texts_rx_state_": {"letter": CANARY},
        f"{ShellState.get_full_name()}.trouble_rx_state_": CANARY,
    }
    internal = next(name for name in NEEDED if name.endswith(".update_vars_internal"))
    with connected(house.base) as client:
        settled(client)
        client.send_named(internal, {"vars": forged})
        client.send_named(HYDRATE, {"vars": forged, "hashes": None})
        assert CANARY not in settled(client)
        client.send_named(HYDRATE, {"vars": {}, "hashes": None})
        assert CANARY not in settled(client)


# Wrong types

WRONG: list[Any] = [
    None,
    {},
    {"$ne": CANARY},
    [],
    [CANARY],
    [[CANARY]],
    float("nan"),
    float("inf"),
    10**400,
    -(2**63) - 1,
    0.5,
    True,
    False,
    "",
    CANARY * 2000,
    f"{CANARY}\0",
    f"{CANARY}\ud800",
    f"\u202e{CANARY}\u2066",
    f"{CANARY} \U0001f512",
    f"'; DROP TABLE accounts; --{CANARY}",
    f"<script>{CANARY}</script>{{{{{CANARY}}}}}",
]


def payloads(names: list[str]) -> Iterator[Any]:
    fine = dict.fromkeys(names, "letter")
    for wrong in WRONG:
        yield from (dict.fromkeys(names, wrong), *({**fine, name: wrong} for name in names))
    yield from ({**fine, "extra": CANARY}, {**fine, "self": CANARY}, {CANARY: CANARY}, {})
    yield dict.fromkeys(names[1:], "letter")


def different(found: Iterator[Any]) -> list[Any]:
    return list({repr(one): one for one in found}.values())


@pytest.mark.parametrize("who", ["nobody", "a client", "the therapist"])
def test_no_wrong_value_of_any_argument_is_a_failure_or_reaches_the_log(house: House, who: str):
    identity = {
        "nobody": dict,
        "a client": lambda: cookie(running_portal.a_client()[0]),
        "the therapist": lambda: cookie(running_portal.the_therapist()[0]),
    }[who]()
    with connected(house.base, **identity) as client:
        said = settled(client)
        for name, fn in declared().items():
            if name.endswith(FAILS_ON_PURPOSE):
                continue
            for number, payload in enumerate(different(payloads(arguments(fn)))):
                client.send_named(name, payload)
                # At a pace that is read: whoever is far behind is shut, as is tested below.
                said += settled(client) if number % 10 == 9 else ""
        said += settled(client)
        assert not client.closed.is_set()
    assert NOT_UNDERSTOOD in said
    assert "Something went wrong on our side" not in said
    written = house.said()
    failed = [line for line in written.splitlines() if "handler_failed" in line]
    assert [line for line in failed if "StyleguideState.fail" not in line] == []
    assert CANARY not in written


@pytest.mark.parametrize(
    "event", [CANARY, [CANARY], None, 7, {}, {"name": CANARY}, {"name": {}, "payload": [CANARY]}]
)
def test_what_is_no_event_at_all_ends_nothing_and_says_nothing(house: House, event: Any):
    with connected(house.base) as client:
        settled(client)
        client.client.emit("event", event, namespace="/_event")
        client.client.emit(CANARY, event, namespace="/_event")
        settled(client)
    assert CANARY not in house.said()


def test_a_handler_that_fails_says_its_place_and_a_reference_only(house: House):
    with connected(house.base, **cookie(CANARY)) as client:
        settled(client)
        client.send_named(next(n for n in handlers() if n.endswith(FAILS_ON_PURPOSE)), {})
        assert "Something went wrong on our side" in settled(client)
    written = house.said()
    assert "asked for by the style guide" not in written
    assert "RuntimeError" in written
    assert CANARY not in written


# Tabs of others


@pytest.mark.parametrize("has_cookie", [False, True])
def test_the_token_of_a_tab_that_is_open_gives_another_tab(house: House, has_cookie: bool):
    hers, _ = with_a_private_text(house)
    identity = cookie(running_portal.a_client()[0]) if has_cookie else {}
    with connected(house.base, token=hers.token, **identity) as thief:
        assert PRIVATE not in settled(thief)
        assert thief.new_token not in {"", hers.token}
    hers.leave()


@pytest.mark.parametrize("has_cookie", [False, True])
@pytest.mark.parametrize("boot", [HYDRATE, ""])
def test_the_token_of_a_tab_that_was_left_gives_an_empty_one(
    house: House, has_cookie: bool, boot: str
):
    hers, _ = with_a_private_text(house)
    hers.leave()
    identity = cookie(running_portal.a_client()[0]) if has_cookie else {}
    with connected(house.base, token=hers.token, boot=boot, **identity) as thief:
        for _ in range(3):
            thief.send(ShellState.dismiss, {})
            thief.send_named(HYDRATE, {"vars": {}, "hashes": None})
        assert PRIVATE not in settled(thief)
        assert not thief.new_token


def test_her_own_tab_comes_back_as_it_was(house: House):
    """So that the tests above do not pass because nothing ever comes back."""
    hers, value = with_a_private_text(house)
    hers.leave()
    with connected(house.base, token=hers.token, **cookie(value)) as again:
        assert PRIVATE in again.heard()


# Other sites, and Reflex's own addresses


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://localhost"])
def test_a_page_of_another_site_gets_no_socket(house: House, origin: str):
    value, _ = running_portal.a_client()
    with pytest.raises(NotConnected):
        RawClient(house.base, origin=origin, **cookie(value))


@pytest.mark.parametrize("path", ["/_upload", "/_all_routes", "/ping", "/_health", "/_event"])
@pytest.mark.parametrize(("method", "statuses"), [("GET", {404}), ("POST", {404, 405})])
def test_reflex_answers_nothing_but_its_socket(
    house: House, path: str, method: str, statuses: set[int]
):
    request = urllib.request.Request(house.base + path, method=method)  # noqa: S310 - loopback
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)  # noqa: S310 - loopback
    refused.value.close()
    assert refused.value.code in statuses


# Floods and storms


def test_of_a_flood_nothing_is_lost_and_others_are_answered(house: House):
    value, _ = running_portal.a_client()
    event = {"name": SAMPLE_DRAFT, "text": "x"}
    with connected(house.base) as flooding, connected(house.base, **cookie(value)) as other:
        flooding.heard()
        other.heard()
        for _ in range(FLOOD):
            flooding.send(SampleDraftState.keep, event)
        for number in range(20):
            other.send(DraftState.keep, {"name": "letter", "text": f"line {number}"})
            other.heard_until(f"'letter': {number + 1}")
        flooding.heard_until(f"'{SAMPLE_DRAFT}': {FLOOD}")
        assert not flooding.closed.is_set()
    assert _metric(house, 'practice_socket_limits_total{limit="frames"}') > 0


def test_a_frame_above_64_kib_ends_its_socket_and_no_other(house: House):
    with connected(house.base) as loud, connected(house.base) as other:
        settled(loud)
        loud.send(SampleDraftState.keep, {"name": SAMPLE_DRAFT, "text": CANARY * 6000})
        assert loud.closed.wait(10)
        settled(other)
    assert CANARY not in house.said()


def test_the_twenty_first_socket_of_one_address_is_refused(house: House):
    before = _metric(house, 'practice_socket_limits_total{limit="sockets"}')
    with ExitStack() as leaving:
        open_ones = [leaving.enter_context(connected(house.base)) for _ in range(20)]
        with pytest.raises(NotConnected):
            RawClient(house.base)
        settled(open_ones[-1])
    assert _metric(house, 'practice_socket_limits_total{limit="sockets"}') == before + 1


def test_two_thousand_bad_events_write_no_megabytes(house: House):
    before = len(house.said())
    with connected(house.base, **cookie(CANARY)) as client:
        settled(client)
        for _ in range(FLOOD):
            client.send_named(CANARY, {"x": CANARY})
        settled(client)
    written = house.said()[before:]
    assert CANARY not in written
    assert len(written) < 50_000


def test_a_storm_of_connections_keeps_the_login(house: House):
    """While the server still holds the old socket for alive, as on a bad line."""
    value, actor = running_portal.a_client()
    with connected(house.base, **cookie(value)) as old:
        for _ in range(200):
            RawClient(house.base, token=old.token, **cookie(value)).leave()
        with connected(house.base, token=old.token, **cookie(value)) as last:
            last.send(DraftState.keep, {"name": "letter", "text": "still me"})
            last.heard_until("'letter': 1")
        old.send(DraftState.find, {"name": "letter"})
        old.heard_until("still me")
    assert db.query(drafts.find, actor, name="letter") == "still me"


def _metric(house: House, name: str) -> float:
    with urllib.request.urlopen(f"{house.base}/metrics", timeout=10) as answer:  # noqa: S310
        found = [line for line in answer.read().decode().splitlines() if line.startswith(name)]
    return float(json.loads(found[0].rpartition(" ")[2])) if found else 0
