"""The picture of a shared link, whatever a practice is called."""

from dataclasses import fields, replace
from io import BytesIO

import pytest
from PIL import Image, ImageChops

from practice.domain.content import Profile
from practice.site.seo import share_image

NOBODY = Profile(**{field.name: "" for field in fields(Profile)})
MAREA = replace(
    NOBODY, name="Studio Marea", therapist="Dr. Elena Conti", lede="Somewhere quiet.", kicker="Here"
)
# What is written stands left of the arch and above the tide.
WORDS = (share_image.EDGE, 0, share_image.ARCH[0], share_image.TIDE_TOP - 30)


def drawn(profile: Profile) -> Image.Image:
    return Image.open(BytesIO(share_image.draw(profile))).convert("RGB")


def ink_of(profile: Profile) -> Image.Image:
    """What differs from a card on which nothing is written; a picture of few colours differs a
    little everywhere."""
    difference = ImageChops.difference(drawn(profile), drawn(NOBODY)).convert("L")
    return Image.eval(difference, lambda level: 255 if level > 60 else 0)


@pytest.mark.parametrize(
    "profile",
    [
        MAREA,
        replace(MAREA, therapist="Prof. Dr. Maximiliane-Sophie Großkreutz-Wölflingseder"),
        replace(MAREA, lede="Somewhere quiet to say it out loud. " * 8),
        replace(MAREA, therapist="Maria " * 30, lede="So " * 300, kicker="Far away " * 9),
    ],
)
def test_whatever_is_written_keeps_its_place(profile: Profile):
    left, top, right, bottom = ink_of(profile).getbbox() or (0, 0, 0, 0)
    assert left >= WORDS[0] - 2
    assert (top >= WORDS[1], right <= WORDS[2], bottom <= WORDS[3]) == (True, True, True)


def test_a_letter_that_the_lettering_lacks_is_written_plainly():
    assert share_image._latin("Žofia Łukács Ōe ☂") == "Zofia Lukács Oe "
    polish = replace(MAREA, therapist="Żaneta Ostrów")
    assert drawn(polish).tobytes() == drawn(replace(MAREA, therapist="Zaneta Ostrów")).tobytes()
