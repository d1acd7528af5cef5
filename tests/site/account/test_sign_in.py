"""Sign-in by letter, attacked: scanners, replays, races, forgeries, other browsers, strangers."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from pyotp.totp import TOTP
from sqlmodel import Session, select
from starlette.routing import Router

from practice import clock, db, settings
from practice.domain.accounts.refusals import CodeWrong, FactorNeeded, LinkGone
from practice.domain.actors import SYSTEM, Actor, Role
from practice.models import sealed as models_sealed
from practice.models.accounts import Account, BrowserSession, SigninLink
from practice.models.base import Table
from practice.models.clients import Client
from practice.models.letters import MailedLetter
from practice.models.outbox import OutboxRow
from practice.providers import EmbeddedMail, Providers
from practice.services.accounts import second_factor, sessions, sign_in, therapist
from practice.services.dashboard import home
from practice.services.letters import dev_mailbox
from practice.services.links import sign_in as links_sign_in
from practice.services.operations import effects
from practice.settings import Settings
from practice.site.dev import mailbox
from tests import builders
from tests.builders import NOW, THERAPIST, TOMORROW
from tests.support.http_client import ORIGIN, browser

pytestmark = pytest.mark.anyio
ADA = "ada@example.org"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Settings:
    now = replace(settings.current(), answer_floor=timedelta(0))
    monkeypatch.setattr(settings, "current", lambda: now)
    return now


def rows_of(table: type[Table]) -> list[Any]:
    def work(session: Session, _actor: Actor) -> list[Any]:
        found = list(session.exec(select(table)))
        session.expunge_all()
        return found

    return db.query(work, SYSTEM)


def newest_link() -> str:
    return path_of(next(one for one in mailbox_now() if one.kind == "sign_in"))


def mailbox_now() -> list[dev_mailbox.Kept]:
    """After everything that was promised so far was done."""
    while effects.work_once(Providers(EmbeddedMail()), SYSTEM):
        pass
    return db.query(dev_mailbox.list_kept, SYSTEM)


def path_of(letter: dev_mailbox.Kept) -> str:
    return re.findall(rf"{ORIGIN}(/sign-in/link/\S+)", letter.text)[0]


async def ask(client: httpx.AsyncClient, email: str = ADA) -> httpx.Response:
    return await client.post("/sign-in", data={"email": email})


async def press(client: httpx.AsyncClient, **said: str) -> int:
    """303 for who is in; else what the page says to which the button leads."""
    done = await client.post("/sign-in/confirm", data=said)
    if done.headers["location"] != "/sign-in/confirm":
        return done.status_code
    return (await client.get("/sign-in/confirm")).status_code


async def signed_in(client: httpx.AsyncClient, email: str = ADA) -> httpx.Response:
    await ask(client, email)
    await client.get(newest_link())
    return await client.post("/sign-in/confirm", data={"it_was_me": "yes"})


async def claim(client: httpx.AsyncClient, reference: str) -> httpx.Response:
    said = {"call": reference, "was_me": "yes"}
    return await client.post("/sign-in/was-it-you", data=said)


# The road of the right person


async def test_a_link_leads_to_ones_own_page(house: str, quick: Settings):
    builders.a_client(email=ADA)
    async with browser() as client:
        sent = await ask(client)
        opened = await client.get(newest_link())
        page = await client.get("/sign-in/confirm")
        done = await client.post("/sign-in/confirm")
        mine = await client.get("/me")
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in/sent")
    assert (opened.status_code, opened.headers["location"]) == (303, "/sign-in/confirm")
    assert "Welcome back" in page.text
    assert (done.status_code, done.headers["location"]) == (303, "/me")
    assert mine.status_code == 200
    assert mine.headers["cache-control"] == "no-store"


async def test_the_token_is_in_no_page_and_no_address_after_the_first(house: str, quick: Settings):
    builders.a_client(email=ADA)
    async with browser() as client:
        await ask(client)
        token = newest_link().rpartition("/")[2]
        opened = await client.get(f"/sign-in/link/{token}")
        page = await client.get("/sign-in/confirm")
    assert token not in opened.headers["location"]
    assert token not in page.text
    for answer in (opened, page):
        assert answer.headers["referrer-policy"] == "strict-origin"
        assert answer.headers["cache-control"] == "no-store"


async def test_only_the_hash_of_a_token_is_stored(house: str, quick: Settings):
    builders.a_client(email=ADA)
    async with browser() as client:
        await signed_in(client)
        cookie = client.cookies["practice_session"]
    token = newest_link().rpartition("/")[2]
    stored = repr([one.model_dump() for one in (*rows_of(SigninLink), *rows_of(BrowserSession))])
    assert token not in stored
    assert cookie not in stored


async def test_a_guest_who_signs_in_becomes_the_client(house: str, quick: Settings):
    call = builders.a_call(builders.a_guest(email=ADA, name="Ada Byron"))
    async with browser() as client:
        await signed_in(client)
        await claim(client, call.reference)
        cookie = client.cookies["practice_session"]
    seen = db.query(home.find_me, db.query(sessions.find, SYSTEM, cookie=cookie).actor)
    assert (seen.frame.name, seen.coming[0].choices.reference) == ("Ada Byron", call.reference)
    assert not builders.client_row(builders.row(call.reference).client_id).provisional
    assert rows_of(Account)[0].email_proven_at == NOW


async def test_the_letter_of_a_guests_booking_brings_a_link_that_opens_the_account(
    house: str, quick: Settings
):
    call = builders.a_call(builders.a_guest(email=ADA, name="Ada Byron"))
    letter = next(one for one in mailbox_now() if one.kind == "call_confirmed")
    assert letter.to == ADA
    async with browser() as client:
        await client.get(path_of(letter))
        page = await client.get("/sign-in/confirm")
        assert "Was this you" in page.text
        done = await client.post("/sign-in/confirm", data={"it_was_me": "yes"})
    assert done.headers["location"] == "/me"
    known = builders.client_of(call.reference)
    assert not known.provisional
    assert builders.rows_of(Account)[0].email_proven_at


def test_the_link_of_a_booking_is_in_the_clients_letter_alone(house: str):
    builders.a_call(builders.a_guest(email=ADA))
    found = {
        one.effect: "sign-in/link" in models_sealed.read(one, "payload")
        for one in rows_of(OutboxRow)
    }
    assert found == {
        "letter_to_client": True,
        "letter_to_therapist": False,
        "calendar_event": False,
    }


def test_a_client_who_books_gets_no_link_unasked(house: str):
    builders.a_session(builders.a_client(email=ADA), builders.ASKED)
    assert rows_of(SigninLink) == []


async def test_who_holds_an_old_link_gets_a_new_one_without_writing_the_address(
    house: str, quick: Settings
):
    builders.a_client(email=ADA)
    async with browser() as client:
        await ask(client)
        await client.get(newest_link())
        with builders.the_time_is(NOW + timedelta(minutes=15)):
            gone = await client.get("/sign-in/confirm")
            assert "Send me a new link" in gone.text
            again = await client.post("/sign-in/again")
            assert (again.status_code, again.headers["location"]) == (303, "/sign-in/sent")
            await client.get(newest_link())
            done = await client.post("/sign-in/confirm")
    assert done.headers["location"] == "/me"
    assert len(rows_of(SigninLink)) == 2


async def test_a_token_of_nobody_sends_nothing_and_looks_the_same(house: str, quick: Settings):
    builders.a_client(email=ADA)
    async with browser() as client:
        await client.get("/sign-in/link/invented")
        again = await client.post("/sign-in/again")
    assert (again.status_code, again.headers["location"]) == (303, "/sign-in/sent")
    assert rows_of(OutboxRow) == []


async def test_the_sixth_new_link_for_an_old_one_has_to_wait(house: str, quick: Settings):
    builders.a_client(email=ADA)
    async with browser() as client:
        await ask(client)
        await client.get(newest_link())
        found = [(await client.post("/sign-in/again")).status_code for _ in range(6)]
    assert found == [303] * 5 + [429]


async def test_of_two_calls_the_person_says_which_one_stays(house: str, quick: Settings):
    first = builders.a_call(builders.a_guest(email=ADA))
    second = builders.a_call(builders.a_guest(email=ADA), TOMORROW + timedelta(days=1))
    async with browser() as client:
        await signed_in(client)
        await claim(client, first.reference)
        done = await claim(client, second.reference)
        assert done.headers["location"] == "/sign-in/which"
        page = await client.get("/sign-in/which")
        said = page.text.replace("\N{NO-BREAK SPACE}", " ")
        assert "Tuesday 24 November, 09:00" in said
        assert "Wednesday 25 November, 09:00" in said
        wrong = await client.post("/sign-in/which", data={"keep": "AAA-000-AA"})
        assert "Which call shall stay?" in wrong.text
        kept = await client.post("/sign-in/which", data={"keep": second.reference})
    assert (kept.status_code, kept.headers["location"]) == (303, "/me")
    assert builders.row(first.reference).status == "cancelled"
    assert builders.row(second.reference).status == "confirmed"
    assert not builders.client_of(second.reference).provisional


async def test_nobody_is_asked_about_the_calls_of_another(house: str, quick: Settings):
    builders.a_client(email=ADA)
    for day in range(2):
        builders.a_call(builders.a_guest(email="eve@example.org"), TOMORROW + timedelta(days=day))
    async with browser() as client:
        await signed_in(client)
        assert (await client.get("/sign-in/which")).headers["location"] == "/me"
    async with browser() as client:
        assert (await client.get("/sign-in/which")).headers["location"] == "/sign-in"


async def test_signing_in_brings_together_what_was_booked_under_the_e_mail(
    house: str, quick: Settings
):
    known = builders.a_client(email=ADA)
    call = builders.a_call(builders.a_guest(email=ADA))
    async with browser() as client:
        await signed_in(client)
        await claim(client, call.reference)
    assert builders.row(call.reference).client_id == known.client_id
    assert len(rows_of(Client)) == 1


# Attacks


async def test_a_mail_scanner_uses_nothing_up(house: str, quick: Settings):
    """It opens every link, more than once, follows where they lead, and presses no button."""
    builders.a_client(email=ADA)
    async with browser() as client, browser("Scanner/1.0", "198.51.100.1") as scanner:
        await ask(client)
        link = newest_link()
        for _ in range(25):
            for method in ("GET", "HEAD"):
                await scanner.request(method, link)
                await scanner.request(method, "/sign-in/confirm")
        await client.get(link)
        done = await client.post("/sign-in/confirm")
    assert (done.status_code, done.headers["location"]) == (303, "/me")


def test_of_a_hundred_who_press_at_once_one_signs_in(house: str, quick: Settings):
    builders.a_client(email=ADA)
    asker = links_sign_in.Asker("nonce", "")
    db.transact(sign_in.ask, SYSTEM, email=ADA, asker=asker)
    token = newest_link().rpartition("/")[2]

    def press(_number: int) -> bool:
        try:
            db.transact(
                sign_in.redeem,
                SYSTEM,
                token=token,
                nonce="nonce",
                it_was_me=False,
                device="",
            )
        except LinkGone:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(press, range(100)))
    assert sum(won) == 1
    assert len(rows_of(BrowserSession)) == 1


async def test_a_double_click_ends_on_ones_own_page(house: str, quick: Settings):
    """The second press comes before the browser heard of the first."""
    builders.a_client(email=ADA)
    async with browser() as client:
        await ask(client)
        await client.get(newest_link())
        both = dict(client.cookies)
        await client.post("/sign-in/confirm")
        signed = client.cookies["practice_session"]
        second = await client.post("/sign-in/confirm", headers={"cookie": as_header(both)})
        page = await client.get(
            second.headers["location"],
            headers={"cookie": as_header({**both, "practice_session": signed})},
        )
    assert page.headers["location"] == "/me"
    assert len(rows_of(BrowserSession)) == 1


def as_header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


async def test_a_link_opens_once(house: str, quick: Settings):
    builders.a_client(email=ADA)
    async with browser() as client, browser() as thief:
        await ask(client)
        link = newest_link()
        await client.get(link)
        assert await press(client) == 303
        await thief.get(link)
        assert await press(thief, it_was_me="yes") == 410
    assert len(rows_of(BrowserSession)) == 1


@pytest.mark.parametrize(("seconds", "status"), [(15 * 60 - 1, 303), (15 * 60, 410)])
async def test_a_link_ends_to_the_second(house: str, quick: Settings, seconds: int, status: int):
    builders.a_client(email=ADA)
    async with browser() as client:
        await ask(client)
        link = newest_link()
        with time_machine.travel(NOW + timedelta(seconds=seconds), tick=False):
            await client.get(link)
            assert await press(client) == status


async def test_a_newer_link_voids_the_older_one(house: str, quick: Settings):
    builders.a_client(email=ADA)
    async with browser() as client:
        await ask(client)
        older = newest_link()
        with time_machine.travel(NOW + timedelta(seconds=1), tick=False):
            await ask(client)
            newer = newest_link()
            await client.get(older)
            assert await press(client) == 410
            await client.get(newer)
            assert await press(client) == 303


def forged(token: str) -> list[str]:
    other = "A" if token[-1] != "A" else "B"
    return [
        token[:-1],
        token + "A",
        token[:-1] + other,
        token.swapcase(),
        "x" * 43,
        "%00",
        "a" * 5000,
    ]


async def test_a_forged_token_opens_nothing(house: str, quick: Settings):
    builders.a_client(email=ADA)
    async with browser() as client:
        await ask(client)
        for token in forged(newest_link().rpartition("/")[2]):
            client.cookies.delete("practice_link") if "practice_link" in client.cookies else None
            await client.get(f"/sign-in/link/{token}")
            assert await press(client) == 410, token
    assert rows_of(BrowserSession) == []


async def test_another_browser_is_asked_first(house: str, quick: Settings):
    builders.a_client(email=ADA)
    async with browser() as asker, browser("Chrome/140 Android", "198.51.100.1") as other:
        await ask(asker)
        await other.get(newest_link())
        page = await other.get("/sign-in/confirm")
        unasked = await other.post("/sign-in/confirm")
        asked_again = await other.get("/sign-in/confirm")
        await other.get(newest_link())
        said = await other.post("/sign-in/confirm", data={"it_was_me": "yes"})
    assert "Was it you who asked?" in page.text
    assert "08:00, with Firefox, Linux" in page.text
    assert unasked.headers["location"] == "/sign-in/confirm"
    assert "Was it you who asked?" in asked_again.text
    assert said.status_code == 303


async def test_a_stranger_gets_the_same_answer_and_no_letter(house: str, quick: Settings):
    builders.a_client(email=ADA)
    async with browser() as client, browser(address="203.0.113.8") as other:
        known, unknown = await ask(client), await ask(other, "nobody@example.org")
    assert known.status_code == unknown.status_code
    assert known.text == unknown.text
    assert list(known.headers) == list(unknown.headers)
    assert len(rows_of(SigninLink)) == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 422),
        ({"origin": "https://evil.example", "sec-fetch-site": "same-origin"}, 422),
        ({"origin": "null"}, 422),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, 303),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, 422),
        ({"origin": "null", "sec-fetch-site": "same-site"}, 422),
    ],
)
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/sign-out/all", "/it/sign-in"])
async def test_a_form_of_another_site_changes_nothing(
    house: str, quick: Settings, path: str, headers: dict[str, str], status: int
):
    async with browser() as client:
        answer = await client.post(path, data={"email": ADA}, headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize("email", ["", "x", "a@b\r\nBcc: c@d.example", "\x00@example.org"])
async def test_what_is_no_address_is_said_at_the_field(house: str, quick: Settings, email: str):
    async with browser() as client:
        answer = await ask(client, email)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


# Sessions


async def test_signing_in_again_gives_a_new_secret(house: str, quick: Settings):
    builders.a_client(email=ADA)
    async with browser() as client:
        client.cookies.set("practice_session", "chosen-by-an-attacker", "localhost.local")
        await signed_in(client)
        first = client.cookies["practice_session"]
    assert first != "chosen-by-an-attacker"
    assert len(first) >= 43


@pytest.mark.parametrize(
    ("later", "is_open"),
    [
        (timedelta(days=14) - timedelta(seconds=1), True),
        (timedelta(days=14), False),
    ],
)
async def test_a_client_who_does_not_move_is_signed_out(
    house: str, quick: Settings, later: timedelta, is_open: bool
):
    builders.a_client(email=ADA)
    async with browser() as client:
        await signed_in(client)
        with time_machine.travel(NOW + later, tick=False):
            assert (await client.get("/me")).status_code == (200 if is_open else 303)


async def test_a_session_ends_at_last_however_much_it_is_used(house: str, quick: Settings):
    builders.a_client(email=ADA)
    async with browser() as client:
        await signed_in(client)
        for day in range(1, 31):
            with time_machine.travel(NOW + timedelta(days=day), tick=False):
                expected = 200 if day < 30 else 303
                assert (await client.get("/me")).status_code == expected


async def test_signing_out_ends_the_session_itself(house: str, quick: Settings):
    builders.a_client(email=ADA)
    async with browser() as client:
        await signed_in(client)
        stolen = client.cookies["practice_session"]
        await client.post("/sign-out")
        client.cookies.set("practice_session", stolen)
        assert (await client.get("/me")).headers["location"] == "/sign-in"


async def test_one_browser_ends_another(house: str, quick: Settings):
    builders.a_client(email=ADA)
    async with browser() as here, browser("Chrome/140 Android") as there:
        await signed_in(there)
        with time_machine.travel(NOW + timedelta(seconds=5), tick=False):
            await signed_in(here)
            other = next(one for one in rows_of(BrowserSession) if one.created_at == NOW)
            await here.post("/sign-out/one", data={"session": str(other.id)})
            assert (await there.get("/me")).status_code == 303
            assert (await here.get("/me")).status_code == 200
            await here.post("/sign-out/all")
            assert (await here.get("/me")).status_code == 303


async def test_nobody_ends_the_session_of_another(house: str, quick: Settings):
    builders.a_client(email=ADA)
    builders.a_client(email="bob@example.org")
    async with browser() as ada, browser(address="203.0.113.9") as bob:
        await signed_in(ada)
        own = rows_of(BrowserSession)[0].id
        with time_machine.travel(NOW + timedelta(seconds=5), tick=False):
            await signed_in(bob, "bob@example.org")
            theirs = await bob.post("/sign-out/one", data={"session": str(own)})
            missing = await bob.post("/sign-out/one", data={"session": str(builders.new_id())})
            assert (await ada.get("/me")).status_code == 200
    assert (theirs.status_code, theirs.text) == (missing.status_code, missing.text)


async def test_a_browser_looks_at_the_people_of_its_own_account_only(house: str, quick: Settings):
    ada = builders.a_client(email=ADA)
    stranger = builders.a_client()
    async with browser() as client:
        await signed_in(client)
        await client.post("/me/switch", data={"client": str(stranger.client_id)})
        cookie = client.cookies["practice_session"]
    assert db.query(sessions.find, SYSTEM, cookie=cookie).actor.client_id == ada.client_id


# The therapist


def appointed() -> str:
    link = db.transact(therapist.appoint, SYSTEM, email="elena@example.org")
    return link.removeprefix("http://localhost:3000")


async def test_the_therapist_signs_in_with_the_link_of_the_command_line(
    house: str, quick: Settings
):
    async with browser() as client:
        await client.get(appointed())
        done = await client.post("/sign-in/confirm")
        page = await client.get("/portal")
        assert (await client.get("/me")).headers["location"] == "/portal"
    assert done.headers["location"] == "/portal"
    assert page.status_code == 200


def a_therapist(*, factor: bool) -> tuple[str, str]:
    """Signed in, and the secret of her authenticator."""
    token = appointed().rpartition("/")[2]
    opened = db.transact(sign_in.redeem, SYSTEM, token=token, nonce="", it_was_me=False, device="")
    found = db.query(sessions.find, SYSTEM, cookie=opened.cookie)
    if not factor:
        return opened.cookie, ""
    account, session = found.account_id, found.session_id
    assert account
    assert session
    secret = db.transact(second_factor.enrol, SYSTEM, account_id=account).secret
    db.transact(second_factor.confirm, SYSTEM, session_id=session, code=code_of(secret))
    return opened.cookie, secret


def code_of(secret: str) -> str:
    totp: Any = TOTP(secret)
    return totp.at(int(clock.now().timestamp()))


async def test_in_production_the_portal_stays_shut_until_a_second_factor_is_set_up(
    house: str, monkeypatch: pytest.MonkeyPatch
):
    cookie, _ = a_therapist(factor=False)
    now = settings.current()
    strict = replace(now, environment=settings.Environment.PRODUCTION)
    monkeypatch.setattr(settings, "current", lambda: strict)
    found = db.query(sessions.find, SYSTEM, cookie=cookie)
    assert (found.standing, found.actor.role) == ("needs_factor", Role.PUBLIC)


async def test_after_an_hour_the_portal_locks_and_a_code_alone_opens_it(
    house: str, quick: Settings
):
    cookie, secret = a_therapist(factor=True)
    async with browser() as client:
        client.cookies.set("practice_session", cookie)
        with time_machine.travel(NOW + timedelta(minutes=60), tick=False):
            locked = await client.get("/portal")
            wrong = await client.post("/sign-in/code", data={"code": "000000"})
            opened = await client.post("/sign-in/code", data={"code": code_of(secret)})
            again = await client.get("/portal")
    assert locked.headers["location"] == "/sign-in/code"
    assert wrong.status_code == 422
    assert opened.headers["location"] == "/portal"
    assert again.status_code == 200


async def test_after_twelve_hours_no_code_opens_it(house: str, quick: Settings):
    cookie, secret = a_therapist(factor=True)
    async with browser() as client:
        client.cookies.set("practice_session", cookie)
        with time_machine.travel(NOW + timedelta(hours=12), tick=False):
            answer = await client.post("/sign-in/code", data={"code": code_of(secret)})
            assert (await client.get("/portal")).headers["location"] == "/sign-in"
    assert answer.headers["location"] == "/sign-in"


async def test_a_code_is_taken_once_and_five_wrong_ones_have_to_wait(house: str, quick: Settings):
    cookie, secret = a_therapist(factor=True)
    async with browser() as client:
        client.cookies.set("practice_session", cookie)
        with time_machine.travel(NOW + timedelta(minutes=61), tick=False):
            code = code_of(secret)
            first = await client.post("/sign-in/code", data={"code": code})
            statuses = [
                (await client.post("/sign-in/code", data={"code": code})).status_code
                for _ in range(5)
            ]
    assert first.status_code == 303
    assert statuses == [422, 422, 422, 422, 429]


async def test_a_second_factor_is_set_up_on_the_page(house: str, quick: Settings):
    cookie, _ = a_therapist(factor=False)
    async with browser() as client:
        client.cookies.set("practice_session", cookie)
        page = await client.get("/sign-in/code")
        account = db.query(sessions.find, SYSTEM, cookie=cookie).account_id
        assert account
        secret = db.transact(second_factor.enrol, SYSTEM, account_id=account).secret
        wrong = await client.post("/sign-in/code", data={"code": "12"})
        done = await client.post("/sign-in/code", data={"code": code_of(secret)})
    assert "data:image/svg+xml;base64," in page.text
    assert " ".join(secret[at : at + 4] for at in range(0, 32, 4)) in page.text
    assert (wrong.status_code, secret[:4] in wrong.text) == (422, True)
    assert done.text.count("<li><code>") == 10
    assert secret not in done.text


async def test_the_mailbox_shows_the_letters_while_developing(house: str, quick: Settings):
    builders.a_client(email=ADA)
    db.transact(sign_in.ask, SYSTEM, email=ADA, asker=links_sign_in.Asker("n", ""))
    link = ORIGIN + newest_link()
    transport = httpx.ASGITransport(Router(mailbox.ROUTES))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        page = await client.get("/dev/mailbox")
        (listed,) = (await client.get("/dev/mailbox.json")).json()
        as_sent = await client.get(f"/dev/mailbox/{listed['id']}")
        missing = await client.get("/dev/mailbox/nothing")
    assert (listed["to"], listed["kind"]) == (ADA, "sign_in")
    assert all(link in one for one in (page.text, listed["text"], as_sent.text))
    assert set(listed) >= {"to", "kind", "subject", "text", "html", "attachments", "sent_at"}
    assert missing.status_code == 404


def test_a_lost_authenticator_is_replaced_from_the_command_line(house: str):
    cookie, _ = a_therapist(factor=True)
    db.transact(therapist.appoint, SYSTEM, email="elena@example.org", new_factor=True)
    found = db.query(sessions.find, SYSTEM, cookie=cookie)
    assert not found.has_factor


def test_a_recovery_code_opens_once(house: str):
    cookie, _secret = a_therapist(factor=False)
    found = db.query(sessions.find, SYSTEM, cookie=cookie)
    assert found.account_id
    assert found.session_id
    wanted = db.transact(second_factor.enrol, SYSTEM, account_id=found.account_id)
    codes = db.transact(
        second_factor.confirm, SYSTEM, session_id=found.session_id, code=code_of(wanted.secret)
    )
    assert len(set(codes)) == 10
    db.transact(second_factor.show, SYSTEM, session_id=found.session_id, code=codes[0].lower())
    with pytest.raises(CodeWrong):
        db.transact(second_factor.show, SYSTEM, session_id=found.session_id, code=codes[0])


def test_what_is_dangerous_asks_for_a_factor_that_was_shown_lately(house: str):
    cookie, _secret = a_therapist(factor=True)
    actor = db.query(sessions.find, SYSTEM, cookie=cookie).actor
    db.query(sessions.require_recent_factor, actor)
    with (
        time_machine.travel(NOW + timedelta(minutes=10), tick=False),
        pytest.raises(FactorNeeded),
    ):
        db.query(sessions.require_recent_factor, actor)
    with pytest.raises(FactorNeeded):
        db.query(sessions.require_recent_factor, THERAPIST)


def test_the_letter_in_the_outbox_is_sealed(house: str, quick: Settings):
    builders.a_client(email=ADA)
    db.transact(sign_in.ask, SYSTEM, email=ADA, asker=links_sign_in.Asker("n", ""))
    assert mailbox_now()[0].to == ADA
    sealed = [one.payload for one in rows_of(OutboxRow)]
    sealed += [one.body for one in rows_of(MailedLetter)]
    assert len(sealed) == 2
    assert all(ADA.encode() not in one for one in sealed)
