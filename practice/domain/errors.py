"""Refusals: facts that stand against a wish, each with its code, its words and its HTTP status."""

from collections.abc import Mapping
from typing import Any, ClassVar


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translate this later"
    """Marks a message for the catalogs; it is translated where it is shown."""
    return message


class Refusal(Exception):
    """Something a person asked for cannot be had. Not a defect."""

    code: ClassVar[str] = "refused"
    message: str = N_("That is not possible.")
    status: ClassVar[int] = 400
    # Somebody tried a door that is shut to them: the journal hears of it.
    is_noted: ClassVar[bool] = False

    @property
    def details(self) -> Mapping[str, Any]:
        """For programs: what they need to go on from here."""
        return {}


class NotFound(Refusal):
    """Missing and forbidden look the same."""

    code = "not_found"
    message = N_("There is nothing here, or it is not yours to see.")
    status = 404
    is_noted = True


class Busy(Refusal):
    """The calendar could not be had in time; the same wish may succeed in a moment."""

    code = "busy"
    message = N_("Many people are booking at this moment. Please try again in a few seconds.")
    status = 503
    retry_after = 3


class BadRequest(Refusal):
    """A page sent something no page of ours sends."""

    code = "invalid"
    message = N_("This page and the server do not understand each other. Please reload the page.")
    status = 422


class Invalid(Refusal):
    """Something that was written cannot be used; each field says why."""

    code = "invalid"
    message = N_("Please look again at what is marked.")
    status = 422

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(*fields)
        self.fields = dict(fields)


class TooMany(Refusal):
    """A limit; it says when to come back."""

    code = "too_many"
    message = N_("That was tried very often. Please wait a little and try again.")
    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class KeyReused(Refusal):
    code = "idempotency_mismatch"
    message = N_("This Idempotency-Key was used for another request. Please send a new one.")
    status = 422
