"""The daily summary on the therapist's telephone, through a Telegram bot of her own."""

import json
from collections.abc import Mapping
from typing import Any

from practice.providers import http
from practice.providers.ports import ProviderError, Receipt

ROAD = "telegram"
BASE = "https://api.telegram.org"


class TelegramChat:
    def __init__(self, token: str, chat: str, base: str | None = None) -> None:
        self.url = f"{(base or BASE).rstrip('/')}/bot{token}/sendMessage"
        self.chat = chat

    def say(self, text: str) -> Receipt:
        body = {"chat_id": self.chat, "text": text, "disable_web_page_preview": True}
        status, headers, answer = self._ask(body)
        if status == 429:
            raise ProviderError("too_many", road=ROAD, retry_after=http.wait_of(headers))
        if 400 <= status < 500:
            raise ProviderError(f"status_{status}", road=ROAD, is_permanent=True)
        if not 200 <= status < 300:
            raise ProviderError(f"status_{status}", road=ROAD, is_lost=True, may_repeat=False)
        try:
            return Receipt(ROAD, str(json.loads(answer)["result"]["message_id"])[:40])
        except (ValueError, KeyError, TypeError):
            # It said yes; what else it said does not matter.
            return Receipt(ROAD, "")

    def _ask(self, body: dict[str, Any]) -> tuple[int, Mapping[str, str], bytes]:
        """It knows no repetition: what it perhaps showed it would show again."""
        try:
            return http.ask(ROAD, "POST", self.url, headers={}, json=body)
        except ProviderError as failure:
            failure.may_repeat = not failure.is_lost
            raise
