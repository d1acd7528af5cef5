"""The picture that a shared link shows: the name, one sentence and the tide, in the practice's own
words and in the colours of its paper."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from unicodedata import normalize

from PIL import Image, ImageDraw, ImageFont
from PIL.ImageDraw import ImageDraw as Pen
from PIL.ImageFont import FreeTypeFont

from practice.components import waves
from practice.domain.content import Profile
from practice.routes.sharing import CARD_SIZE

LETTERING = Path(__file__).parent / "lettering"
# Drawn larger and made small again: Pillow draws lines without smoothing them.
SCALE = 2
EDGE = 80
# The light theme of tokens.css once more: a picture cannot read a variable.
PAPER, INK, INK_SOFT = "#fbf8f3", "#26241f", "#5f5a50"
SKY, SUN, SEA = "#e3ede8", "#f0d6c3", "#73938a"
# The leaf, and what two thirds and two fifths of it leave on the paper.
TIDE = (("#2f5d50", -20, 26), ("#75928a", -38, 17), ("#a9bab3", -58, 9))
TIDE_TOP, TIDE_STEP = 546, 14
# The arch of the portrait, with the sea in it and nobody in sight.
ARCH = (820, 96, 1120, 470)
HORIZON = 318
# Everything else of Latin-1 is in the lettering; of other letters the plain one is written.
LATIN = frozenset(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x100)])) | set("ıŒœ–—‘’‚“”„…‹›€−")
STRUCK_THROUGH = {ord(letter): plain for letter, plain in ("ŁL", "łl", "ĐD", "đd")}
NAME_SIZES = (84, 76, 68, 60, 52, 44)
# Lines of words beside the arch: name and sentence share them.
LINES = 4
COLOURS = 96


def draw(profile: Profile) -> bytes:
    wide, high = CARD_SIZE
    image = Image.new("RGB", (wide * SCALE, high * SCALE), PAPER)
    image.paste(_sea(image.size), mask=_arch(image.size))
    pen = ImageDraw.Draw(image)
    _tide(pen)
    _words(pen, profile)
    made = BytesIO()
    small = image.resize(CARD_SIZE, Image.Resampling.LANCZOS)
    small.quantize(COLOURS, dither=Image.Dither.NONE).save(made, format="PNG", optimize=True)
    return made.getvalue()


def _words(pen: Pen, profile: Profile) -> None:
    room = ARCH[0] - EDGE - 48
    small, sentence = _font("text", 30), _font("title", 36)
    _write(pen, (EDGE, 92), [_latin(profile.name)], small, INK_SOFT, 0)
    name, size, lines = _fitting(_latin(profile.therapist), room)
    below = _write(pen, (EDGE, 166), lines, name, INK, round(size * 1.1)) + 28
    said = _balanced(_latin(profile.lede), sentence, room)[: LINES - len(lines)]
    below = _write(pen, (EDGE, below), said, sentence, INK, 50) + 24
    if len(lines) + len(said) < LINES:
        _write(pen, (EDGE, below), [_latin(profile.kicker)], small, INK_SOFT, 0)


def _fitting(name: str, room: int) -> tuple[FreeTypeFont, int, list[str]]:
    """As large as a name of its length can be, in one line or in two."""
    for most, sizes in ((1, NAME_SIZES[:3]), (2, NAME_SIZES)):
        for size in sizes:
            font = _font("title", size)
            lines = _wrapped(name, font, room)
            if len(lines) <= most and all(font.getlength(one) <= room * SCALE for one in lines):
                return font, size, lines
    smallest = NAME_SIZES[-1]
    font = _font("title", smallest)
    return font, smallest, _wrapped(name, font, room)[:2]


def _latin(words: str) -> str:
    plain = (
        one if one in LATIN else normalize("NFKD", one)[:1]
        for one in words.translate(STRUCK_THROUGH)
    )
    return "".join(one for one in plain if one in LATIN)


def _write(
    pen: Pen, place: tuple[int, int], lines: list[str], font: FreeTypeFont, ink: str, step: int
) -> int:
    x, y = place
    for line in lines:
        pen.text((x * SCALE, y * SCALE), line, ink, font)
        y += step
    return y


def _wrapped(words: str, font: FreeTypeFont, room: int) -> list[str]:
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= room * SCALE:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _balanced(words: str, font: FreeTypeFont, room: int) -> list[str]:
    """In as few lines, none of which is much shorter than the others."""
    lines = _wrapped(words, font, room)
    while len(narrower := _wrapped(words, font, room := room - 12)) == len(lines) and room > 200:
        lines = narrower
    return lines


def _font(name: str, size: int) -> FreeTypeFont:
    return ImageFont.truetype(LETTERING / f"{name}.woff2", size * SCALE)


def _arch(size: tuple[int, int]) -> Image.Image:
    left, top, right, bottom = (one * SCALE for one in ARCH)
    mask = Image.new("L", size, 0)
    pen = ImageDraw.Draw(mask)
    pen.ellipse((left, top, right, top + right - left), 255)
    pen.rectangle((left, top + (right - left) // 2, right, bottom), 255)
    return mask


def _sea(size: tuple[int, int]) -> Image.Image:
    image = Image.new("RGB", size, SKY)
    pen = ImageDraw.Draw(image)
    sun = (958, 236, 1074, 352)
    pen.ellipse([one * SCALE for one in sun], SUN)
    pen.rectangle((0, HORIZON * SCALE, *size), SKY)
    for line in range(12):
        middle = HORIZON + line * 13
        rises = [(x, middle + (4 if x // 52 % 2 else -4)) for x in range(760 - line * 17, 1200, 52)]
        level = [(x, middle) for x, _ in rises]
        pen.line(_curve(rises if line else level), SEA, 2 * SCALE)
    return image


def _tide(pen: Pen) -> None:
    """Restless on the left, calm on the right, as above the first chapter of the home page."""
    for line, (ink, start, height) in enumerate(TIDE):
        middle = TIDE_TOP + line * TIDE_STEP
        turns = waves.turns(start, middle, height, calm_at=1000, width=CARD_SIZE[0])
        pen.line(_curve(turns), ink, 2 * SCALE, joint="curve")


def _curve(turns: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points of the curves that join a crest and a trough."""
    return [
        (x * SCALE, y * SCALE)
        for before, after in pairwise(turns)
        for x, y in _between(*before, *after)
    ]


def _between(x: float, y: float, end: float, target: float) -> Iterator[tuple[float, float]]:
    reach = (end - x) * waves.HANDLE
    for step in range(33):
        t = step / 32
        near, far = 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t)
        first, last = (1 - t) ** 3, t**3
        yield (
            first * x + near * (x + reach) + far * (end - reach) + last * end,
            (first + near) * y + (far + last) * target,
        )
