"""What a draft is called and how long it may be."""

import re

LONGEST = 20_000
# A field, and where one page is about one of many, which: decline/7KQ2M9.
NAME = re.compile(r"[a-z][a-z_]{0,39}(/[A-Za-z0-9_-]{1,60})?")


def is_kept(name: str, text: str = "") -> bool:
    return bool(NAME.fullmatch(name)) and len(text) <= LONGEST
