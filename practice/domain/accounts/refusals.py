"""Refusals of signing in: links, codes, factors, two open calls."""

from collections.abc import Mapping, Sequence
from typing import Any

from practice.domain.errors import N_, Refusal


class TwoOpenCalls(Refusal):
    """After two people turned out to be one: which of the two calls shall stay?"""

    code = "two_open_calls"
    message = N_("There are two calls booked under your name. Which one shall stay?")
    status = 409

    def __init__(self, references: Sequence[str]) -> None:
        super().__init__()
        self.references = tuple(references)

    @property
    def details(self) -> Mapping[str, Any]:
        return {"references": list(self.references)}


class LinkGone(Refusal):
    """Used, expired, replaced by a newer one, or never sent: the same to whoever holds it."""

    code = "link_gone"
    message = N_("This link does not open anything any more. Ask for a new one.")
    status = 410
    is_noted = True


class CodeWrong(Refusal):
    code = "code_wrong"
    message = N_("That code does not fit. Codes change every half minute; please try the next.")
    status = 422
    is_noted = True


class FactorNeeded(Refusal):
    """Signed in, but not lately enough for this."""

    code = "factor_needed"
    message = N_("Please show your code once more for this.")
    status = 403
    is_noted = True
