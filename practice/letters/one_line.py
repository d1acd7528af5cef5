"""Words of other people on one line: nothing in them bends a header or turns what follows."""

import re
import unicodedata

# Control characters, directions, joiners and other marks that nobody sees, and halves of letters.
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
# A name in a letter to somebody else's address is a way to write to them: no links, no numbers.
_MORE_THAN_A_NAME = re.compile(r"[\d/@:\\]|\.\w{2}")


def headline(words: str) -> str:
    """For subjects, names and addresses: one line, and only what can be seen."""
    one_line = " ".join(words.split())
    return " ".join(visible(one_line).split())


def visible(words: str) -> str:
    """Lines stay lines; whatever else has no shape goes."""
    # A letter has thousands of characters, but few different ones.
    unseen = {one for one in set(words) - {"\n"} if unicodedata.category(one) in _UNSEEN}
    return words.translate(dict.fromkeys(map(ord, unseen)))


def plain_name(given: str) -> str:
    """The name, or nothing where it is a message that passes for one."""
    name = headline(given)
    return "" if _MORE_THAN_A_NAME.search(name) else name
