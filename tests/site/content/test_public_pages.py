"""The public pages: real HTML from the database, in two languages, for people and for robots."""

import json
import re
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
import time_machine
from PIL import Image
from sqlmodel import Session, text

from practice import clock, db, i18n, settings
from practice.domain.actors import SYSTEM, Actor
from practice.routes import health
from practice.routes.edge import Shield
from practice.services.operations import heartbeats
from practice.settings import Settings
from practice.site.routes import Site
from tests import builders

pytestmark = pytest.mark.anyio
PAGES = ["/", "/about", "/privacy", "/reading/first-conversation"]
BOOKING = ["/book", "/book/discovery"]
BOTH = [i18n.path_in(code, path) for code in i18n.LANGUAGES for path in PAGES]
Browser = httpx.AsyncClient


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    settings = Settings.read({})
    site = Site(settings, "/assets/styles.css", health.ROUTES)
    transport = httpx.ASGITransport(Shield(site, settings, site.apology))
    async with httpx.AsyncClient(transport=transport, base_url=settings.public_url) as client:
        yield client


def change(words: str) -> Callable[[Session, Actor], None]:
    def work(session: Session, _actor: Actor) -> None:
        session.connection().execute(text(words))

    return work


def attributes(html: str, wanted: str) -> list[dict[str, str | None]]:
    found: list[dict[str, str | None]] = []

    class Collector(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == wanted:
                found.append(dict(attrs))

    Collector().feed(html)
    return found


def without_tags(html: str) -> str:
    return re.sub(r"<[^>]*>", " ", html)


@pytest.mark.parametrize("path", BOTH)
async def test_a_page_says_what_it_is_and_where(practice: str, browser: Browser, path: str):
    answer = await browser.get(path)
    assert answer.status_code == 200
    html, address = answer.text, f"http://localhost:3000{path}"
    language = i18n.language_of(path)
    assert attributes(html, "html") == [{"lang": language}]
    assert len(attributes(html, "h1")) == 1
    assert re.search(r"<title>[^<]{10,90}</title>", html)
    links = attributes(html, "link")
    assert [link["href"] for link in links if link["rel"] == "canonical"] == [address]
    alternates = {link["hreflang"]: link["href"] for link in links if link["rel"] == "alternate"}
    assert alternates.keys() == {"en", "it", "x-default"}
    assert alternates[language] == address
    metas = {meta.get("name") or meta.get("property"): meta for meta in attributes(html, "meta")}
    assert 50 <= len(metas["description"]["content"] or "") <= 200
    assert metas["og:url"]["content"] == address
    card = i18n.path_in(language, "/og.png")
    assert metas["og:image"]["content"] == f"http://localhost:3000{card}"


@pytest.mark.parametrize("path", BOTH)
async def test_nothing_of_a_page_needs_javascript_or_another_server(
    practice: str, browser: Browser, path: str
):
    html = (await browser.get(path)).text
    scripts = attributes(html, "script")
    assert all(script["type"] == "application/ld+json" for script in scripts)
    loaded = [image["src"] for image in attributes(html, "img")]
    loaded += [link["href"] for link in attributes(html, "link") if link["rel"] != "canonical"]
    assert not [
        one
        for one in loaded
        if (one or "").startswith(("http:", "https:", "//"))
        and not (one or "").startswith("http://localhost:3000")
    ]
    assert " style=" not in html
    assert not re.search(r"\son\w+=", html)


async def test_home_tells_what_is_in_the_database(practice: str, browser: Browser):
    html = (await browser.get("/")).text.replace("\xa0", " ")
    for said in ("Dr. Elena Conti", "Individual session", "€80", "50 minutes", "112", "Free"):
        assert said in html
    italian = (await browser.get("/it")).text
    for said in ("Dott.ssa Elena Conti", "80 €", "50 minuti"):
        assert said in italian.replace("\xa0", " ")


async def test_a_price_stands_beside_length_place_and_what_opens_it(
    practice: str, browser: Browser
):
    html = (await browser.get("/")).text.replace("\xa0", " ")
    rows = [without_tags(row) for row in re.findall(r'<li class="[^"]*">(<h3>.*?)</li>', html)]
    said = (
        ("Discovery call", "Free", "20 minutes, by video or by phone", "Choose a time"),
        ("Individual session", "€80", "50 minutes, in the room or by video", "after the call"),
        ("Thursday group", "€35", "90 minutes, in the room", "once we have begun"),
    )
    for words in said:
        [row] = [one for one in rows if words[0] in one]
        assert [word for word in words if word not in row] == []
    assert "75 minuti, in studio o in videochiamata" in (
        (await browser.get("/it")).text.replace("\xa0", " ")
    )


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/", ["/book", "/book/discovery", "/book"]),
        ("/it", ["/it/book", "/it/book/discovery", "/it/book"]),
        ("/about", ["/book"]),
        ("/reading/first-conversation", ["/book"]),
        ("/it/nowhere", ["/it/book"]),
    ],
)
async def test_the_one_thing_to_do_is_a_link_away(
    practice: str, browser: Browser, path: str, wanted: list[str]
):
    html = (await browser.get(path)).text
    links = [link["href"] or "" for link in attributes(html, "a")]
    assert [link for link in links if "/book" in link] == wanted


@pytest.mark.parametrize(
    "change_of_the_call", ["visible = 'link'", "visible = 'therapist'", "archived_at = now()"]
)
async def test_where_no_call_is_offered_to_everybody_people_are_asked_to_write(
    practice: str, browser: Browser, change_of_the_call: str
):
    db.transact(
        change(f"UPDATE session_types SET {change_of_the_call} WHERE slug = 'discovery'"), SYSTEM
    )
    for path in ("/", "/about", "/it/reading/first-conversation", "/nowhere"):
        html = (await browser.get(path)).text
        assert "/book" not in html
        assert path == "/nowhere" or "mailto:hello@studiomarea.example?subject=" in html


async def test_the_data_for_search_engines_is_json_that_cannot_end_its_script(
    practice: str, browser: Browser
):
    db.transact(change("UPDATE practice SET name = '</script><script>alert(1)</script>'"), SYSTEM)
    html = (await browser.get("/")).text
    assert "<script>alert" not in html
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    kinds = {json.loads(block).get("@type") for block in blocks}
    assert kinds == {"ProfessionalService", None, "FAQPage"}
    assert json.loads(blocks[0])["name"] == "</script><script>alert(1)</script>"


@pytest.mark.parametrize("column", ["therapist", "lede", "story", "address", "kicker"])
async def test_published_text_is_text_and_never_markup(
    practice: str, browser: Browser, column: str
):
    evil = "<img src=x onerror=alert(1)><b>bold</b>"
    db.transact(
        change(f"UPDATE practice SET {column} = jsonb_build_object('en', '{evil}')"), SYSTEM
    )
    for path in PAGES:
        html = (await browser.get(path)).text
        assert "<img src=x" not in html
        assert "<b>bold" not in html


async def test_a_change_of_the_content_shows_at_once(practice: str, browser: Browser):
    before = await browser.get("/")
    db.transact(change("""UPDATE practice SET lede = '{"en": "Come as you are."}'"""), SYSTEM)
    after = await browser.get("/")
    assert "Come as you are." in after.text
    assert before.headers["etag"] != after.headers["etag"]


async def test_a_page_that_has_not_changed_is_not_sent_again(practice: str, browser: Browser):
    first = await browser.get("/")
    again = await browser.get("/", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_text_without_a_translation_falls_back_to_the_practices_language(
    practice: str, browser: Browser
):
    db.transact(change("""UPDATE practice SET lede = '{"en": "Only in English."}'"""), SYSTEM)
    assert "Only in English." in (await browser.get("/it")).text


async def test_a_shared_link_shows_a_picture_in_the_practices_words(
    practice: str, browser: Browser
):
    english, italian = [await browser.get(path) for path in ("/og.png", "/it/og.png")]
    for answer in (english, italian):
        assert answer.headers["content-type"] == "image/png"
        assert Image.open(BytesIO(answer.content)).size == (1200, 630)
        assert len(answer.content) < 80_000
    assert english.content != italian.content
    db.transact(change("UPDATE practice SET name = 'Praxis Ebbe'"), SYSTEM)
    renamed = await browser.get("/og.png", headers={"if-none-match": english.headers["etag"]})
    assert (renamed.status_code, renamed.content == english.content) == (200, False)
    again = await browser.get("/og.png", headers={"if-none-match": renamed.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_before_anything_is_published_there_is_no_picture(database: str, browser: Browser):
    assert (await browser.get("/og.png")).status_code == 404


async def test_an_article_appears_on_its_day(practice: str, browser: Browser):
    db.transact(
        change("UPDATE articles SET published_on = '2031-05-01' WHERE slug = 'first-conversation'"),
        SYSTEM,
    )
    with time_machine.travel(datetime(2031, 4, 30, 12, tzinfo=UTC), tick=False):
        assert (await browser.get("/reading/first-conversation")).status_code == 404
        assert "first-conversation" not in (await browser.get("/")).text
        assert "first-conversation" not in (await browser.get("/sitemap.xml")).text
    with time_machine.travel(datetime(2031, 5, 1, 12, tzinfo=UTC), tick=False):
        assert (await browser.get("/reading/first-conversation")).status_code == 200
        assert "first-conversation" in (await browser.get("/")).text


async def test_a_draft_is_nowhere(practice: str, browser: Browser):
    db.transact(change("UPDATE articles SET published_on = NULL"), SYSTEM)
    assert "/reading/" not in (await browser.get("/")).text
    assert (await browser.get("/reading/first-conversation")).status_code == 404


@pytest.mark.parametrize("visible", ["link", "therapist"])
async def test_a_session_type_that_is_not_for_everybody_is_on_no_public_page(
    practice: str, browser: Browser, visible: str
):
    name = "Individual session"
    assert name in (await browser.get("/")).text
    db.transact(
        change(f"UPDATE session_types SET visible = '{visible}' WHERE slug = 'individual'"), SYSTEM
    )
    assert name not in (await browser.get("/")).text


async def test_a_chapter_without_content_is_not_there(practice: str, browser: Browser):
    db.transact(change("DELETE FROM passages"), SYSTEM)
    db.transact(change("DELETE FROM articles"), SYSTEM)
    html = (await browser.get("/")).text
    for heading in ("How it works</h2>", "Short readings", "Questions people ask"):
        assert heading not in html


async def test_whoever_follows_every_link_finds_a_page(practice: str, browser: Browser):
    """From the home page in both languages through all that is linked; anchors are there too."""
    open_, seen = {"/", "/it"}, dict[str, str]()
    while open_:
        path = open_.pop()
        answer = await browser.get(path)
        assert answer.status_code == 200, path
        seen[path] = answer.text
        links = {link["href"] or "" for link in attributes(answer.text, "a")}
        own = {link.partition("#")[0] for link in links if link.startswith("/")}
        # Booking is a page of the build, which is not here.
        open_ |= {path for path in own if path not in seen and "/book" not in path}
    assert {*BOTH, "/sign-in", "/it/sign-in"} <= seen.keys()
    for path, html in seen.items():
        for link in attributes(html, "a"):
            where, _, anchor = (link["href"] or "").partition("#")
            if anchor and (where in seen or not where):
                assert f'id="{anchor}"' in seen[where or path], (path, link)


@pytest.mark.parametrize("path", ["/nowhere", "/it/nowhere", "/reading/nothing", "/about/x"])
async def test_an_unknown_address_gets_a_kind_page(practice: str, browser: Browser, path: str):
    answer = await browser.get(path)
    assert answer.status_code == 404
    assert 'name="robots"' in answer.text
    assert attributes(answer.text, "html") == [{"lang": i18n.language_of(path)}]


async def test_addresses_have_no_slash_at_their_end(practice: str, browser: Browser):
    assert (await browser.get("/about")).status_code == 200
    answer = await browser.get("/about/")
    assert (answer.status_code, answer.headers["location"]) == (308, "/about")
    twice = "http://localhost:3000//evil.example/"
    assert (await browser.get(twice)).status_code == 404


async def test_an_installation_without_content_says_so_calmly(database: str, browser: Browser):
    for path in ("/", "/about", "/privacy"):
        answer = await browser.get(path)
        assert answer.status_code == 200
        assert "almost ready" in answer.text
        assert 'content="noindex"' in answer.text


def addresses_in(sitemap: str) -> list[str]:
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    return [loc.text or "" for loc in ElementTree.fromstring(sitemap).findall(".//s:loc", names)]  # noqa: S314


async def test_the_sitemap_lists_every_page_in_every_language(practice: str, browser: Browser):
    answer = await browser.get("/sitemap.xml")
    found = addresses_in(answer.text)
    booking = [i18n.path_in(code, path) for code in i18n.LANGUAGES for path in BOOKING]
    wanted = {f"http://localhost:3000{path}" for path in [*BOTH, *booking]}
    assert wanted < set(found)
    assert len(found) == len(set(found))
    for address in found:
        # Booking is a page of the build, which is not here.
        assert "/book" in address or (await browser.get(address)).status_code == 200
        assert f'hreflang="x-default" href="{address}"' in answer.text or "/it" in address
    robots = (await browser.get("/robots.txt")).text
    assert "Sitemap: http://localhost:3000/sitemap.xml" in robots


async def test_booking_is_listed_where_something_can_be_booked(practice: str, browser: Browser):
    db.transact(change("UPDATE session_types SET slug = 'hello' WHERE slug = 'discovery'"), SYSTEM)
    found = addresses_in((await browser.get("/sitemap.xml")).text)
    assert [one for one in found if "/book/" in one] == [
        "http://localhost:3000/book/hello",
        "http://localhost:3000/it/book/hello",
    ]
    db.transact(change("UPDATE session_types SET visible = 'link' WHERE slug = 'hello'"), SYSTEM)
    assert "/book" not in (await browser.get("/sitemap.xml")).text


@pytest.mark.parametrize(
    ("path", "is_for_robots"),
    [
        *((path, True) for path in [*BOTH, "/book", "/it/book/discovery", "/sitemap.xml"]),
        *((path, True) for path in ("/menu", "/portals-and-doors", "/reading/me", "/og.png")),
        *((path, False) for path in ("/me", "/it/me", "/me/notices", "/portal", "/it/portal/x")),
        *((path, False) for path in ("/manage/ABC/x", "/it/booked/ABC/x", "/plain/book")),
        *((path, False) for path in ("/book/move", "/feedback/ABC/x", "/api/docs")),
    ],
)
async def test_robots_are_kept_from_what_is_private_and_from_nothing_else(
    browser: Browser, path: str, is_for_robots: bool
):
    said = (await browser.get("/robots.txt")).text
    rules = re.findall(r"^Disallow: (\S+)$", said, re.MULTILINE)
    closed = [rule for rule in rules if re.match(re.escape(rule).replace(r"\$", "$"), path)]
    assert (closed == []) is is_for_robots


def parts_of(data: dict[str, Any]) -> list[dict[str, Any]]:
    return data.get("@graph", [data])


async def data_in(browser: Browser, path: str) -> list[dict[str, Any]]:
    html = (await browser.get(path)).text
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    return [part for block in blocks for part in parts_of(json.loads(block))]


async def test_search_engines_read_the_prices_that_people_read(practice: str, browser: Browser):
    services = [one for one in await data_in(browser, "/it") if one["@type"] == "Service"]
    assert [(one["name"], one["offers"]["price"]) for one in services] == [
        ("Chiamata conoscitiva", "0.00"),
        ("Seduta individuale", "80.00"),
        ("Seduta di coppia", "110.00"),
        ("Gruppo del giovedì", "35.00"),
    ]
    assert {one["offers"]["priceCurrency"] for one in services} == {"EUR"}
    assert services[1]["description"].startswith("50\xa0minuti, in studio o in videochiamata. ")


async def test_only_what_anybody_may_book_has_an_address_to_book_it_at(
    practice: str, browser: Browser
):
    offers = [one["offers"] for one in await data_in(browser, "/") if one["@type"] == "Service"]
    addresses = [offer["url"] for offer in offers if "url" in offer]
    assert addresses == ["http://localhost:3000/book/discovery"]


async def test_what_the_data_refers_to_is_there(practice: str, browser: Browser):
    data = await data_in(browser, "/")
    known = {one["@id"] for one in data if "@id" in one}
    assert {one["provider"]["@id"] for one in data if "provider" in one} <= known
    [practice_] = [one for one in data if one["@type"] == "ProfessionalService"]
    assert practice_["address"]["addressCountry"] == "IT"
    assert practice_["potentialAction"]["target"]["urlTemplate"] == "http://localhost:3000/book"
    [faq] = [one for one in data if one["@type"] == "FAQPage"]
    html = (await browser.get("/")).text
    for question in faq["mainEntity"]:
        assert f"<summary>{question['name']}</summary>" in html
        assert question["acceptedAnswer"]["text"] in html


async def test_nothing_is_to_be_reserved_where_no_call_is_offered(practice: str, browser: Browser):
    db.transact(change("UPDATE session_types SET visible = 'link' WHERE needs = 'new'"), SYSTEM)
    assert "ReserveAction" not in str(await data_in(browser, "/"))


@pytest.mark.parametrize(
    ("path", "accepted", "offered"),
    [
        ("/", "it-IT,it;q=0.9,en;q=0.8", "/it"),
        ("/it/about", "en-GB", "/about"),
        ("/", "en-GB,it;q=0.5", None),
        ("/", "de-DE,it;q=0.4,en;q=0.2", "/it"),
        ("/", "en;q=0.3,it;q=0.9", "/it"),
        ("/", "de-DE,fr;q=0.9", None),
        ("/", "", None),
        ("/", "it;q=nonsense", None),
    ],
)
async def test_the_language_a_browser_prefers_is_offered(
    practice: str, browser: Browser, path: str, accepted: str, offered: str | None
):
    html = (await browser.get(path, headers={"accept-language": accepted})).text
    found = re.search(r'class="offer-language"[^>]*><a [^>]*href="([^"]+)"', html)
    assert (found and found.group(1)) == offered


async def test_without_a_database_the_last_known_page_is_shown(practice: str, browser: Browser):
    before = await browser.get("/")
    db.connect("postgresql://practice@127.0.0.1:1/nothing")
    after = await browser.get("/")
    assert (after.status_code, after.content) == (200, before.content)


async def test_without_a_database_a_new_page_is_a_kind_503(practice: str, browser: Browser):
    db.connect("postgresql://practice@127.0.0.1:1/nothing")
    answer = await browser.get("/it/about")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert attributes(answer.text, "html") == [{"lang": "it"}]
    assert answer.headers["x-request-id"] in answer.text
    assert (await browser.get("/readyz")).status_code == 503
    assert (await browser.get("/healthz")).status_code == 200


async def test_ready_means_database_and_schema_and_somebody_at_work(
    practice: str, browser: Browser
):
    assert (await browser.get("/readyz")).json()["checks"]["workers"] == "none"
    db.transact(heartbeats.beat, SYSTEM, worker="one")
    builders.every_job_ran()
    checks = dict.fromkeys(("database", "migrations", "workers", "jobs", "disk"), "ok")
    assert (await browser.get("/readyz")).json() == {"status": "ready", "checks": checks}
    db.transact(change("UPDATE alembic_version SET version_num = '0000'"), SYSTEM)
    behind = await browser.get("/readyz")
    assert (behind.status_code, behind.json()["checks"]["migrations"]) == (503, "behind")


async def test_m3_what_should_have_run_and_did_not_is_not_ready(practice: str, browser: Browser):
    """Neither a run of long ago counts, nor one of a time that the clock has still before it."""
    now = clock.now()
    for ran_at, late in (
        (now - timedelta(minutes=10), True),
        (now + timedelta(hours=1), True),
        (now, False),
    ):
        with time_machine.travel(ran_at, tick=False):
            builders.every_job_ran()
        with time_machine.travel(now, tick=False):
            db.transact(heartbeats.beat, SYSTEM, worker="one")
            answer = await browser.get("/readyz")
        assert (answer.status_code == 503, "remind" in answer.json()["checks"]["jobs"]) == (
            late,
            late and ran_at > now,
        )
        assert ("seal_journal" in answer.json()["checks"]["jobs"]) is late


@pytest.mark.parametrize("where", ["the keys", "the database"])
async def test_small_a_full_disk_is_not_ready(
    practice: str, browser: Browser, monkeypatch: pytest.MonkeyPatch, where: str, tmp_path: Path
):
    """Readable still, so that pages are shown; but nothing can be promised any more."""
    db.transact(heartbeats.beat, SYSTEM, worker="one")
    builders.every_job_ran()
    (tmp_path / "postgres").mkdir()
    configured = replace(settings.current(), data_dir=tmp_path)
    monkeypatch.setattr(settings, "current", lambda: configured)
    assert (await browser.get("/readyz")).status_code == 200
    full = tmp_path if where == "the keys" else tmp_path / "postgres"

    def usage(path: Path) -> tuple[int, int, int]:
        return shutil._ntuple_diskusage(10**9, 0, 0 if path == full else 10**9)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    answer = await browser.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["disk"]) == (503, "full")


@pytest.mark.parametrize(
    "path", ["/reading/%00", "/reading/a%2Fb", "/reading/" + "x" * 200, "/%ff"]
)
async def test_an_address_that_cannot_be_is_not_found(practice: str, browser: Browser, path: str):
    assert (await browser.get(path)).status_code == 404


async def test_the_page_for_unknown_addresses_is_kept_like_the_others(
    practice: str, browser: Browser, monkeypatch: pytest.MonkeyPatch
):
    first = await browser.get("/nowhere")
    db.connect("postgresql://practice@127.0.0.1:1/nothing")
    again = await browser.get("/somewhere-else")
    assert (again.status_code, again.content) == (404, first.content)


async def test_an_article_appears_at_the_practices_midnight(practice: str, browser: Browser):
    db.transact(
        change("UPDATE articles SET published_on = '2031-05-01' WHERE slug = 'first-conversation'"),
        SYSTEM,
    )
    path = "/reading/first-conversation"
    with time_machine.travel(datetime(2031, 4, 30, 21, 59, tzinfo=UTC), tick=False):
        assert (await browser.get(path)).status_code == 404
    with time_machine.travel(datetime(2031, 4, 30, 22, 0, tzinfo=UTC), tick=False):
        assert (await browser.get(path)).status_code == 200


async def test_a_slash_too_many_keeps_the_question(practice: str, browser: Browser):
    answer = await browser.get("/about/?from=letter")
    assert answer.headers["location"] == "/about?from=letter"
    assert (await browser.get("/nowhere/")).status_code == 404


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("identity", False)],
)
async def test_a_page_is_packed_for_whoever_can_unpack_it(
    practice: str, browser: Browser, accepted: str, packed: bool
):
    answer = await browser.get("/", headers={"accept-encoding": accepted})
    assert (answer.headers.get("content-encoding") == "gzip") is packed


async def test_an_empty_installation_has_an_empty_sitemap(database: str, browser: Browser):
    assert "<loc>" not in (await browser.get("/sitemap.xml")).text


async def test_without_its_own_tables_it_is_not_ready(database: str, browser: Browser):
    db.transact(change("DROP TABLE alembic_version"), SYSTEM)
    assert (await browser.get("/readyz")).status_code == 503


async def test_a_privacy_text_that_is_not_there_yet_is_said(practice: str, browser: Browser):
    db.transact(change("DELETE FROM privacy_texts"), SYSTEM)
    answer = await browser.get("/privacy")
    assert answer.status_code == 200
    assert "Dr. Elena Conti" in answer.text
    assert "not published yet" in answer.text
    assert 'content="noindex"' in answer.text
