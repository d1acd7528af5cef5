"""The style guide's handlers: a form that is checked, a question, and a failure on purpose."""

import asyncio

import reflex as rx

from practice.domain.actors import Role
from practice.i18n import _
from practice.state.framework.handler import handler

# Long enough to see the button change.
A_MOMENT = 0.9
SAMPLE_DRAFT = "sample"


class StyleguideState(rx.State):
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    thanks: str = ""
    answer: int = 0
    asking: bool = False
    removed: bool = False

    @handler(Role.PUBLIC)
    async def submit(self, form: dict[str, str]) -> None:
        await asyncio.sleep(A_MOMENT)
        self.errors = _wrong_in(form)
        self.thanks = "" if self.errors else _("Sent. Nothing is kept, this page is only a sample.")
        self.answer += 1

    @handler(Role.PUBLIC)
    async def ask(self) -> None:
        self.asking = True

    @handler(Role.PUBLIC)
    async def answer_asked(self, opened: bool) -> None:
        self.asking = opened

    @handler(Role.PUBLIC)
    async def remove(self) -> None:
        await asyncio.sleep(A_MOMENT)
        self.asking = False
        self.removed = True
        self.answer += 1

    @handler(Role.PUBLIC)
    async def fail(self) -> None:
        raise RuntimeError("asked for by the style guide")


class SampleDraftState(rx.State):
    """As DraftState, for a page that nobody signs in to: it says so and keeps nothing."""

    texts: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    kept: rx.Field[dict[str, int]] = rx.field(default_factory=dict)
    dropped: rx.Field[dict[str, int]] = rx.field(default_factory=dict)

    @handler(Role.PUBLIC)
    async def find(self, name: str) -> None:
        del name

    @handler(Role.PUBLIC)
    async def keep(self, name: str, text: str) -> None:
        if name == SAMPLE_DRAFT and text:
            self.kept[name] = self.kept.get(name, 0) + 1


def _wrong_in(form: dict[str, str]) -> dict[str, str]:
    checks = {
        "place": (bool(form.get("place")), _("Please choose how we shall talk.")),
        "name": (bool(form.get("name", "").strip()), _("Please tell me your name.")),
        "email": ("@" in form.get("email", ""), _("That address has no @ in it.")),
        "consent": (form.get("consent") == "yes", _("I need your yes to keep these details.")),
    }
    return {name: sentence for name, (fine, sentence) in checks.items() if not fine}
