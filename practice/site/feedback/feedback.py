"""How was it? The page behind a letter's link: one question, one field, and thanks."""

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from practice import i18n, runtime
from practice.domain.actors import SYSTEM
from practice.domain.errors import Invalid, NotFound
from practice.i18n import _
from practice.services import feedback, rate_limits
from practice.services.feedback import Question
from practice.settings import Settings
from practice.site.document import forms
from practice.site.document.form_pages import Door, Missing
from practice.site.document.setting import Setting
from practice.site.feedback import view as views

PATH = "/feedback/{reference:str}/{token:str}"
LONGEST_TOKEN = 100
GONE = 410


class Asked(Door):
    """In the language of the booking, as the letter was; whatever is wrong, there is nothing."""

    def __init__(self, settings: Settings, setting: Setting, missing: Missing) -> None:
        super().__init__(settings, setting)
        self.missing = missing

    def routes(self) -> list[BaseRoute]:
        shown, given = (self._in(i18n.DEFAULT_LANGUAGE, work) for work in (self.shown, self.given))
        return [Route(PATH, shown, methods=["GET"]), Route(PATH, given, methods=["POST"])]

    async def shown(self, request: Request) -> Response:
        try:
            question = await self._find(request)
        except NotFound:
            return await self.missing()
        with i18n.speaking(question.language):
            return await self._ask(request, question)

    async def given(self, request: Request) -> Response:
        own = self.settings.limits
        tries = [("feedback_per_address", self._network(request), own.answers_per_address)]
        if wait := await runtime.transact(rate_limits.count, SYSTEM, tries=tries):
            return await self._patience(wait)
        words = (await forms.read(request, forms.LARGEST_WITH_A_NOTE)).get("words", "")
        try:
            question = await self._find(request)
            error = "" if question.is_over else await self._give(request, words)
        except NotFound:
            return await self.missing()
        if error or question.is_over:
            with i18n.speaking(question.language):
                return await self._ask(request, replace(question, words=words), error and _(error))
        again = RedirectResponse(request.url.path, status_code=303)
        again.headers["cache-control"] = "no-store"
        return again

    async def _give(self, request: Request, words: str) -> str:
        """What is wrong with the words, if anything."""
        try:
            await runtime.transact(feedback.give, SYSTEM, **_link(request), words=words)
        except Invalid as refusal:
            return refusal.fields["words"]
        return ""

    async def _find(self, request: Request) -> Question:
        link = _link(request)
        if len(link["token"]) > LONGEST_TOKEN:
            raise NotFound
        return await runtime.query(feedback.find, SYSTEM, **link)

    async def _ask(self, request: Request, question: Question, error: str = "") -> Response:
        page = self.setting.page("/", views.title(question), views.description())
        page = replace(page, is_in_one_language=True)
        if question.is_over:
            return await self._private(page, views.over(question), GONE)
        view = views.view(question, request.url.path, error)
        return await self._private(page, view, Invalid.status if error else 200)


def _link(request: Request) -> dict[str, Any]:
    return {name: request.path_params[name] for name in ("reference", "token")}
