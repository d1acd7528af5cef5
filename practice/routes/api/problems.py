"""One shape for everything that did not work."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from practice import i18n
from practice.domain.errors import Invalid, Refusal, TooMany
from practice.i18n import _
from practice.routes import negotiation

CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}


def problem(
    status: int,
    code: str,
    message: str,
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    said = {"error": {"code": code, "message": message, "details": dict(details or {})}}
    return JSONResponse(said, status, dict(headers or {}))


def apology(status: int, reference: str) -> Response:
    """For what is our fault, with the number under which it is in the log."""
    code = "unavailable" if status == 503 else "failed"
    words = _("Something went wrong here. Please try again in a moment.")
    return problem(status, code, words, {"reference": reference})


def too_often() -> Response:
    """For an address that reads more than one may; said before anything is found out about it."""
    return problem(TooMany.status, TooMany.code, _(TooMany.message))


def install(app: FastAPI) -> None:
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def language_of(request: Request) -> str:
    accepted = negotiation.weighed(request.headers.get("accept-language", ""))
    return i18n.preferred(accepted) or i18n.DEFAULT_LANGUAGE


async def _refused(request: Request, refusal: Exception) -> Response:
    if not isinstance(refusal, Refusal):
        raise refusal
    wait = getattr(refusal, "retry_after", None)
    headers = {"retry-after": str(wait)} if wait else {}
    with i18n.speaking(language_of(request)):
        details = refusal.details
        if isinstance(refusal, Invalid):
            details = {field: _(reason) for field, reason in refusal.fields.items()}
        return problem(refusal.status, refusal.code, _(refusal.message), details, headers)


async def _invalid(request: Request, failure: Exception) -> Response:
    """Names the fields; never repeats what was in them."""
    if not isinstance(failure, RequestValidationError):
        raise failure
    with i18n.speaking(language_of(request)):
        found = {_field(error["loc"]): _reason(error["type"]) for error in failure.errors()}
        return problem(422, Invalid.code, _(Invalid.message), found)


def _field(place: tuple[Any, ...]) -> str:
    """As the sender knows it; a body that is none at all is the field itself."""
    source, *rest = place
    names = [part for part in rest if isinstance(part, str)]
    return names[0] if names else str(source)


def _reason(kind: str) -> str:
    if kind == "missing":
        return _("This is needed.")
    if kind == "extra_forbidden":
        return _("There is no such field.")
    if "too_long" in kind:
        return _("This is too long.")
    if kind == "json_invalid":
        return _("This is not JSON.")
    return _("This cannot be used.")


async def _http(request: Request, failure: Exception) -> Response:
    if not isinstance(failure, HTTPException):
        raise failure
    with i18n.speaking(language_of(request)):
        if failure.status_code == 400:
            # The framework's word for a body that it cannot take apart.
            return problem(422, Invalid.code, _(Invalid.message), {"body": _reason("json_invalid")})
        code = CODES.get(failure.status_code, "refused")
        return problem(failure.status_code, code, _words(code), headers=failure.headers)


def _words(code: str) -> str:
    if code == "not_found":
        return _("There is nothing here, or it is not yours to see.")
    if code == "method_not_allowed":
        return _("This address does not answer to that method.")
    return _("That is too much at once.") if code == "too_large" else _(Refusal.message)
