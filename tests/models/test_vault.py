"""The vault: opens in its place only, with its key only, and never shows one."""

import re
from dataclasses import replace

import pytest

from practice import clock
from practice.settings import Settings
from practice.vault import Key, Place, Ring, Unreadable

OLD, NEW = "an old secret that is long enough", "a new secret that is long enough"
PLACE = Place("clients", "name", clock.new_id())


def test_what_is_sealed_opens_in_its_place():
    ring = Ring([NEW])
    sealed = ring.seal("Zoë Bianchi", PLACE)
    assert b"Bianchi" not in sealed
    assert ring.open(sealed, PLACE) == "Zoë Bianchi"


def test_the_same_text_is_never_sealed_to_the_same_bytes():
    ring = Ring([NEW])
    assert ring.seal("Ada", PLACE) != ring.seal("Ada", PLACE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, row=clock.new_id()),
        replace(PLACE, column="discovery_reason"),
        replace(PLACE, table="accounts"),
    ],
    ids=["row", "column", "table"],
)
def test_what_was_moved_does_not_open(elsewhere: Place):
    ring = Ring([NEW])
    with pytest.raises(Unreadable, match="was moved or changed"):
        ring.open(ring.seal("Ada", PLACE), elsewhere)


def test_one_changed_byte_anywhere_does_not_open():
    ring = Ring([NEW])
    sealed = ring.seal("Ada", PLACE)
    for at in range(len(sealed)):
        flipped = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(Unreadable):
            ring.open(flipped, PLACE)


def test_what_was_cut_off_does_not_open():
    ring = Ring([NEW])
    sealed = ring.seal("Ada", PLACE)
    for length in range(len(sealed)):
        with pytest.raises(Unreadable):
            ring.open(sealed[:length], PLACE)


def test_a_missing_key_is_said_with_the_column():
    sealed = Ring([OLD]).seal("Ada", PLACE)
    with pytest.raises(Unreadable) as refused:
        Ring([NEW]).open(sealed, PLACE)
    assert str(refused.value) == "clients.name is sealed with a key that is not here"


def test_every_key_opens_and_the_newest_seals():
    sealed = Ring([OLD]).seal("Ada", PLACE)
    both = Ring([NEW, OLD])
    assert both.open(sealed, PLACE) == "Ada"
    assert Ring([NEW]).open(both.seal("Ada", PLACE), PLACE) == "Ada"


def test_a_text_is_found_by_an_index_of_its_kind_and_key():
    ring = Ring([NEW])
    found = ring.index("email", "ada@example.org")
    assert found == Ring([NEW, OLD]).index("email", "ada@example.org")
    assert found not in (
        ring.index("phone", "ada@example.org"),
        ring.index("email", "bea@example.org"),
        Ring([OLD]).index("email", "ada@example.org"),
    )


def test_while_keys_change_a_text_is_looked_for_under_each():
    indexes = Ring([NEW, OLD]).indexes("email", "ada@example.org")
    assert indexes == [Ring([one]).index("email", "ada@example.org") for one in (NEW, OLD)]


def test_each_purpose_has_a_key_of_its_own():
    key = Key(NEW)
    derived = [key.derived("seal"), key.indexing, key.linking, key.derived("fingerprint")]
    assert len(set(derived)) == 4
    assert not any(one.startswith(key.fingerprint) for one in derived[:3])


def test_a_ring_without_keys_is_a_mistake():
    with pytest.raises(ValueError, match="without a key"):
        Ring([])


def test_printed_keys_show_no_secret():
    ring = Ring([NEW, OLD])
    settings = Settings.read({"PRACTICE_SECRET_KEYS": f"{NEW},{OLD}"})
    printed = f"{ring!r} {ring} {ring.newest!r} {ring.newest} {ring.keys} {settings!r} {settings}"
    assert not re.search("secret that is", printed)
    assert "b'" not in printed
