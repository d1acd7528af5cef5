"""Trouble in kind words, for whatever page it happens on."""

import reflex as rx

from practice.i18n import _


class TroubleState(rx.State):
    trouble: str = ""
    reference: str = ""
    # Rises with each, because the same sentence twice is two answers to a waiting form.
    troubles: int = 0

    def _say(self, sentence: str, reference: str = "") -> None:
        self.trouble = sentence
        self.reference = reference
        self.troubles += 1

    def _forget(self) -> None:
        """What went wrong before says nothing about what is tried now."""
        if self.trouble:
            self.trouble = self.reference = ""

    def _apologise(self, reference: str) -> None:
        self._say(_("Something went wrong on our side. Nothing you wrote was lost."), reference)
