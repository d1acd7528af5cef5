"""Letters: what they tell, what they never tell, and that any mail program can show them."""

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from practice import i18n, letters
from practice.__main__ import app
from practice.domain.actors import Role
from practice.domain.booking.policy import Charge
from practice.domain.booking.status import Place
from practice.domain.content import CrisisLine
from practice.i18n import _, speaking
from practice.letters import Kind, facts, phrases, preview, samples
from practice.letters.facts import Booking, Client, House, Reader, Sort, Times, Visit
from practice.letters.one_line import headline, plain_name
from practice.letters.preview import Shown
from practice.letters.samples import Sample
from tests.architecture.test_languages import Bracketed, outside_brackets, published
from tests.architecture.test_source_rules import contrast

LETTERS = list(preview.all_letters())
EN = Sample("en")
# Each calls what the gallery calls, with facts of the test's own.
every_letter = pytest.mark.parametrize("shown", LETTERS, ids=lambda shown: shown.name)
# What keeps no text to itself, so that a walk through the elements must not wait for its end.
VOID = {"br", "meta", "path"}


class Word(NamedTuple):
    text: str
    colour: str
    ground: str
    tag: str


class Page(HTMLParser):
    """The elements of a letter with what mail programs see: own styles, and the dark ones."""

    def __init__(self, html: str, *, dark: bool = False) -> None:
        super().__init__()
        block = html.partition("@media (prefers-color-scheme: dark) {")[2].partition("</style>")[0]
        found = re.findall(r"\.([\w-]+) \{([^}]*)\}", block) if dark else []
        self.dark = {name: _declared(body.replace("!important", "")) for name, body in found}
        self.open: list[dict[str, str]] = [{"background-color": "", "color": ""}]
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[Word] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.tags.append((tag, named))
        if tag in VOID:
            return
        style = _declared(named.get("style", ""))
        for name in named.get("class", "").split():
            style |= self.dark.get(name, {})
        is_hidden = tag in {"style", "title", "head"} or style.get("display") == "none"
        hidden = {"hidden": "yes"} if is_hidden else {}
        kept = {name: style[name] for name in ("color", "background-color") if name in style}
        self.open.append({**self.open[-1], **kept, **hidden, "tag": tag})

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].get("tag") == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        style = self.open[-1]
        if data.strip() and "hidden" not in style:
            ground = style["background-color"]
            self.words.append(Word(data.strip(), style["color"], ground, style["tag"]))

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def buttons(self) -> list[dict[str, str]]:
        return [one for one in self.of("a") if "press" in one["class"].split()]

    def said(self) -> str:
        return " ".join(word.text for word in self.words).replace("\xa0", " ")


def _declared(style: str) -> dict[str, str]:
    pairs = (one.partition(":") for one in style.split(";") if ":" in one)
    return {name.strip(): value.strip() for name, _, value in pairs}


def in_one_line(text: str) -> str:
    return " ".join(text.split())


def everywhere(letter: letters.Letter) -> str:
    """All that leaves the house; calendar files without the breaks of their lines."""
    files = "".join(one.body.decode().replace("\r\n ", "") for one in letter.attachments)
    return letter.subject + letter.html + letter.text + files


def test_the_gallery_shows_every_kind_in_both_languages():
    assert {(one.letter.kind, one.language) for one in LETTERS} == {
        (kind, language) for kind in Kind for language in i18n.LANGUAGES
    }


@every_letter
def test_the_text_has_every_word_of_the_letter(shown: Shown):
    """But what is said of the button, where there is none."""
    with speaking(shown.language):
        about_the_button = _("If the button does nothing, copy this address into your browser:")
    text = in_one_line(shown.letter.text)
    missing = [
        word.text
        for word in Page(shown.letter.html).words
        if in_one_line(word.text).rstrip(" –") not in text and word.text != about_the_button
    ]
    assert missing == []


@every_letter
def test_the_text_has_every_link(shown: Shown):
    links = [one["href"] for one in Page(shown.letter.html).of("a")]
    assert len(links) >= 2
    assert [link for link in links if link not in shown.letter.text.split()] == []


@every_letter
def test_a_line_of_the_text_is_no_longer_than_a_hand_writes(shown: Shown):
    long = [line for line in shown.letter.text.splitlines() if len(line) > 72]
    assert [line for line in long if not line.startswith("https://")] == []


@every_letter
def test_there_is_one_button(shown: Shown):
    assert len(Page(shown.letter.html).buttons()) == 1


@every_letter
def test_nothing_is_fetched_when_it_is_opened(shown: Shown):
    page = Page(shown.letter.html)
    assert {"img", "link", "script", "iframe"}.isdisjoint(name for name, _ in page.tags)
    fetched = re.findall(r"""url\(|@import|\b(?:src|background|poster)\s*=""", shown.letter.html)
    assert fetched == []


@every_letter
def test_mail_programs_keep_it_whole(shown: Shown):
    """Gmail cuts a letter at 102 kB and leaves out a style element beyond 8 kB."""
    html = shown.letter.html
    assert len(html.encode()) < 102_000
    style = html.partition("<style>")[2].partition("</style>")[0]
    assert 0 < len(style) < 8_192
    assert "var(" not in html
    assert "{{" not in html


@every_letter
def test_it_says_its_language_and_hides_its_tables_from_screen_readers(shown: Shown):
    page = Page(shown.letter.html)
    assert page.of("html")[0]["lang"] == shown.language
    tables = page.of("table")
    assert tables[0]["lang"] == shown.language
    assert {table["role"] for table in tables} == {"presentation"}
    metas = {one.get("name"): one.get("content") for one in page.of("meta")}
    assert metas["color-scheme"] == "light dark"
    assert f"<title>{shown.letter.subject}</title>" in shown.letter.html


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@every_letter
def test_every_word_can_be_read_on_its_ground(shown: Shown, dark: bool):
    page = Page(shown.letter.html, dark=dark)
    assert len(page.words) > 8
    assert {word.ground for word in page.words} >= {"#1f221e" if dark else "#ffffff"}
    faint = [word for word in page.words if contrast(word.colour, word.ground) < 4.5]
    assert faint == []


@every_letter
def test_the_practice_and_its_address_stand_in_every_letter(shown: Shown):
    house = samples.HOUSES[shown.language]
    for said in (Page(shown.letter.html).said(), in_one_line(shown.letter.text)):
        assert all(one in said for one in (house.name, *house.address, house.email))


@every_letter
def test_a_locked_screen_shows_no_name_and_no_price(shown: Shown):
    for words in (shown.letter.subject, shown.preheader):
        assert words
        assert "&" not in words
        assert not re.search(r"Giulia|Rossi|Elena|Conti|G\. R\.|€", words)
        assert not any(name in words for name in samples.NAMES[shown.language])


@every_letter
def test_no_letter_says_what_kind_of_practice_it_is(shown: Shown):
    told = re.search(r"(?i)therap|terap|psych|psico|mental|diagnos", everywhere(shown.letter))
    assert told is None


NEVER = re.compile("note|why|participant|topic|message|reason|full")


@pytest.mark.parametrize(
    "known",
    [one for one in vars(facts).values() if is_dataclass(one)],
    ids=lambda one: one.__name__,
)
def test_there_is_no_field_for_what_no_letter_may_tell(known: type):
    assert [one.name for one in fields(known) if NEVER.search(one.name)] == []


# Every letter about a booking, for facts of the test's own.
ABOUT: dict[str, Callable[[House, Reader, Booking, Client], letters.Letter]] = {
    Kind.CALL_CONFIRMED: lambda h, r, b, _c: letters.call_confirmed(h, r, b),
    Kind.SESSION_CONFIRMED: lambda h, r, b, _c: letters.session_confirmed(h, r, b),
    Kind.REQUESTED: lambda h, r, b, _c: letters.requested(h, r, b, answer_by=samples.SOON),
    Kind.DECLINED: lambda h, r, b, _c: letters.declined(h, r, b, choose_url=samples.CHOOSE),
    Kind.EXPIRED: lambda h, r, b, _c: letters.expired(h, r, b, choose_url=samples.CHOOSE),
    Kind.MOVED: lambda h, r, b, _c: letters.moved(h, r, b, before=samples.BEFORE, by=Role.CLIENT),
    Kind.CANCELLED: lambda h, r, b, _c: letters.cancelled(
        h, r, b, by=Role.CLIENT, choose_url=samples.CHOOSE
    ),
    Kind.REMINDER: lambda h, r, b, _c: letters.reminder(h, r, b),
    Kind.FEEDBACK_REQUEST: lambda h, r, b, _c: letters.feedback_request(
        h, r, b, feedback_url=samples.URL
    ),
    Kind.NEW_BOOKING: letters.new_booking,
    Kind.NEW_REQUEST: lambda h, r, b, c: letters.new_request(h, r, b, c, answer_by=samples.SOON),
    Kind.BOOKING_MOVED: lambda h, r, b, c: letters.booking_moved(
        h, r, b, c, before=samples.BEFORE, by=Role.CLIENT
    ),
    Kind.BOOKING_CANCELLED: lambda h, r, b, c: letters.booking_cancelled(
        h, r, b, c, by=Role.CLIENT
    ),
}
every_booking_letter = pytest.mark.parametrize("write", ABOUT.values(), ids=ABOUT.keys())
Write = Callable[[House, Reader, Booking, Client], letters.Letter]
BIDDEN = "a\u202eb\u2066c\u200bd\ufeffe\u200ff\x00g"


@every_booking_letter
def test_what_is_private_goes_only_where_it_may(write: Write):
    """Surnames, whole telephone numbers and prices of the tests are unlike anything else."""
    booking = replace(
        EN.call,
        name="Quinceful",
        place=Place.PHONE,
        phone="+390409876543",
        charge=Charge(123_45, "EUR", 0, 0),
    )
    reader = replace(EN.giulia, name="Zafiria")
    letter = write(EN.house, reader, booking, Client.named("Ottavia Maria Canarini", "Asia/Tokyo"))
    assert "Canarini" not in everywhere(letter)
    assert "9876543" not in everywhere(letter)
    files = b"".join(one.body for one in letter.attachments).decode()
    for private in ("Zafiria", "Ottavia", "Quinceful", "123.45"):
        assert private not in letter.subject + files
        assert private not in preview.preheader(letter)


@every_booking_letter
def test_marks_that_nobody_sees_reach_no_part_of_a_letter(write: Write):
    house = replace(EN.house, name=BIDDEN, therapist=BIDDEN)
    reader = replace(EN.giulia, name=BIDDEN)
    booking = replace(EN.in_the_room, name=BIDDEN, address=(BIDDEN,))
    letter = write(house, reader, booking, Client.named(f"{BIDDEN} {BIDDEN}", "Asia/Tokyo"))
    assert not set(BIDDEN) - set("abcdefg") & set(everywhere(letter))
    assert "abcdefg" in letter.text


@every_booking_letter
def test_what_others_wrote_stays_text(write: Write):
    evil = '<img src=x onerror="a()">&'
    booking = replace(EN.in_the_room, name=evil, address=(evil,))
    house = replace(EN.house, name=evil, therapist=evil)
    letter = write(house, replace(EN.giulia, name="<b>Ann"), booking, Client.named(evil, "UTC"))
    names = {name for name, _ in Page(letter.html).tags}
    assert {"img", "b"}.isdisjoint(names)
    assert evil in letter.text


LINES = {
    "carriage return": "\r", "line feed": "\n", "both": "\r\n", "next line": "\x85",
    "line separator": "\u2028", "vertical tab": "\x0b",
}  # fmt: skip
UNSEEN = {
    "nul": "\0", "left to right mark": "\u200e", "right to left mark": "\u200f",
    **{f"bidi {code:x}": chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))},
    "zero width space": "\u200b", "non-joiner": "\u200c", "joiner": "\u200d",
    "word joiner": "\u2060", "byte order mark": "\ufeff", "soft hyphen": "\xad",
    "half a letter": "\ud800", "escape": "\x1b",
}  # fmt: skip


@pytest.mark.parametrize("between", LINES.values(), ids=LINES.keys())
def test_a_name_cannot_begin_another_header(between: str):
    name = headline(f"Ann{between}Bcc: all@example.org")
    message = EmailMessage()
    message["Subject"] = name
    message["To"] = Address(headline(f"Ann{between}Bcc: x"), "ann", "example.org")
    assert name == "Ann Bcc: all@example.org"
    assert message.keys() == ["Subject", "To"]
    assert b"\nBcc" not in message.as_bytes()


@pytest.mark.parametrize("mark", UNSEEN.values(), ids=UNSEEN.keys())
def test_a_mark_that_nobody_sees_is_taken_out(mark: str):
    assert headline(f"{mark}An{mark}n {mark} Lee{mark}") == "Ann Lee"


@pytest.mark.parametrize(
    "name", ["Ann Lee", "Zoë Müller-Ström", "Renée D’Arc", "Łukasz", "山田 太郎"]
)
def test_a_name_stays_as_it_is_written(name: str):
    assert headline(name) == name
    assert plain_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["See www.evil.example", "http://evil.example", "Call 0800 1234", "a@b", "evil.example", "A/B"],
)
def test_a_message_that_passes_for_a_name_is_not_repeated(name: str):
    """Anybody may book with somebody else's address; the letter must not carry their words."""
    letter = letters.call_confirmed(EN.house, replace(EN.giulia, name=name), EN.call)
    assert letter.text.startswith("Hello,\n")
    assert name not in everywhere(letter)


@pytest.mark.parametrize(
    ("full", "called", "initials"),
    [
        ("Giulia Rossi", "Giulia R.", "G. R."),
        ("Maria Teresa de la Cruz", "Maria C.", "M. C."),
        ("Giulia", "Giulia", "G."),
        ("  giulia   rossi ", "giulia R.", "G. R."),
        ("山田 太郎", "山田 太.", "山. 太."),
        ("www.evil.example now", "W. N.", "W. N."),
        ("", "", ""),
    ],
)
def test_the_therapist_reads_a_first_name_and_an_initial(full: str, called: str, initials: str):
    client = Client.named(full, "Europe/Rome")
    assert (client.called, client.initials) == (called, initials)


def test_nobody_is_greeted_by_a_name_that_is_not_known():
    letter = letters.sign_in(EN.house, replace(EN.giulia, name=""), link=samples.URL)
    assert letter.text.startswith("Hello,\nhere is your link.")


@pytest.mark.parametrize(
    ("zone", "lines"),
    [
        ("Europe/Rome", ["16:00 – 16:50", "Trieste time (GMT+2)"]),
        ("Europe/Berlin", ["16:00 – 16:50", "Berlin time (GMT+2)"]),
        (
            "America/St_Johns",
            [
                "11:30 – 12:20",
                "St John’s time (GMT−2:30)",
                "Where I am: 16:00 – 16:50, Trieste time (GMT+2)",
            ],
        ),
        (
            "Pacific/Auckland",
            [
                "Friday 16 October, 03:00 – 03:50",
                "Auckland time (GMT+13)",
                "Where I am: Thursday 15 October, 16:00 – 16:50, Trieste time (GMT+2)",
            ],
        ),
        ("Asia/Kathmandu", ["19:45 – 20:35", "Kathmandu time (GMT+5:45)"]),
        ("UTC", ["14:00 – 14:50", "GMT"]),
        ("Etc/GMT+3", ["11:00 – 11:50", "GMT−3"]),
        ("America/Argentina/Buenos_Aires", ["11:00 – 11:50", "Buenos Aires time (GMT−3)"]),
    ],
)
def test_times_are_the_readers_and_where_it_differs_the_therapists_too(zone: str, lines: list[str]):
    letter = letters.session_confirmed(EN.house, replace(EN.giulia, zone=zone), EN.session)
    told = letter.text.splitlines()
    assert all(any(line.endswith(wanted) for line in told) for wanted in lines)
    is_elsewhere = zone not in {"Europe/Rome", "Europe/Berlin"}
    assert ("Where I am" in letter.text) is is_elsewhere


def test_clocks_that_differ_only_in_winter_are_compared_at_that_instant():
    """New York leaves summer time a week after Rome."""
    reader = replace(EN.giulia, zone="America/New_York")
    start = datetime(2026, 10, 28, 15, tzinfo=UTC)
    between = replace(EN.session, times=Times(start, start + timedelta(minutes=50)))
    letter = letters.session_confirmed(EN.house, reader, between)
    assert "11:00 – 11:50\nNew York time (GMT−4)\n" in letter.text
    assert "Where I am: 16:00 – 16:50, Trieste time (GMT+1)" in letter.text


@pytest.mark.parametrize(
    ("free_hours", "percent", "as_of_day", "said"),
    [
        (0, 0, 8, "Free of charge until it begins."),
        (0, 50, 8, "Free of charge until it begins."),
        (
            48,
            50,
            8,
            "Free of charge until Tuesday 13 October, 16:00. After that cancelling costs €40; "
            "to move it, please answer this letter.",
        ),
        (48, 50, 14, "Cancelling now costs €40. To move it, please answer this letter."),
        (48, 0, 14, "Cancelling now costs nothing. To move it, please answer this letter."),
    ],
)
def test_what_a_change_costs_is_said_before(
    free_hours: int, percent: int, as_of_day: int, said: str
):
    booking = replace(
        EN.session,
        charge=Charge(8000, "EUR", free_hours, percent),
        as_of=datetime(2026, 10, as_of_day, 16, tzinfo=UTC),
    )
    with speaking("en"):
        assert phrases.terms(booking, EN.giulia).replace("\xa0", " ") == said
    assert said in in_one_line(letters.reminder(EN.house, EN.giulia, booking).text)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (Place.VIDEO, "By video, with Dr. Elena Conti."),
        (Place.IN_PERSON, "Via dell’Esempio 12, second floor"),
        (Place.PHONE, "By phone: I ring the number that ends in 567."),
    ],
)
def test_the_letter_says_where(place: Place, said: str):
    booking = replace(EN.session, place=place, address=EN.house.address, phone="+390400000567")
    letter = letters.session_confirmed(EN.house, EN.giulia, booking)
    assert said in letter.text
    assert said in Page(letter.html).said()


@pytest.mark.parametrize(
    ("sort", "cents", "said"),
    [
        (Sort.CALL, 0, "Free of charge."),
        (Sort.SESSION, 8000, "Individual session, 50 minutes, €80"),
        (Sort.SESSION, 0, "Individual session, 50 minutes, free of charge"),
    ],
)
def test_the_letter_says_what_it_is_and_what_it_costs(sort: Sort, cents: int, said: str):
    booking = replace(EN.session, sort=sort, charge=Charge(cents, "EUR", 0, 0))
    letter = letters.session_confirmed(EN.house, EN.giulia, booking)
    assert said in letter.text.splitlines()


@pytest.mark.parametrize(
    ("place", "link", "target"),
    [
        (Place.VIDEO, samples.ROOM, samples.ROOM),
        (Place.VIDEO, "", samples.MANAGE),
        (Place.PHONE, samples.ROOM, samples.MANAGE),
    ],
)
def test_the_button_leads_to_the_room_where_there_is_one(place: Place, link: str, target: str):
    booking = replace(EN.session, place=place, video_link=link)
    letter = letters.reminder(EN.house, EN.giulia, booking)
    assert [one["href"] for one in Page(letter.html).buttons()] == [target]


def test_a_moved_letter_says_both_times():
    letter = letters.moved(EN.house, EN.giulia, EN.session, before=samples.BEFORE, by=Role.CLIENT)
    assert "Thursday 15 October, 16:00 – 16:50\n" in letter.text
    assert "No longer: Tuesday 13 October, 10:00\n" in letter.text


@pytest.mark.parametrize(
    ("by", "cost_cents", "said", "unsaid"),
    [
        (Role.CLIENT, 0, "As you wished", "sorry"),
        (Role.PUBLIC, 4000, "€40 of the €80 is due", "nothing"),
        (Role.THERAPIST, 0, "I am sorry", "As you wished"),
        (Role.CLIENT, 0, "It costs you nothing.", "due"),
    ],
)
def test_a_cancelled_letter_says_by_whom_and_what_it_costs(
    by: Role, cost_cents: int, said: str, unsaid: str
):
    letter = letters.cancelled(
        EN.house, EN.giulia, EN.session, by=by, choose_url=samples.CHOOSE, cost_cents=cost_cents
    )
    assert said in letter.text
    assert unsaid not in letter.text


def test_of_a_free_call_no_cost_is_mentioned():
    letter = letters.cancelled(
        EN.house, EN.giulia, EN.call, by=Role.CLIENT, choose_url=samples.CHOOSE
    )
    assert "cost" not in letter.text


def test_only_the_first_letter_of_a_guest_opens_an_account():
    link = f"{samples.URL}/sign-in/link/abc"
    opening = letters.call_confirmed(EN.house, EN.giulia, EN.call, account_link=link)
    known = letters.call_confirmed(EN.house, EN.giulia, EN.call)
    assert link in opening.text
    assert "Your pages" not in known.text


def test_the_sign_in_letter_says_how_long_how_often_and_what_if_not():
    letter = letters.sign_in(EN.house, EN.giulia, link=f"{samples.URL}/sign-in/link/abc")
    assert "once, within 15 minutes" in letter.text
    assert "If it was not you" in letter.text
    assert letter.html.count("/sign-in/link/abc") == 3  # button, and the bare address
    assert "/sign-in/link/abc" not in letter.subject + preview.preheader(letter)


def test_the_summary_counts_only_what_waits():
    quiet = letters.daily_summary(
        EN.house, EN.therapist, facts.Day(samples.BEFORE.starts_at.date(), ()), portal_url="x"
    )
    assert "Nothing is booked today." in quiet.text
    assert "request" not in quiet.text
    busy = letters.daily_summary(EN.house, EN.therapist, EN.day, portal_url="x")
    for said in (
        "09:00 – 09:50   G. R.   In person",
        "Two requests",
        "One call to close",
        "One letter",
    ):
        assert said in busy.text


SORTS = [(sort, by) for sort in Sort for by in (Role.CLIENT, Role.THERAPIST)]


@pytest.mark.parametrize(("sort", "by"), SORTS)
def test_a_time_that_was_never_certain_has_no_calendar_file(sort: Sort, by: Role):
    booking = replace(EN.session, sort=sort)
    has_file = sort is not Sort.REQUEST
    for letter in (
        letters.moved(EN.house, EN.giulia, booking, before=samples.BEFORE, by=by),
        letters.cancelled(EN.house, EN.giulia, booking, by=by, choose_url=samples.CHOOSE),
    ):
        assert bool(letter.attachments) is has_file


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("call-confirmed.en", "REQUEST"),
        ("session-confirmed.it", "REQUEST"),
        ("moved.en", "REQUEST"),
        ("cancelled.it", "CANCEL"),
    ],
)
def test_the_calendar_file_says_to_the_mail_program_what_it_is_for(name: str, method: str):
    letter = next(one.letter for one in LETTERS if one.name == name)
    (attached,) = letter.attachments
    assert attached.name in {"appointment.ics", "appuntamento.ics"}
    assert attached.content_type == f"text/calendar; charset=utf-8; method={method}"
    assert f"METHOD:{method}\r\n".encode() in attached.body


class Published(Sample):
    """Whatever a person wrote stands in brackets, as every message of the software does."""

    @property
    def house(self) -> House:
        return replace(
            EN.house,
            **{name: published(name) for name in ("name", "therapist", "email", "answers")},
            address=(published("address"),),
            crisis=CrisisLine(published("line"), published("hours"), published("112")),
        )

    @property
    def giulia(self) -> Reader:
        return replace(EN.giulia, name=published("reader"))

    @property
    def client(self) -> Client:
        return Client(published("client"), published("initials"), EN.client.zone)

    @property
    def day(self) -> facts.Day:
        visit = Visit(samples.BEFORE, published("initials"), Place.VIDEO)
        return replace(EN.day, visits=(visit,))


@pytest.mark.parametrize("name", samples.LETTERS)
def test_every_word_is_translated_or_published(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(i18n, "catalog", lambda _code: Bracketed())
    letter = samples.LETTERS[name](Published("en"))
    words = [word for word in Page(letter.html).words if word.tag != "time"]
    assert len(words) > 8
    shown = [word.text for word in words if not word.text.startswith("https://")]
    assert [one for one in (*shown, letter.subject) if outside_brackets(one)] == []


def test_the_command_writes_the_gallery(tmp_path: Path):
    done = CliRunner().invoke(app, ["letters", "--to", str(tmp_path)])
    assert done.exit_code == 0, done.output
    index = (tmp_path / "index.html").read_text()
    for one in LETTERS:
        assert f"{one.name}.html" in index
        assert (tmp_path / f"{one.name}.html").read_text() == one.letter.html
        assert (tmp_path / f"{one.name}.txt").read_text() == one.letter.text
