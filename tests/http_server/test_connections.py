"""H4: what one laptop can do to the server below everything that speaks ASGI."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import psutil
import pytest

from practice.postgres import Cluster
from tests.support import hostile_clients, running_portal
from tests.support.portal_process import Server

DEADLINE = 2
# A deadline, the second between two looks at it, and a slow machine.
PATIENCE = DEADLINE + 8
POST = "POST /sign-in HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def portal(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("h4") / "log"
    with running_portal.shared(postgres, log, PRACTICE_DEADLINE_SECONDS=str(DEADLINE)) as found:
        yield found


def written(portal: Server, words: str) -> bytes:
    return words.format(host=urlsplit(portal.base).netloc).encode()


def memory(portal: Server) -> int:
    """Of the launcher and its server, without their database's."""
    launcher = psutil.Process(portal.process.pid)
    return sum(one.memory_info().rss for one in (launcher, *launcher.children()))


def test_h4_a_thousand_silent_connections_of_one_address_shut_nobody_out(portal: Server):
    with hostile_clients.crowd(portal.base, 1_100):
        assert hostile_clients.ask(portal.base) == 200


def test_h4_one_address_keeps_no_more_connections_than_its_share(portal: Server):
    with hostile_clients.crowd(portal.base, 130) as lines:
        assert hostile_clients.is_cut(lines[-1], 1)
        assert not hostile_clients.is_cut(lines[0], 0.05)


def test_h4_a_silent_connection_is_cut_at_the_deadline(portal: Server):
    with hostile_clients.connect(portal.base) as line:
        assert hostile_clients.is_cut(line, PATIENCE)


@pytest.mark.parametrize("beginning", ["GET / HT", "GET / HTTP/1.1\r\nHost: {host}\r\nX-A: "])
def test_h4_a_head_that_comes_a_byte_a_second_is_cut(portal: Server, beginning: str):
    with hostile_clients.connect(portal.base) as line:
        line.sendall(written(portal, beginning))
        hostile_clients.keeps_sending(line, b"a", PATIENCE, 0.2)
        assert hostile_clients.is_cut(line, 1)


def test_h4_a_second_request_that_never_ends_is_cut_like_a_first(portal: Server):
    with hostile_clients.connect(portal.base) as line:
        line.sendall(written(portal, "GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\nGET"))
        assert hostile_clients.is_cut(line, PATIENCE)


def test_h4_a_body_that_never_ends_is_cut(portal: Server):
    with hostile_clients.connect(portal.base) as line:
        line.sendall(written(portal, POST + "Content-Length: 1000\r\n\r\n"))
        hostile_clients.keeps_sending(line, b"a", PATIENCE, 0.2)
        assert hostile_clients.is_cut(line, 1)


@pytest.mark.parametrize("path", ["/sign-in", "/", "/about", "/nowhere", "/api/slots", "/healthz"])
def test_h4_chunks_without_an_end_are_cut_wherever_they_are_sent(portal: Server, path: str):
    with hostile_clients.connect(portal.base) as line:
        line.sendall(written(portal, CHUNKED.replace("/sign-in", path)))
        hostile_clients.keeps_sending(line, b"1\r\na\r\n", PATIENCE, 0.2)
        assert hostile_clients.is_cut(line, 1)


def test_h4_a_fast_body_without_an_end_is_not_taken_in(portal: Server):
    before = memory(portal)
    chunk = b"4000\r\n" + b"a" * 0x4000 + b"\r\n"
    for path in ("/sign-in", "/about"):
        with hostile_clients.connect(portal.base) as line:
            line.sendall(written(portal, CHUNKED.replace("/sign-in", path)))
            hostile_clients.keeps_sending(line, chunk, PATIENCE)
            assert hostile_clients.is_cut(line, 1)
    assert memory(portal) - before < 32 * 2**20


@pytest.mark.parametrize(
    "beginning",
    [
        "GET /{pad}",
        "GET / HTTP/1.1\r\nX-A: {pad}",
        "GET / HTTP/1.1\r\n{pad}",
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-A: {pad}",
    ],
)
def test_h4_a_head_without_an_end_is_refused_early(portal: Server, beginning: str):
    start, _, _ = beginning.partition("{pad}")
    more = b"a: b\r\n" if start.endswith("\n") else b"a"
    with hostile_clients.connect(portal.base) as line:
        line.sendall(start.encode())
        sent = hostile_clients.keeps_sending(line, more * 4096, PATIENCE)
        assert hostile_clients.is_cut(line, 1)
    # What is between the two ends lies in the buffers of the kernel.
    assert sent < 24 * 2**20


def test_h4_who_never_reads_is_cut(portal: Server):
    with hostile_clients.connect(portal.base, receives=2048) as line:
        ask = written(portal, "GET / HTTP/1.1\r\nHost: {host}\r\n\r\n")
        hostile_clients.keeps_sending(line, ask * 4, PATIENCE + 5)
        assert not hostile_clients.send(line, ask) or hostile_clients.is_cut(line, PATIENCE)


def test_h4_thousands_of_requests_sent_ahead_are_not_kept(portal: Server):
    before = memory(portal)
    ask = written(portal, "GET /about HTTP/1.1\r\nHost: {host}\r\n\r\n")
    with hostile_clients.crowd(portal.base, 20, ask * 3000) as lines:
        assert hostile_clients.ask(portal.base, "/") == 200
        assert all(hostile_clients.is_cut(line, PATIENCE) for line in lines)
    assert memory(portal) - before < 32 * 2**20


def test_h4_a_connection_that_only_stays_is_closed_in_the_end(portal: Server):
    with hostile_clients.connect(portal.base) as line:
        line.sendall(written(portal, "GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n"))
        assert hostile_clients.is_cut(line, 25)


@pytest.mark.parametrize("opcode", [1, 2])
def test_h5_a_message_in_fragments_without_an_end_is_cut(portal: Server, opcode: int):
    before = memory(portal)
    with hostile_clients.open_socket(portal.base) as line:
        line.sendall(hostile_clients.frame(b"a", opcode, ends=False))
        more = hostile_clients.frame(b"a" * 16_000, 0, ends=False)
        hostile_clients.keeps_sending(line, more, PATIENCE)
        assert hostile_clients.is_cut(line, 1)
    assert memory(portal) - before < 32 * 2**20


def test_h5_fragments_with_nothing_in_them_are_cut(portal: Server):
    with hostile_clients.open_socket(portal.base) as line:
        line.sendall(hostile_clients.frame(b"", 1, ends=False))
        hostile_clients.keeps_sending(
            line, hostile_clients.frame(b"", 0, ends=False) * 1000, PATIENCE
        )
        assert hostile_clients.is_cut(line, 1)


def test_h5_a_flood_of_pings_is_cut(portal: Server):
    with hostile_clients.open_socket(portal.base, receives=2048) as line:
        hostile_clients.keeps_sending(line, hostile_clients.frame(b"a" * 125, 9) * 100, PATIENCE)
        assert not hostile_clients.send(
            line, hostile_clients.frame(b"", 9)
        ) or hostile_clients.is_cut(line, 1)


def test_h4_a_handshake_that_never_ends_is_cut(portal: Server):
    with hostile_clients.connect(portal.base) as line:
        line.sendall(written(portal, hostile_clients.UPGRADE)[:-2])
        assert hostile_clients.is_cut(line, PATIENCE)


def test_h4_nothing_names_the_server(portal: Server):
    """Whatever it is asked, and wherever the answer is written."""
    asks = [
        "GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        "GET /nowhere HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n",
        "BREW / HTTP/9\r\n\r\n",
        hostile_clients.UPGRADE,
        hostile_clients.UPGRADE.replace("Origin: http://{host}", "Origin: http://evil.example"),
        hostile_clients.UPGRADE.replace("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 1"),
        "GET /_event/?EIO=4&transport=polling HTTP/1.1\r\nHost: {host}\r\n"
        "Origin: http://evil.example\r\nConnection: close\r\n\r\n",
        "OPTIONS /_event/?EIO=4 HTTP/1.1\r\nHost: {host}\r\nOrigin: http://evil.example\r\n"
        "Access-Control-Request-Method: POST\r\nConnection: close\r\n\r\n",
    ]
    for words in asks:
        with hostile_clients.connect(portal.base, hostile_clients.VISITOR) as line:
            line.sendall(written(portal, words))
            head = line.recv(65536).lower()
        assert head.startswith(b"http/1.1 "), words
        assert b"\r\nserver:" not in head, words
        assert b"\r\naccess-control-" not in head, words
        for library in (b"granian", b"uvicorn", b"websockets/", b"python/"):
            assert library not in head, words
