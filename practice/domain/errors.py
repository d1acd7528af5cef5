"""Refusals: facts that stand against a wish, each with its code, its words and its HTTP status."""

from typing import ClassVar


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translate this later"
    """Marks a message for the catalogs; it is translated where it is shown."""
    return message


class Refusal(Exception):
    """Something a person asked for cannot be had. Not a defect."""

    code: ClassVar[str] = "refused"
    message: ClassVar[str] = N_("That is not possible.")
    status: ClassVar[int] = 400


class NotFound(Refusal):
    """Missing and forbidden look the same."""

    code = "not_found"
    message = N_("There is nothing here, or it is not yours to see.")
    status = 404


class Busy(Refusal):
    """The calendar could not be had in time; the same wish may succeed in a moment."""

    code = "busy"
    message = N_("Many people are booking at this moment. Please try again in a few seconds.")
    status = 503


class BadRequest(Refusal):
    """A page sent something no page of ours sends."""

    code = "invalid"
    message = N_("This page and the server do not understand each other. Please reload the page.")
    status = 422
