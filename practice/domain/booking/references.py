"""Booking references: short, speakable, and opening nothing."""

import secrets

# No vowels, so that no word appears by accident, and nothing that looks or sounds like another.
REFERENCE_LETTERS = "CDFGHJKLMPRTVWX"
REFERENCE_DIGITS = "2345679"


def new_reference() -> str:
    return reference_from(secrets.token_bytes(8))


def reference_from(chance: bytes) -> str:
    """Short and speakable, like KPT-493-RW: for the telephone, opens nothing."""
    rest = int.from_bytes(chance)
    found = ""
    for kind in "LLL-DDD-LL":
        if kind == "-":
            found += kind
            continue
        alphabet = REFERENCE_LETTERS if kind == "L" else REFERENCE_DIGITS
        rest, letter = divmod(rest, len(alphabet))
        found += alphabet[letter]
    return found
