"""The manual of the HTTP interface: every call, as its OpenAPI description tells it."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from http import HTTPStatus
from typing import Any

import reflex as rx

from practice.domain.booking.refusals import SlotTaken
from practice.domain.content import Frame
from practice.domain.errors import Busy, Invalid, KeyReused, Refusal, TooMany
from practice.i18n import TIED, _, ngettext
from practice.routes import api
from practice.services import rate_limits
from practice.site.api_docs import calls, examples, openapi
from practice.site.api_docs.fields import ENGLISH, code, english, table
from practice.site.api_docs.openapi import Call, Interface

DESCRIPTION = "/api/openapi.json"
KEY = "Idempotency-Key"
WAIT = "Retry-After"
TONGUE = "Accept-Language"
# As the answers say it in English.
MISSING = "This is needed."


@cache
def interface() -> Interface:
    return openapi.read(api.make().openapi())


def title(frame: Frame | None) -> str:
    name = _("HTTP interface")
    return f"{name} · {frame.profile.name}" if frame else name


def description() -> str:
    return _(
        "How a program asks what can be booked here and when, and books it: "
        "every call, every field and every answer."
    )


def view(public_url: str) -> rx.Component:
    told = interface()
    return rx.el.div(
        rx.el.header(
            rx.el.h1(_("HTTP interface")),
            rx.el.p(
                _("How a program asks what can be booked here and when, and books it."),
                class_name="lede",
            ),
            class_name="page-title",
        ),
        rx.el.div(
            _part("calls", _("On this page"), _index(told)),
            _part("basics", _("Before you begin"), _basics(told, public_url)),
            class_name="api-plate",
        ),
        *(calls.chapter_of(call, told, public_url) for call in told.calls),
        _problem(told),
        rx.el.div(
            _part("repeating", _("Repeating a request"), _repeating(told)),
            _part("limits", _("Limits"), _limits(told)),
            class_name="api-plate",
        ),
        class_name="wrap manual",
    )


def _part(name: str, heading: str, matter: rx.Component) -> rx.Component:
    return rx.el.section(rx.el.h2(heading), matter, id=name)


def _index(told: Interface) -> rx.Component:
    general = {
        "errors": _("When something is refused"),
        "repeating": _("Repeating a request"),
        "limits": _("Limits"),
    }
    entries = [
        (call.name, (*calls.address_parts(call), rx.el.span(call.summary, lang=ENGLISH)))
        for call in told.calls
    ]
    entries += [
        (name, (rx.el.span(words, class_name="api-general"),)) for name, words in general.items()
    ]
    return rx.el.nav(
        rx.el.ul(
            *(rx.el.li(rx.el.a(*words, href=f"#{name}")) for name, words in entries),
            role="list",
            class_name="api-index",
        ),
        custom_attrs={"aria-label": _("On this page")},
    )


def _basics(told: Interface, public_url: str) -> rx.Component:
    facts: dict[str, Any] = {
        _("Address"): code(public_url),
        _("Format"): _("JSON, in both directions"),
        _("Who asks"): _("No key is needed: who is not signed in asks as a guest."),
        _("Language"): rx.fragment(
            _("Messages for people come in English or Italian, as asked for in"), " ", code(TONGUE)
        ),
        _("Description"): rx.fragment(
            rx.el.a(code(DESCRIPTION), href=DESCRIPTION),
            " – ",
            english(f"OpenAPI {told.openapi}"),
            ", ",
            _("version {version}").format(version=told.version).replace(" ", TIED),
        ),
    }
    return rx.el.div(
        rx.el.p(english(told.description)),
        rx.el.dl(
            *(rx.el.div(rx.el.dt(name), rx.el.dd(fact)) for name, fact in facts.items()),
            class_name="facts ways",
        ),
    )


def _problem(told: Interface) -> rx.Component:
    taken = SlotTaken((datetime.fromisoformat("2026-11-24T09:30:00+01:00"),))
    unusable = Invalid({"phone": MISSING})
    return rx.el.section(
        rx.el.header(
            rx.el.h2(_("When something is refused")),
            rx.el.p(_("Every refusal has the same shape."), class_name="api-purpose"),
        ),
        rx.el.div(
            rx.el.h3(_("The shape of a refusal")),
            table(_("The shape of a refusal"), told.problem.fields, sent=False),
        ),
        rx.el.div(
            rx.el.h3(_("A time that is taken")),
            calls.well(_("A time that is taken"), _as_sent(taken, taken.details)),
            rx.el.h3(_("A field that cannot be used")),
            calls.well(_("A field that cannot be used"), _as_sent(unusable, unusable.fields)),
            class_name="api-beside",
        ),
        class_name="api-plate",
        id="errors",
    )


def _as_sent(refusal: Refusal, details: Any) -> str:
    said = {"code": refusal.code, "message": refusal.message, "details": dict(details)}
    return examples.as_json({"error": said})


def _repeating(told: Interface) -> rx.Component:
    hours = int(rate_limits.KEPT.total_seconds() // 3600)
    kept = ngettext(
        "After {hours} hour the key is forgotten.",
        "After {hours} hours the key is forgotten.",
        hours,
    )
    return rx.el.div(
        _concerns(code(KEY), told, lambda call: call.sends(KEY)),
        rx.el.p(
            _(
                "An answer can get lost on its way. Choose a key for each booking, a UUID for "
                "example, send it in this header, and repeat the same request until an answer "
                "comes."
            )
        ),
        rx.el.ul(
            rx.el.li(_("The same key, the same body: the same answer, and one booking.")),
            rx.el.li(_("The same key, another body:"), " ", _known(KeyReused)),
            rx.el.li(_("A refusal is not kept: the same key may be sent again.")),
            rx.el.li(kept.format(hours=hours)),
            rx.el.li(_("Keys of different senders never meet.")),
        ),
        class_name="prose",
    )


def _limits(told: Interface) -> rx.Component:
    return rx.el.div(
        _concerns(code(WAIT), told, lambda call: call.can_answer(TooMany.status)),
        rx.el.p(
            _(
                "How often one sender can book is limited, and the calendar can be busy. Both "
                "answers say in this header after how many seconds to ask again."
            )
        ),
        rx.el.ul(
            rx.el.li(_("One sender has asked very often:"), " ", _known(TooMany)),
            rx.el.li(_("Many people are booking at this moment:"), " ", _known(Busy)),
        ),
        class_name="prose",
    )


def _concerns(
    header: rx.Component, told: Interface, is_meant: Callable[[Call], bool]
) -> rx.Component:
    links = [
        rx.el.a(calls.address(call), href=f"#{call.name}") for call in told.calls if is_meant(call)
    ]
    return rx.el.p(header, " · ", *links, class_name="api-concerns")


def _known(refusal: type[Refusal]) -> rx.Component:
    phrase = HTTPStatus(refusal.status).phrase
    return rx.fragment(
        rx.el.b(str(refusal.status), class_name="num"),
        " ",
        english(phrase),
        ", ",
        code(refusal.code),
    )
