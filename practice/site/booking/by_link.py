"""Pages behind a management link: they speak as the booking does, and whatever is wrong with the
link, there is nothing."""

import functools
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

import reflex as rx
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from practice import i18n, runtime
from practice.booking_flow import Caller
from practice.client_address import network_of
from practice.domain.accounts.refusals import LinkGone
from practice.domain.actors import SYSTEM, Actor
from practice.domain.booking.refusals import LinkReplaced
from practice.domain.booking.status import Status
from practice.domain.errors import NotFound, Refusal
from practice.routes import negotiation
from practice.services.booking import management_page
from practice.services.booking.management_page import Bookplate
from practice.services.links import management
from practice.settings import Settings
from practice.site.booking.views import manage, replaced_link
from practice.site.document.form_pages import Answer, Door, Missing, patient
from practice.site.document.setting import Setting
from practice.wording import times

LINK = "/{reference:str}/{token:str}"
LONGEST_TOKEN = 100


@dataclass(frozen=True)
class Held:
    """A link that opened: who holds it, and of which booking."""

    request: Request
    holder: Actor
    plate: Bookplate

    @property
    def reference(self) -> str:
        return self.plate.choices.reference

    def path(self, of: str = "manage") -> str:
        return f"/{of}/{self.reference}/{self.request.path_params['token']}"


Work = Callable[[Held], Awaitable[Response]]


class ByLink(Door, ABC):
    def __init__(self, settings: Settings, setting: Setting, missing: Missing) -> None:
        super().__init__(settings, setting)
        self.missing = missing

    @abstractmethod
    def pages(self) -> Sequence[tuple[str, Work, str]]: ...

    def routes(self) -> list[BaseRoute]:
        return [
            Route(path, self._in(i18n.DEFAULT_LANGUAGE, self._behind(work)), methods=[method])
            for path, work, method in self.pages()
        ]

    def _behind(self, work: Work) -> Answer:
        @functools.wraps(work)
        async def answer(request: Request) -> Response:
            try:
                held = await self._opened(request)
                with i18n.speaking(held.plate.language):
                    return await work(held)
            except LinkReplaced:
                return await self._replaced(request)
            except NotFound:
                return await self._nothing(request)

        return answer

    async def _nothing(self, request: Request) -> Response:
        """The same whatever is wrong with the link."""
        del request
        return await self.missing()

    async def _replaced(self, request: Request) -> Response:
        """The same for everybody who holds an old link: nothing of the booking, and a way to the
        new one for whoever reads the mailbox. In the language of the browser, because that of the
        booking is the booking's."""
        said = request.path_params
        path = f"/manage/{said['reference']}/{said['token']}/renew"
        with i18n.speaking(language_of(request)):
            return await self._say(replaced_link.view(path), replaced_link.title(), LinkGone.status)

    async def _opened(self, request: Request) -> Held:
        said = {name: request.path_params[name] for name in ("reference", "token")}
        if len(said["token"]) > LONGEST_TOKEN:
            raise NotFound
        holder = await runtime.query(management.holder, SYSTEM, **said)
        plate = await runtime.query(management_page.find, holder, reference=said["reference"])
        return Held(request, holder, plate)

    def _caller(self, held: Held) -> Caller:
        hops = self.settings.trusted_proxy_hops
        return Caller(held.holder, network_of(held.request, hops))

    async def _stand(self, held: Held, refusal: Refusal | None = None) -> Response:
        """How the booking stands, and what was refused."""
        plate, entry = held.plate, None
        if plate.is_ahead and plate.status is Status.CONFIRMED:
            asked = {"reference": held.reference}
            entry = await runtime.query(management_page.find_entry, held.holder, **asked)
        done = held.request.query_params.get("done", "")
        trouble = times.refused(refusal) if refusal else ""
        view = manage.view(plate, entry, held.path(), done=done, trouble=trouble)
        answer = await self._say(view, manage.title(plate), refusal.status if refusal else 200)
        return patient(answer, refusal) if refusal else answer

    async def _say(self, view: rx.Component, title: str, status: int = 200) -> Response:
        page = self.setting.page("/", title, i18n._("Your time with us."))
        page = replace(page, is_in_one_language=True, is_calm=True)
        return await self._private(page, view, status)


def language_of(request: Request) -> str:
    weighed = negotiation.weighed(request.headers.get("accept-language", ""))
    return i18n.preferred(weighed) or i18n.DEFAULT_LANGUAGE


def onward(path: str) -> Response:
    return RedirectResponse(path, status_code=303, headers={"cache-control": "no-store"})
