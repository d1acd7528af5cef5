"""The calls of the interface: parse, one or two awaits, answer. No rule lives here."""

import re
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Header, Query, Request
from starlette.responses import JSONResponse, Response

from practice import authentication, booking_flow, i18n, runtime, settings
from practice.booking_flow import Caller, Contact
from practice.client_address import network_of
from practice.domain import inputs
from practice.domain.accounts import devices
from practice.domain.actors import Actor
from practice.domain.clients.refusals import LOCKS
from practice.domain.errors import N_, Invalid
from practice.i18n import _
from practice.routes.api import problems
from practice.routes.api.limits import Capped, Floored
from practice.routes.api.models import (
    EARLIEST,
    BookingAnswer,
    BookingRequest,
    ProblemAnswer,
    SessionTypesAnswer,
    SlotsAnswer,
)
from practice.services.accounts import cookies
from practice.services.availability import slots as availability_slots
from practice.services.booking import catalog
from practice.services.booking.book import Wish
from practice.services.booking.idempotency import Booked

PREFIX = "/api/"
LONGEST_WINDOW = 62
# Stands in for what could not be read until all that is wrong is told.
UNKNOWN = ZoneInfo("UTC")
A_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

RETRY_AFTER = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
Answers = dict[int | str, dict[str, Any]]


def _answers(**said: str) -> Answers:
    """Every status that can come, each in the one shape."""
    found: Answers = {
        int(status.removeprefix("s")): {"model": ProblemAnswer, "description": words}
        for status, words in said.items()
    }
    for patient in found.keys() & {429, 503}:
        found[patient]["headers"] = {"Retry-After": RETRY_AFTER}
    return found


COMMON = {"s422": "A field cannot be used; details names it.", "s503": "Try again in a moment."}


def make() -> FastAPI:
    app = FastAPI(
        title="Practice portal",
        version="1",
        description="Free times and bookings of one practice. Times are instants with an offset.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    problems.install(app)
    app.get(
        "/api/session-types",
        response_model=SessionTypesAnswer,
        summary="List what can be booked",
        response_description="Every type the asker can see.",
        responses=_answers(s503=COMMON["s503"]),
    )(find_session_types)
    app.get(
        "/api/slots",
        response_model=SlotsAnswer,
        summary="Find free times",
        response_description="The times that can be booked now.",
        responses=_answers(
            s403="The session type is locked for the asker.",
            s404="There is no such session type.",
            **COMMON,
        ),
    )(find_slots)
    app.post(
        "/api/bookings",
        response_model=BookingAnswer,
        status_code=201,
        summary="Book a time",
        response_description="It is booked; or was, by the same request before.",
        responses=_answers(
            s403="The session type is locked for the asker.",
            s404="There is no such session type.",
            s409="The time is taken (details.alternatives), or a first call is booked already.",
            s413="The body is larger than 64 KiB.",
            s429="Too often; Retry-After says when.",
            **COMMON,
        ),
    )(book)
    app.add_middleware(Capped)
    floor = settings.current().answer_floor.total_seconds()
    app.add_middleware(Floored, path="/api/bookings", seconds=floor)
    return app


async def find_session_types(request: Request) -> Response:
    """Visible types; a locked one says why, and what opens it."""
    with i18n.speaking(problems.language_of(request)):
        found = await runtime.query(catalog.find_catalog, await _actor(request))
        listed = [
            {
                "slug": one.slug,
                "name": one.name,
                "minutes": one.minutes,
                "price_cents": one.price_cents,
                "currency": one.currency,
                "places": one.places,
                "capacity": one.capacity,
                "locked": one.lock is not None,
                "why": _(LOCKS[one.lock].message) if one.lock else None,
            }
            for one in found.types
        ]
    return JSONResponse({"session_types": listed, "privacy_version": found.privacy_version})


def _date(name: str, words: str) -> Any:
    said = {"format": "date", "examples": ["2026-11-24"]}
    return Query(alias=name, max_length=10, description=words, json_schema_extra=said)


async def find_slots(
    request: Request,
    session_type: Annotated[
        str, Query(max_length=80, examples=["discovery"], description="Its slug.")
    ],
    first: Annotated[str, _date("from", "The first day.")],
    last: Annotated[str, _date("to", "The last day, included.")],
    tz: Annotated[
        str,
        Query(max_length=80, examples=["Europe/Rome"], description="The asker's time zone."),
    ],
) -> Response:
    """Free times of one session type, ordered by their start. `from` and `to` are dates in `tz`,
    both included, at most 62 days; a time belongs to the day on which it starts there."""
    begin, end = _window(first, last)
    offer = await runtime.query(
        availability_slots.list_slots,
        await _actor(request),
        slug=session_type,
        first=begin,
        last=end,
        zone=inputs.zone("tz", tz),
    )
    length = offer.rules.terms.length

    def said(at: int) -> str:
        return datetime.fromtimestamp(at, offer.zone).isoformat()

    slots = [
        {"start": said(start), "end": said(start + length), "remaining": left}
        for start, left in offer.starts
    ]
    return JSONResponse({"time_zone": offer.zone.key, "slots": slots})


def _window(first: str, last: str) -> tuple[date, date]:
    found: dict[str, date] = {}
    for name, given in (("from", first), ("to", last)):
        try:
            found[name] = date.fromisoformat(given if A_DATE.fullmatch(given) else "")
        except ValueError:
            raise Invalid({name: N_("Please send a date like 2026-11-24.")}) from None
    if not 0 <= (found["to"] - found["from"]).days < LONGEST_WINDOW:
        raise Invalid({"to": N_("Please send a date from the first day on, within 62 days.")})
    return found["from"], found["to"]


async def book(
    request: Request,
    body: BookingRequest,
    key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=255,
            description="Anything unguessable, new for each wish; the same when it is repeated.",
        ),
    ],
) -> Response:
    """Books one time. A guest books the first call; other session types need a person who is
    signed in. The same key and body get the same answer for 48 hours."""
    network = network_of(request, settings.current().trusted_proxy_hops)
    device = devices.name_of(request.headers.get("user-agent", "")[:400])
    caller = Caller(await _actor(request), network, device)
    reading = inputs.Reading()
    wish = _wish(body, problems.language_of(request), reading)
    contact = Contact(
        body.name, body.email, body.phone, body.privacy_version, website=body.website or ""
    )
    once = booking_flow.once(caller, key, body.model_dump(mode="json"))
    return _booked(await booking_flow.book(caller, wish, contact, once, reading))


def _wish(body: BookingRequest, language: str, reading: inputs.Reading) -> Wish:
    zone = reading.read(inputs.zone, "time_zone", body.time_zone, UNKNOWN)
    return Wish(
        slug=body.session_type,
        start=reading.read(lambda _field, _given: body.starts_at(), "start", "", EARLIEST),
        zone=zone.key,
        language=body.language or language,
        place=body.place,
        note=reading.read(inputs.note, "note", body.note or "", ""),
    )


def _booked(found: Booked) -> Response:
    said = {
        "reference": found.reference,
        "status": found.status,
        "starts_at": found.starts_at.isoformat(),
        "ends_at": found.ends_at.isoformat(),
        "manage_url": found.manage_url,
        "checkout_url": None,
    }
    return JSONResponse(said, 201)


async def _actor(request: Request) -> Actor:
    return await authentication.actor_for(request.cookies.get(cookies.cookie_name()))
