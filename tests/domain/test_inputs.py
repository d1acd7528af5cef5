"""What people type: made clean, or refused with the field that is to be changed."""

from collections.abc import Callable
from functools import partial

import pytest

from practice import db
from practice.domain import inputs
from practice.domain.actors import VISITOR
from practice.domain.errors import Invalid
from practice.domain.inputs import BIDI, Reading
from practice.models import sealed
from practice.services.booking import book, cancel
from practice.services.clients import gate, guests
from tests.builders import PRIVACY, THERAPIST, a_call, a_client, a_confirmed, a_wish, client_of, row

Parse = Callable[[str, str], object]
PHONE = partial(inputs.phone, country="DE")

NAMES = [
    ("Ada", "Ada"),
    ("  Ada   Rossi  ", "Ada Rossi"),
    ("Ada\u00a0Rossi", "Ada Rossi"),
    ("Ada\u2003Rossi", "Ada Rossi"),
    ("Łukasz Żółć", "Łukasz Żółć"),
    ("李小龍", "李小龍"),
    ("محمد", "محمد"),
    ("O’Neill-D'Arcy, Jr.", "O’Neill-D'Arcy, Jr."),
    ("नेहा", "नेहा"),
    ("می\u200cخواهم", "می\u200cخواهم"),  # the joiner is spelling here
    ("👩🏽\u200d🚀", "👩🏽\u200d🚀"),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("Robert'); DROP TABLE clients;--", "Robert'); DROP TABLE clients;--"),
    ("{{7*7}} %s {0}", "{{7*7}} %s {0}"),
    ("x" * 120, "x" * 120),
    (" " * 500 + "Ada", "Ada"),
]


@pytest.mark.parametrize(("given", "wanted"), NAMES, ids=ascii)
def test_a_name_is_what_somebody_is_called(given: str, wanted: str):
    assert inputs.name("name", given) == wanted


@pytest.mark.parametrize(
    "given",
    [
        *("", " ", "\u00a0", "\u2003\u2028"),
        *("x" * 121, "x" * 1_000_000),
        *("Ada\x00", "Ada\x1b[31m", "A\x07da", "Ada\x7f", "Ada\x85Rossi"),
        *("Ada\r\nBcc: bo@example.org", "Ada\nRossi", "Ada\tRossi"),
        *("Ada\ud800", "\udfffAda"),
        *(f"Ada {mark}issoR" for mark in sorted(BIDI)),
    ],
    ids=lambda one: ascii(one)[:30],
)
def test_what_is_no_name_is_refused_with_its_field(given: str):
    with pytest.raises(Invalid) as refused:
        inputs.name("name", given)
    assert set(refused.value.fields) == {"name"}


@pytest.mark.parametrize("given", ["\u200b", "\u2060\ufeff", "\u200d", "\u00ad"], ids=ascii)
def test_a_name_nobody_can_see_is_no_name(given: str):
    with pytest.raises(Invalid):
        inputs.name("name", given)


EMAILS = [
    ("ada@example.org", "ada@example.org"),
    (" Ada.Rossi+x@Example.ORG ", "ada.rossi+x@example.org"),
    ("ada@mail.example.co.uk", "ada@mail.example.co.uk"),
    ("o'neill@example.org", "o'neill@example.org"),
]


@pytest.mark.parametrize(("given", "wanted"), EMAILS)
def test_an_e_mail_is_compared_as_it_is_written_to(given: str, wanted: str):
    assert inputs.email("email", given) == wanted


def test_one_domain_in_two_spellings_is_one_address():
    one = inputs.email("email", "ada@bücher.example")
    assert one == inputs.email("email", "ada@xn--bcher-kva.example")
    assert one == inputs.email("email", "Ada@BÜCHER.example")


@pytest.mark.parametrize(
    "given",
    [
        *("", " ", "ada", "ada@", "@example.org", "ada@example", "ada@@example.org"),
        *("ada@example.org, bo@example.org", "Ada <ada@example.org>", "ada@exa mple.org"),
        *("ada@example.org\nBcc: bo@example.org", "ada\x00@example.org", "ada@example.org\x00"),
        *("ada\ud800@example.org", "ada@\udc00.org", "ada\u202e@example.org"),
        *("ada@127.0.0.1", "ada@[127.0.0.1]", "ada@-example.org", "ada..rossi@example.org"),
        *("a" * 300 + "@example.org", "a@" + "b" * 1_000_000),
    ],
    ids=lambda one: ascii(one)[:40],
)
def test_what_is_no_e_mail_is_refused_with_its_field(given: str):
    with pytest.raises(Invalid) as refused:
        inputs.email("email", given)
    assert set(refused.value.fields) == {"email"}


PHONES = [
    ("030 1234567", "+49301234567"),
    ("+39 333 123 4567", "+393331234567"),
    ("0039 333 123 4567", "+393331234567"),
    ("(030) 123-45 67", "+49301234567"),
    ("+1 (202) 555-0123", "+12025550123"),
    ("０３０ １２３４５６７", "+49301234567"),
    ("+39 06 1234 5678", "+390612345678"),
]


@pytest.mark.parametrize(("given", "wanted"), PHONES)
def test_a_phone_is_kept_with_its_country(given: str, wanted: str):
    assert PHONE("phone", given) == wanted


@pytest.mark.parametrize(
    ("country", "wanted"), [("DE", "+49612345678"), ("IT", "+390612345678"), ("FR", "+33612345678")]
)
def test_without_a_country_code_it_is_a_number_of_the_practices_country(country: str, wanted: str):
    assert inputs.phone("phone", "06 12345678", country) == wanted


@pytest.mark.parametrize(
    "given",
    [
        *("", " ", "call me", "+", "+999 123456", "1", "+49"),
        *("1" * 18, "1" * 41, "1" * 1_000_000),
        *("030 1234567\x00", "030\n1234567", "030 123\ud8004567", "\u202a+49301234567\u202c"),
        *("<script>", "'; DROP TABLE clients;--"),
    ],
    ids=lambda one: ascii(one)[:30],
)
def test_what_is_no_phone_is_refused_with_its_field(given: str):
    with pytest.raises(Invalid) as refused:
        PHONE("phone", given)
    assert set(refused.value.fields) == {"phone"}


NOTES = [
    ("", ""),
    ("  I sleep badly.\r\n\tSince May.  ", "I sleep badly.\n\tSince May."),
    ("x" * 4000, "x" * 4000),
    ("👩‍👧 שלום <b>", "👩‍👧 שלום <b>"),
]


@pytest.mark.parametrize(("given", "wanted"), NOTES, ids=lambda one: ascii(one)[:30])
def test_a_note_keeps_its_lines(given: str, wanted: str):
    assert inputs.note("note", given) == wanted


@pytest.mark.parametrize(
    "given",
    ["x" * 4001, "x" * 1_000_000, "I\x00", "\x1b[31m", "sleep\ud800", "bell\x07"],
    ids=lambda one: ascii(one)[:30],
)
def test_what_cannot_be_kept_is_no_note(given: str):
    with pytest.raises(Invalid) as refused:
        inputs.note("note", given)
    assert set(refused.value.fields) == {"note"}


@pytest.mark.parametrize("given", ["Europe/Rome", "UTC", "America/Argentina/Ushuaia"])
def test_a_zone_has_a_name_that_is_known(given: str):
    assert inputs.zone("time_zone", given).key == given


@pytest.mark.parametrize(
    "given",
    [
        *("", "CET ", "Europe/Nowhere", "../../etc/passwd", "/etc/localtime", "europe/rome"),
        *("Europe/Rome\x00", "\ud800", "x" * 1_000_000),
    ],
    ids=lambda one: ascii(one)[:30],
)
def test_what_is_no_zone_is_refused_with_its_field(given: str):
    with pytest.raises(Invalid) as refused:
        inputs.zone("time_zone", given)
    assert set(refused.value.fields) == {"time_zone"}


def test_reading_goes_on_after_the_first_mistake():
    reading = Reading()
    for parse, field, given in (
        (inputs.name, "name", ""),
        (inputs.email, "email", "ada"),
        (PHONE, "phone", "?"),
        (inputs.note, "note", "fine"),
    ):
        reading.read(parse, field, given, "")
    with pytest.raises(Invalid) as refused:
        reading.finish()
    assert set(refused.value.fields) == {"name", "email", "phone"}


def test_every_refusal_says_what_to_change():
    for parse in (inputs.name, inputs.email, PHONE):
        with pytest.raises(Invalid) as refused:
            parse("field", "")
        assert refused.value.fields["field"].startswith("Please ")


def test_a_guest_with_an_odd_name_is_kept_as_written(house: str):
    form = {
        "name": "Robert'); DROP TABLE clients;--",
        "email": "o'neill@example.org",
        "phone": "+39 333 123 4567",
        "privacy_version": PRIVACY,
    }
    guest = db.query(guests.read, VISITOR, form=form, origins=(None, None, None))
    found = client_of(db.transact(book.book, VISITOR, a_wish(), guest=guest).reference)
    assert sealed.read(found, "name") == form["name"]


@pytest.mark.parametrize(
    "why", ["I\ud800", "\x00", "x" * 4001], ids=["surrogate", "control", "long"]
)
def test_a_reason_is_read_like_any_note(house: str, why: str):
    """Whoever changes a booking may say why; it is text from outside like every other."""
    client = a_client()
    reference = a_confirmed(client).reference
    with pytest.raises(Invalid):
        db.transact(cancel.cancel, client, reference=reference, why=why)
    assert row(reference).status == "confirmed"


@pytest.mark.parametrize("reason", ["I\ud800", "\x00"], ids=["surrogate", "control"])
def test_the_reason_why_somebody_is_known_is_read_like_any_note(house: str, reason: str):
    client_id = client_of(a_call().reference).id
    with pytest.raises(Invalid):
        db.transact(gate.mark_known, THERAPIST, client_id=client_id, reason=reason)
