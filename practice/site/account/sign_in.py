"""Signing in by letter: a link is asked for, opened, and used by a button."""

import asyncio
from time import perf_counter
from zoneinfo import ZoneInfo

import reflex as rx
from starlette.requests import Request
from starlette.responses import Response

from practice import authentication, i18n, runtime, vault
from practice.domain import inputs
from practice.domain.accounts.refusals import LinkGone
from practice.domain.accounts.sessions import LinkState, Standing
from practice.domain.actors import SYSTEM, VISITOR
from practice.domain.errors import Invalid
from practice.i18n import _
from practice.services import rate_limits
from practice.services.access import require
from practice.services.accounts import attach, cookies, sign_in
from practice.services.accounts.attach import Call, Question
from practice.services.accounts.sessions import Found, Opened
from practice.services.accounts.sign_in import Seen
from practice.site.account import sign_in_view as views
from practice.site.document import forms
from practice.site.document.form_pages import NO_PATH, Door, Table, device, drop, go, keep

# Longer than a link lives: who comes late gets another by one button.
LINK_AGE = 60 * 60
LONGEST_TOKEN = 100


class SigningIn(Door):
    def table(self) -> Table:
        return [
            ("/sign-in", self.asking, "GET"),
            ("/sign-in", self.asked, "POST"),
            ("/sign-in/sent", self.sent, "GET"),
            ("/sign-in/again", self.asked_again, "POST"),
            ("/sign-in/link/{token:str}", self.opened, "GET"),
            ("/sign-in/confirm", self.confirming, "GET"),
            ("/sign-in/confirm", self.confirmed, "POST"),
            ("/sign-in/was-it-you", self.questioning, "GET"),
            ("/sign-in/was-it-you", self.answered, "POST"),
            ("/sign-in/denied", self.denied, "GET"),
            ("/sign-in/which", self.choosing, "GET"),
            ("/sign-in/which", self.chosen, "POST"),
        ]

    async def asking(self, request: Request) -> Response:
        found = await self._found(request)
        if found.standing is not Standing.ENDED:
            return go(authentication.way(found))
        page = await self._page(views.ask())
        return self._with_asker(request, page, self._asker(request).nonce)

    async def asked(self, request: Request) -> Response:
        """The same words, headers and time whether there is such an account or not."""
        started = perf_counter()
        said = await forms.read(request)
        try:
            email = inputs.email("email", said.get("email", ""))
        except Invalid as refusal:
            reason = refusal.fields["email"]
            view = views.ask(_(reason), said.get("email", ""))
            return await self._page(view, 422)
        answer = await self._send_link(request, email)
        floor = self.settings.answer_floor.total_seconds()
        await asyncio.sleep(max(0.0, floor - (perf_counter() - started)))
        return answer

    async def asked_again(self, request: Request) -> Response:
        """For whoever holds a link that has gone: a new one goes to where the old one went, and
        nobody has to write the address once more."""
        token = request.cookies.get(cookies.link_cookie(), "")
        own = self.settings.limits
        tries = [
            ("links_per_link", vault.ring().index("link", token), own.links_per_email),
            ("links_per_address", self._network(request), own.links_per_address),
        ]
        if wait := await runtime.transact(rate_limits.count, VISITOR, tries=tries):
            return await self._patience(wait)
        asker = self._asker(request)
        await runtime.transact(sign_in.again, SYSTEM, token=token, asker=asker)
        return self._with_asker(request, go("/sign-in/sent"), asker.nonce)

    async def sent(self, _request: Request) -> Response:
        return await self._page(views.sent())

    async def opened(self, request: Request) -> Response:
        """Moves the token out of the address bar and changes nothing else, however often a mail
        scanner comes by."""
        answer = go("/sign-in/confirm")
        token = request.path_params["token"]
        if len(token) <= LONGEST_TOKEN and token.isascii():
            keep(answer, cookies.link_cookie(), token, LINK_AGE)
        answer.headers["referrer-policy"] = NO_PATH
        return answer

    async def confirming(self, request: Request) -> Response:
        token = request.cookies.get(cookies.link_cookie(), "")
        nonce = request.cookies.get(cookies.asker_cookie(), "")
        try:
            seen = await runtime.query(sign_in.look, SYSTEM, token=token, nonce=nonce)
        except LinkGone:
            return await self._gone(request)
        if seen.state is not LinkState.GOOD:
            return await self._gone(request)
        page = await self._page(_confirmation(seen))
        return self._with_asker(request, page, self._asker(request).nonce)

    async def _gone(self, request: Request) -> Response:
        found = await self._found(request)
        if found.standing is not Standing.ENDED:
            return go(authentication.way(found))
        has_one = bool(request.cookies.get(cookies.link_cookie()))
        return await self._page(views.gone(may_have_another=has_one), LinkGone.status)

    async def confirmed(self, request: Request) -> Response:
        own = self.settings.limits
        tries = [("answers_per_address", self._network(request), own.answers_per_address)]
        wait = await runtime.transact(rate_limits.count, VISITOR, tries=tries)
        if wait:
            return await self._patience(wait)
        said = await forms.read(request)
        if said.get("it_was_me") == "no":
            return await self._denied(request)
        try:
            opened = await runtime.transact(
                sign_in.redeem,
                SYSTEM,
                token=request.cookies.get(cookies.link_cookie(), ""),
                nonce=request.cookies.get(cookies.asker_cookie(), ""),
                it_was_me=said.get("it_was_me") == "yes",
                device=device(request),
            )
        except LinkGone:
            # Of a double click the first has signed in already: the page behind this knows.
            return go("/sign-in/confirm")
        answer = go(_first(opened))
        keep(answer, cookies.cookie_name(), opened.cookie, opened.seconds)
        drop(answer, cookies.link_cookie())
        return answer

    async def _denied(self, request: Request) -> Response:
        token = request.cookies.get(cookies.link_cookie(), "")
        try:
            await runtime.transact(sign_in.deny, SYSTEM, token=token)
        except LinkGone:
            return go("/sign-in/confirm")
        answer = go("/sign-in/denied")
        drop(answer, cookies.link_cookie())
        return answer

    async def denied(self, _request: Request) -> Response:
        return await self._page(views.denied())

    async def questioning(self, request: Request) -> Response:
        """Somebody booked under this address: the person says of each booking whether it was
        them."""
        found = await self._found(request)
        questions = await self._questions(found)
        if questions:
            return await self._page(views.was_it_you(questions[0]))
        return await self._after_questions(found)

    async def answered(self, request: Request) -> Response:
        found = await self._found(request)
        said = await forms.read(request)
        was_me = said.get("was_me")
        if not may_answer(found) or was_me not in {"yes", "no"}:
            return await self.questioning(request)
        proven = await runtime.transact(
            attach.answer,
            SYSTEM,
            account_id=require(found.account_id),
            reference=said.get("call", ""),
            was_me=was_me == "yes",
        )
        if proven.is_nobody:
            return go("/sign-in/denied")
        if proven.unanswered:
            return go("/sign-in/was-it-you")
        # By the answer this browser may have become somebody's.
        return await self._after_questions(await self._found(request))

    async def _after_questions(self, found: Found) -> Response:
        if not may_answer(found):
            return go(authentication.way(found))
        if found.actor.client_id is None:
            return go("/sign-in/name")
        calls = await self._calls(found)
        return go("/sign-in/which" if len(calls) > 1 else "/me")

    async def _questions(self, found: Found) -> list[Question]:
        if not may_answer(found):
            return []
        account = require(found.account_id)
        return await runtime.query(attach.list_questions, SYSTEM, account_id=account)

    async def choosing(self, request: Request) -> Response:
        """Two first calls under one address: the person says which one stays."""
        found = await self._found(request)
        calls = await self._calls(found)
        if len(calls) < 2:
            return go(authentication.way(found))
        told = [(one.reference, _said(one)) for one in calls]
        return await self._page(views.which(told))

    async def chosen(self, request: Request) -> Response:
        found = await self._found(request)
        said = await forms.read(request)
        calls = await self._calls(found)
        if len(calls) > 1 and said.get("keep") in {one.reference for one in calls}:
            account = require(found.account_id)
            await runtime.transact(
                attach.prove_email, SYSTEM, account_id=account, keep=said["keep"]
            )
        return await self.choosing(request)

    async def _calls(self, found: Found) -> list[Call]:
        if not may_answer(found):
            return []
        account = require(found.account_id)
        return await runtime.query(attach.list_calls, SYSTEM, account_id=account)


def _confirmation(seen: Seen) -> rx.Component:
    if seen.question:
        return views.confirm_booked(seen.question, seen.mailbox, seen.device)
    if seen.is_same_browser:
        return views.confirm()
    asked_at = i18n.clock_time(seen.asked_at, seen.zone)
    return views.confirm_elsewhere(seen.device, asked_at)


def may_answer(found: Found) -> bool:
    """The therapist sees in her portal who booked under her address."""
    return found.standing is Standing.OPEN and not found.is_therapist


def _first(opened: Opened) -> str:
    if opened.is_therapist:
        return "/portal"
    if opened.must_answer:
        return "/sign-in/was-it-you"
    if opened.must_introduce:
        return "/sign-in/name"
    return "/sign-in/which" if opened.must_choose else "/me"


def _said(call: Call) -> str:
    """In their own zone."""
    day = call.starts_at.astimezone(ZoneInfo(call.zone)).date()
    return f"{i18n.day_and_date(day)}, {i18n.clock_time(call.starts_at, call.zone)}"
