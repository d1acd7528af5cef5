"""The fonts: two files for each family, the first of which is enough for all that we say."""

import re
from pathlib import Path

import pytest

from practice.components.head import FONTS
from practice.sample import seed
from practice.settings import ROOT
from tests.support import cut_fonts

TOKENS = (ROOT / "assets" / "styles" / "tokens.css").read_text()
FACES = re.findall(r"@font-face \{(.*?)\}", TOKENS, re.DOTALL)


def ranges(written: str) -> set[int]:
    found: set[int] = set()
    for part in re.sub(r"\s|U\+", "", written).split(","):
        first, _dash, last = part.partition("-")
        found |= set(range(int(first, 16), int(last or first, 16) + 1))
    return found


def test_every_face_has_its_file_and_the_range_it_was_cut_to():
    for face in FACES:
        [address] = re.findall(r"url\(/fonts/(.*?)\)", face)
        assert (ROOT / "assets" / "fonts" / address).exists()
        cut = cut_fonts.CORE if "-core-" in address else cut_fonts.MORE
        assert ranges(face.partition("unicode-range:")[2].rstrip(";\n ")) == ranges(cut)
    assert len(FACES) == 4
    assert not ranges(cut_fonts.CORE) & ranges(cut_fonts.MORE)


def test_what_is_loaded_ahead_is_what_every_page_shows():
    addresses = set(re.findall(r"url\((/fonts/.*?)\)", TOKENS))
    assert set(FONTS) == {address for address in addresses if "-core-" in address}


@pytest.mark.parametrize(
    "source", [seed.SOURCE, *sorted(ROOT.glob("locales/*/LC_MESSAGES/messages.po"))]
)
def test_our_own_words_need_no_second_file(source: Path):
    """The other alphabets of a name, and what no font of ours has, are another matter."""
    second = ranges(cut_fonts.MORE) & set(map(ord, source.read_text(encoding="utf-8")))
    assert sorted(map(chr, second)) == []
