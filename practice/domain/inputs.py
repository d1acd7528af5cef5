"""What people type, made clean or refused with a reason that names what to change."""

import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

import email_validator
import phonenumbers

from practice.domain.availability import hours
from practice.domain.errors import N_, Invalid

NAME_LENGTH = 120
NOTE_LENGTH = 4000
EMAIL_LENGTH = 254
LETTERS_SHOWN = 2
# Marks that turn the direction of what follows; in a name they only deceive.
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Without what means another zone on every machine, or none.
ZONES = frozenset(available_timezones()) - {"localtime", "Factory", "posixrules"}
MOST_PARTICIPANTS = 20

T = TypeVar("T")


class Reading:
    """Reads field after field and tells at the end all that is wrong at once."""

    def __init__(self) -> None:
        self.wrong: dict[str, str] = {}

    def read(self, parse: Callable[[str, str], T], field: str, given: str, default: T) -> T:
        try:
            return parse(field, given)
        except Invalid as refusal:
            self.wrong.update(refusal.fields)
            return default

    def finish(self) -> None:
        if self.wrong:
            raise Invalid(self.wrong)


def name(field: str, given: str) -> str:
    found = " ".join(given.split())
    if not any(unicodedata.category(letter)[0] not in "CZM" for letter in found):
        raise Invalid({field: N_("Please write your name.")})
    if len(found) > NAME_LENGTH:
        raise Invalid({field: N_("Please write a shorter name.")})
    if any(_is_unwritable(letter) or letter in BIDI for letter in given):
        raise Invalid({field: N_("Please write the name without control characters.")})
    return found


def participants(field: str, given: Sequence[str]) -> list[str]:
    if len(given) > MOST_PARTICIPANTS:
        raise Invalid({field: N_("Please name fewer people.")})
    return [name(field, one) for one in given]


def note(field: str, given: str) -> str:
    found = given.strip().replace("\r\n", "\n")
    if len(found) > NOTE_LENGTH:
        raise Invalid({field: N_("Please write a shorter note.")})
    if any(_is_unwritable(letter) and letter not in "\n\t" for letter in found):
        raise Invalid({field: N_("Please write the note without control characters.")})
    return found


def _is_unwritable(letter: str) -> bool:
    """Control characters, and halves of characters that no database takes."""
    return unicodedata.category(letter) in {"Cc", "Cs"}


def email(field: str, given: str) -> str:
    """As it is compared and written to: lower case, its domain in the letters people read."""
    wanted = N_("Please write an e-mail address like name@example.org.")
    if len(given) > EMAIL_LENGTH:
        raise Invalid({field: wanted})
    try:
        found = email_validator.validate_email(
            given.strip(), check_deliverability=False, test_environment=True
        )
    except (email_validator.EmailNotValidError, UnicodeError):
        raise Invalid({field: wanted}) from None
    return found.normalized.lower()


def shortened(address: str) -> str:
    """So much of an address as helps to notice a slip, and too little to write to."""
    name, _at, domain = address.rpartition("@")
    shown = name[: min(LETTERS_SHOWN, len(name) - 1)]
    return f"{shown}…@{domain}"


def phone(field: str, given: str, country: str) -> str:
    """In E.164; without a country code it is a number of the practice's own country."""
    wanted = N_("Please write a telephone number, with its country code if it is from abroad.")
    if len(given) > 40 or not given.isprintable():
        raise Invalid({field: wanted})
    try:
        found = phonenumbers.parse(given, country)
    except phonenumbers.NumberParseException:
        raise Invalid({field: wanted}) from None
    if not phonenumbers.is_possible_number(found) or len(str(found.national_number)) < 5:
        raise Invalid({field: wanted})
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


def zone(field: str, given: str) -> ZoneInfo:
    if given not in ZONES:
        raise Invalid({field: N_("Please choose a time zone like Europe/Rome.")})
    return ZoneInfo(given)


def day(field: str, given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise Invalid({field: N_("Please choose a day.")}) from None


def instant(field: str, given: str) -> datetime:
    """Needs its offset: nobody here guesses a zone."""
    wanted = N_("Please send an instant with its offset, like 2026-11-24T09:00:00+01:00.")
    try:
        said = datetime.fromisoformat(given)
        found = said.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid({field: wanted}) from None
    if said.tzinfo is None or found.year not in hours.OUR_TIMES:
        raise Invalid({field: wanted})
    return found
