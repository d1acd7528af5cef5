"""What the build made: its last step, and how it is served."""

import gzip
import re
import threading
from collections.abc import AsyncIterator
from contextlib import nullcontext
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from practice import build, postbuild
from practice.domain.actors import Role
from practice.routes.frontend import Frontend
from practice.settings import Environment, Settings
from tests.architecture.test_settings import COMPLETE

pytestmark = pytest.mark.anyio
SCRIPT = "document.documentElement.classList.add('dark')"
PAGE = f'<!DOCTYPE html><html lang="en"><head><script>{SCRIPT}</script></head><body></body></html>'
ADDRESSES = "var e={PING:`http://server.invalid/ping`,EVENT:`ws://server.invalid/_event`};"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A directory as Reflex leaves it just before compression."""
    for name, text in {
        "styleguide.html": PAGE,
        "it/styleguide.html": PAGE,
        "assets/reflex-env-abc.js": ADDRESSES,
        "assets/__reflex_global_styles-abc.css": "body{color:red}",
        "styles/tokens.css": ":root{}",
        "fonts/serif.woff2": "font",
        "favicon.svg": "<svg/>",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    sheet = tmp_path / "assets/__reflex_global_styles-abc.css"
    sheet.with_name(sheet.name + ".gz").write_bytes(gzip.compress(sheet.read_bytes()))
    sheet.with_name(sheet.name + ".br").write_bytes(b"brotli")
    return tmp_path


@pytest.fixture
async def browser(built: Path) -> AsyncIterator[httpx.AsyncClient]:
    frontend = Frontend(built, {"/styleguide": Role.PUBLIC, "/it/styleguide": Role.PUBLIC})
    transport = httpx.ASGITransport(frontend)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


def test_a_build_finds_its_server_by_itself(built: Path):
    postbuild.use_the_page_s_address(built)
    script = (built / "assets/reflex-env-abc.js").read_text()
    assert 'PING:(location.origin+"/ping")' in script
    assert 'EVENT:(location.origin.replace(/^http/,"ws")+"/_event")' in script
    assert "invalid" not in script


@pytest.mark.parametrize("left", ["", "fetch(server.invalid)"])
def test_a_build_that_looks_different_is_refused(built: Path, left: str):
    (built / "assets/reflex-env-abc.js").write_text(left)
    with pytest.raises(postbuild.BuildChanged):
        postbuild.use_the_page_s_address(built)


def test_a_build_is_told_what_stands_for_which_library():
    config = postbuild.replace_libraries("  resolve: {\n    alias: [\n      {},\n    ],\n  }")
    for name, source in postbuild.REPLACED.items():
        assert f'find: "{name}"' in config
        assert f"./utils/{source}" in config
        assert (postbuild.SOURCES / source).exists()
    with pytest.raises(postbuild.BuildChanged):
        postbuild.replace_libraries("resolve: {}")


def test_a_build_keeps_the_libraries_of_all_pages_together():
    before = "        codeSplitting: {\n          groups: [\n            {},\n          ],\n"
    config = postbuild.keep_libraries_together(before)
    assert config.index('name: "library"') < config.index("{},")
    kept = re.compile(postbuild.LIBRARIES)
    assert kept.search("/srv/.web/node_modules/react-dom/client.js")
    assert kept.search("/srv/.web/utils/state.js")
    assert not kept.search("/srv/.web/node_modules/react-day-picker/dist/index.js")
    assert not kept.search("/srv/.web/utils/components/Errorboundary_1.jsx")
    with pytest.raises(postbuild.BuildChanged):
        postbuild.keep_libraries_together("output: {}")


@pytest.mark.parametrize(
    ("script", "is_refused"),
    [
        ('e("p",{css:{width:`68%`,"--gap":n?.gap},children:{a:1}})', False),
        ('e("p",{css:{color:`red`,"&:hover":{color:`blue`}}})', True),
    ],
)
def test_styles_that_an_attribute_cannot_say_are_refused(
    built: Path, script: str, is_refused: bool
):
    (built / "assets/page-abc.js").write_text(script)
    refused = pytest.raises(postbuild.BuildChanged) if is_refused else nullcontext()
    with refused:
        postbuild.refuse_nested_styles(built)


def test_what_a_page_throws_reaches_the_boundary_once():
    handed = postbuild.hand_errors_on("export default App")
    assert handed.count("ErrorBoundary") == 1
    assert postbuild.hand_errors_on(handed) == handed


def test_scripts_come_after_what_is_read(built: Path):
    page = built / "it/styleguide.html"
    page.write_text('<link rel="modulepreload" href="/assets/a.js"/><link rel="stylesheet"/>')
    postbuild.load_scripts_last(built)
    assert 'rel="modulepreload" fetchpriority="low" href' in page.read_text()
    page.unlink()
    with pytest.raises(postbuild.BuildChanged):
        postbuild.load_scripts_last(built)


def test_each_page_names_its_language(built: Path):
    postbuild.name_the_languages(built)
    assert '<html lang="it"' in (built / "it/styleguide.html").read_text()
    assert '<html lang="en"' in (built / "styleguide.html").read_text()


def test_a_page_whose_language_cannot_be_set_is_refused(built: Path):
    (built / "it/styleguide.html").write_text("<html><head></head></html>")
    with pytest.raises(postbuild.BuildChanged):
        postbuild.name_the_languages(built)


async def test_a_page_allows_exactly_its_own_scripts(browser: httpx.AsyncClient):
    policy = (await browser.get("/styleguide")).headers["content-security-policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert scripts.split() == [
        "script-src",
        "'self'",
        "'sha256-8/JOXyWhT/LhKZY9U5Cdee8G1O48pXy/45IaKPBUq6s='",
    ]


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/assets/__reflex_global_styles-abc.css", "immutable"),
        ("/fonts/serif.woff2", "immutable"),
        ("/styleguide", "no-cache"),
        ("/favicon.svg", "no-cache"),
    ],
)
async def test_what_has_a_name_of_its_own_is_kept_for_a_year(
    browser: httpx.AsyncClient, path: str, kept: str
):
    answer = await browser.get(path)
    assert answer.status_code == 200
    assert kept in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, br", "br"),
        ("gzip", "gzip"),
        ("gzip;q=0.8", "gzip"),
        ("identity", None),
        ("", None),
        ("br;q=0, gzip", "gzip"),
    ],
)
async def test_the_best_compression_the_browser_takes(
    built: Path, accepted: str, encoding: str | None
):
    frontend = Frontend(built, {})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(frontend)) as client:
        request = client.build_request(
            "GET", f"http://localhost{frontend.stylesheet}", headers={"accept-encoding": accepted}
        )
        answer = await client.send(request, stream=True)
        await answer.aclose()
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "accept-encoding"


async def test_a_file_that_is_known_is_not_sent_again(browser: httpx.AsyncClient):
    first = await browser.get("/favicon.svg")
    again = await browser.get("/favicon.svg", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_page_says_at_which_address_it_is(built: Path):
    """A build knows no address; a page of it has one all the same, in each language."""
    for name, title in (("book", "Book a call"), ("it/book", "Prenoti")):
        head = f'<title>{title}</title><meta content="/og.png" property="og:image"/>'
        (built / f"{name}.html").write_text(PAGE.replace("</head>", f"{head}</head>"))
    pages = {"/book": Role.PUBLIC, "/it/book": Role.PUBLIC}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Frontend(built, pages))) as client:
        answer = await client.get("http://localhost/it/book", headers={"accept-encoding": "br"})
        packed = await client.get("http://localhost/it/book", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == answer.text
    here = "http://localhost:3000"
    for said in (
        f'<link rel="canonical" href="{here}/it/book">',
        f'<link rel="alternate" hreflang="en" href="{here}/book">',
        f'<link rel="alternate" hreflang="x-default" href="{here}/book">',
        f'<meta property="og:image" content="{here}/it/og.png">',
        '<meta property="og:title" content="Prenoti">',
    ):
        assert said in answer.text
    assert answer.text.count('property="og:image"') == 1


async def test_a_page_that_is_not_for_search_engines_says_nothing_of_itself(built: Path):
    hidden = PAGE.replace("</head>", '<meta content="noindex" name="robots"/></head>')
    (built / "portal.html").write_text(hidden)
    frontend = Frontend(built, {"/portal": Role.PUBLIC})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(frontend)) as client:
        assert (await client.get("http://localhost/portal")).text == hidden


KEY = "x" * 27
PLAINLY = (
    '<noscript><meta http-equiv="refresh" content="0;url={0}/plain/book">'
    '<a href="{0}/plain/book">Plain</a></noscript>'
    '<p class="late"><a href="{0}/plain/book">Late</a></p><a href="{0}/plain/book">Elsewhere</a>'
)


@pytest.fixture
async def booking(built: Path) -> AsyncIterator[httpx.AsyncClient]:
    async def is_there(_named: str, _cookie: str | None) -> bool:
        return True

    for code in ("", "it/"):
        (built / f"{code}book").mkdir(parents=True)
        prefix = f"/{code}".rstrip("/")
        page = PAGE.replace("<body>", f"<body>{PLAINLY.format(prefix)}")
        for name in ("book", "book/kind", "book/move"):
            (built / f"{code}{name}.html").write_text(page)
    paths = ("/book", "/book/{kind}", "/book/move")
    pages = {f"{code}{path}": Role.PUBLIC for path in paths for code in ("", "/it")}
    transport = httpx.ASGITransport(Frontend(built, pages, is_there))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


def ways(html: str) -> list[str]:
    named, _after = html.split("</p>")
    return [unescape(way) for way in re.findall(r'(?:url=|href=")(/[^"]*)"', named)]


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/book", "/plain/book"),
        ("/it/book", "/it/plain/book"),
        ("/book/call", "/plain/book/call"),
        ("/it/book/call", "/it/plain/book/call"),
        (
            "/book?day=2026-11-24&tz=Asia/Kathmandu",
            "/plain/book?day=2026-11-24&tz=Asia%2FKathmandu",
        ),
        (
            "/book/call?start=2026-11-24T09:00:00%2B01:00&from=us",
            "/plain/book/call?start=2026-11-24T09%3A00%3A00%2B01%3A00",
        ),
        (f"/book/move?booking=KPT-493-RW&key={KEY}", f"/manage/KPT-493-RW/{KEY}/move"),
        (f"/it/book/move?booking=KPT-493-RW&key={KEY}", f"/manage/KPT-493-RW/{KEY}/move"),
    ],
)
async def test_without_a_script_a_page_leads_to_its_plain_twin(
    booking: httpx.AsyncClient, asked: str, led: str
):
    for encoding in ("gzip", "identity"):
        answer = await booking.get(asked, headers={"accept-encoding": encoding})
        assert ways(answer.text) == [led, led, led]
        assert answer.text.endswith('/plain/book">Elsewhere</a></body></html>')


async def test_a_page_that_says_a_key_is_kept_by_nobody(booking: httpx.AsyncClient):
    answer = await booking.get(f"/book/move?booking=KPT-493-RW&key={KEY}")
    assert answer.headers["cache-control"] == "no-store"
    for path in ("/book/move", "/book/call?day=2026-11-24"):
        assert (await booking.get(path)).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "query",
    [
        "day=2026-11-24%22%3E%3Cscript%3E",
        "day=2026-11-24%0A",
        "start=tomorrow",
        "tz=%22onload=x",
        "tz=//evil.example",
        "tz=a/b/c/d",
        "booking=KPT-493-RW",
        f"key={KEY}",
        f"booking=../../sign-out&key={KEY}",
        f"booking=KPT-493-RW&key={KEY}%22%3E",
        f"booking=KPT-493-RW&key={'..%2F' * 8}",
        f"booking=KPT-493-RW&key={KEY}%0A",
        "booking=KPT-493-RW&key=" + "x" * 101,
        "&".join(f"a{number}=1" for number in range(30)),
        "%FF%FE",
    ],
)
async def test_what_has_no_known_shape_is_not_said_again(booking: httpx.AsyncClient, query: str):
    for path in ("/book", "/book/move"):
        assert ways((await booking.get(f"{path}?{query}")).text) == ["/plain/book"] * 3


async def test_asking_for_the_head_alone_sends_no_body(browser: httpx.AsyncClient):
    answer = await browser.head("/favicon.svg")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == "6"


def asked_for(path: str) -> dict[str, Any]:
    return {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}


async def test_only_known_pages_and_no_sources_are_there(built: Path):
    frontend = Frontend(built, {"/styleguide": Role.PUBLIC})
    assert await frontend.has(asked_for("/styleguide"))
    for path in ("/it/styleguide", "/styleguide.html", "/styles/tokens.css", "/", "/404"):
        assert not await frontend.has(asked_for(path))


async def test_one_page_stands_for_all_that_its_address_can_name(built: Path):
    (built / "book").mkdir()
    (built / "book/kind.html").write_text(PAGE)
    (built / "book/move.html").write_text(PAGE.replace("dark", "move"))

    async def is_there(named: str, _cookie: str | None) -> bool:
        return named in {"call", "move"}

    pages = {"/book/{kind}": Role.PUBLIC, "/book/move": Role.PUBLIC}
    frontend = Frontend(built, pages, is_there)
    for path in ("/book/call", "/book/call/", "/book/move"):
        assert await frontend.has(asked_for(path)), path
    for path in ("/book/none", "/book/{kind}", "/book/kind", "/book/Call", "/book/call/more"):
        assert not await frontend.has(asked_for(path)), path
    transport = httpx.ASGITransport(frontend)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert "dark" in (await client.get("/book/call")).text
        assert "move" in (await client.get("/book/move")).text
        led = await client.get("/book/call/?day=2026-11-24")
    assert (led.status_code, led.headers["location"]) == (308, "/book/call?day=2026-11-24")


def test_a_pattern_is_drawn_under_the_name_of_its_part():
    config = '{"ssr": false, "prerender": true}'
    drawn = postbuild.draw_also(config, ["book/[kind]", "it/book/[kind]"])
    assert drawn.endswith('...["/book/kind", "/it/book/kind"]]}')
    assert postbuild.draw_also("{}", ["book/[kind]"]) == "{}"


def test_a_running_server_keeps_what_it_began_with(built: Path):
    frontend = Frontend(built, {"/styleguide": Role.PUBLIC})
    (built / "styleguide.html").unlink()
    assert frontend.files["/styleguide"].body == PAGE.encode()


def test_the_fingerprint_knows_neither_host_nor_port():
    here = build.fingerprint(Settings.read({}))
    assert build.fingerprint(Settings.read({"PORT": "4000", "HOST": "127.0.0.2"})) == here


def test_production_is_another_build(monkeypatch: pytest.MonkeyPatch):
    assert Settings.read(COMPLETE).environment is Environment.PRODUCTION
    assert build.fingerprint(Settings.read(COMPLETE)) != build.fingerprint(Settings.read({}))


def test_a_changed_page_is_another_build_and_a_changed_service_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(build, "ROOT", tmp_path)
    for name in (
        "practice/pages/home.py",
        "practice/services/content/published.py",
        "assets/styles/a.css",
    ):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("one")
    settings = Settings.read({})
    before = build.fingerprint(settings)
    (tmp_path / "practice/services/content/published.py").write_text("two")
    assert build.fingerprint(settings) == before
    for name in ("practice/pages/home.py", "assets/styles/a.css"):
        (tmp_path / name).write_text("two")
        after = build.fingerprint(settings)
        assert after != before
        before = after


@pytest.mark.parametrize("tag", ["{etag}", '"other", {etag}', "*"])
async def test_a_known_file_is_recognised_however_it_is_named(browser: httpx.AsyncClient, tag: str):
    etag = (await browser.get("/favicon.svg")).headers["etag"]
    again = await browser.get("/favicon.svg", headers={"if-none-match": tag.format(etag=etag)})
    assert again.status_code == 304
    assert again.headers["vary"] == "accept-encoding"


async def test_a_file_can_only_be_read(browser: httpx.AsyncClient):
    assert (await browser.post("/favicon.svg")).status_code == 405


def test_production_leaves_the_locks_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(build, "ROOT", tmp_path)
    lock = tmp_path / "reflex.lock" / "package-lock.json"
    lock.parent.mkdir()
    for env, kept in ((COMPLETE, "all"), ({}, "fewer")):
        lock.write_text("all")
        with build._locks_kept(Settings.read(env)):
            lock.write_text("fewer")
        assert lock.read_text() == kept


def test_two_starts_at_once_build_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whatever data directories they have: what they build is the same folder."""
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "STAMP", tmp_path / "stamp")
    (tmp_path / "reflex.lock").mkdir()
    other_is_here = threading.Event()
    did: list[bool] = []

    def run(_settings: Settings) -> None:
        # Long enough for the other to get as far as it can.
        other_is_here.wait(0.5)

    def start(name: str) -> None:
        did.append(build.ensure(Settings.read({"PRACTICE_DATA_DIR": str(tmp_path / name)})))

    monkeypatch.setattr(build, "_run", run)
    starts = [threading.Thread(target=start, args=(name,)) for name in ("one", "other")]
    for one in starts:
        one.start()
    for one in starts:
        one.join()
    assert sorted(did) == [False, True]
