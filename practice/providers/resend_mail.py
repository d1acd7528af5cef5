"""Mail through Resend, which knows a repetition by its key for a day."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import resend
from resend.exceptions import ResendError

from practice.providers import http
from practice.providers.ports import Message, ProviderError, Receipt

ROAD = "resend"


class ResendMail:
    def __init__(self, key: str, base: str | None = None) -> None:
        # The library keeps them for the whole process; there is one portal in it.
        resend.api_key = key
        if base:
            resend.api_url = base.rstrip("/")
        resend.default_http_client = _Wire()

    def send(self, message: Message, *, lost_before: int = 0) -> Receipt:
        del lost_before
        try:
            answer = resend.Emails.send(_params(message), {"idempotency_key": message.key})
        except ResendError as error:
            # The library wraps whatever its client raises; ours knows more.
            known = error.__context__
            raise known if isinstance(known, ProviderError) else _unclear() from None
        found = answer.get("id")
        if not isinstance(found, str) or not found:
            raise _unclear()
        return Receipt(ROAD, found[:200])


def _unclear() -> ProviderError:
    """Perhaps it was taken; the same key makes a repetition harmless."""
    return ProviderError("nonsense", road=ROAD, is_lost=True)


def _params(message: Message) -> Any:
    letter = message.letter
    found: dict[str, Any] = {
        "from": message.sender,
        "to": [message.to],
        "subject": letter.subject,
        "html": letter.html,
        "text": letter.text,
        "headers": {"Message-ID": message.message_id, **message.headers},
        "attachments": [
            {
                "filename": one.name,
                "content": base64.b64encode(one.body).decode(),
                "content_type": one.content_type,
            }
            for one in letter.attachments
        ],
    }
    if message.reply_to:
        found["reply_to"] = message.reply_to
    return found


class _Wire(resend.HTTPClient):
    """The library's own client takes every failure for the same, and waits half a minute."""

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        json: Any = None,
        files: dict[str, Any] | None = None,
        data: dict[str, str] | None = None,
    ) -> tuple[bytes, int, Mapping[str, str]]:
        del files, data
        status, told, body = http.ask(ROAD, method.upper(), url, headers=headers, json=json)
        _judge(status, told, body)
        return body, status, told


def _judge(status: int, headers: Mapping[str, str], body: bytes) -> None:
    if 200 <= status < 300:
        _require_json(body)
        return
    if status == 429:
        raise ProviderError("too_many", road=ROAD, retry_after=http.wait_of(headers))
    if status in {401, 403}:
        raise ProviderError("key_refused", road=ROAD)
    if status in {400, 422}:
        raise ProviderError("letter_refused", road=ROAD, is_permanent=True)
    # The same key is being worked on, or was used already.
    if status == 409 or status >= 500:
        raise ProviderError(f"status_{status}", road=ROAD, is_lost=True)
    raise ProviderError(f"status_{status}", road=ROAD)


def _require_json(body: bytes) -> None:
    try:
        found = json.loads(body)
    except ValueError:
        raise _unclear() from None
    if not isinstance(found, dict):
        raise _unclear()
