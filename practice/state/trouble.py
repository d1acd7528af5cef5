"""Trouble in kind words, for whatever page it happens on."""

import reflex as rx

from practice.i18n import _


class TroubleState(rx.State):
    trouble: str = ""
    reference: str = ""

    def _say(self, sentence: str, reference: str = "") -> None:
        self.trouble = sentence
        self.reference = reference

    def _apologise(self, reference: str) -> None:
        self._say(_("Something went wrong on our side. Nothing you wrote was lost."), reference)
