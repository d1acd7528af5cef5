"""The doors to the outside world as the rest of the portal knows them, and what can go wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from practice.domain.letters import Letter


class ProviderError(Exception):
    """An effect did not happen, or nobody knows whether it did. The code is ours: what a provider
    answers may hold what nobody should log."""

    def __init__(
        self,
        code: str,
        *,
        road: str = "",
        is_permanent: bool = False,
        is_lost: bool = False,
        may_repeat: bool = True,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        # Which of several ways it went.
        self.road = road
        # Trying the same again will never help.
        self.is_permanent = is_permanent
        # The answer did not arrive: it may have happened.
        self.is_lost = is_lost
        # The provider knows a repetition by its key and does nothing twice.
        self.may_repeat = may_repeat
        self.retry_after = retry_after


@dataclass(frozen=True)
class Receipt:
    """The provider's word that it has taken the thing over."""

    road: str
    provider_id: str


@dataclass(frozen=True)
class Message:
    """A letter with its addresses, ready to leave."""

    # The same on every road and every attempt.
    key: str
    message_id: str
    date: datetime
    sender: str
    to: str
    reply_to: str | None
    letter: Letter
    headers: Mapping[str, str]


class Mail(Protocol):
    def send(self, message: Message, *, lost_before: int = 0) -> Receipt:
        """Lost before: how many earlier attempts may have arrived all the same."""
        ...


class Chat(Protocol):
    """A line to the therapist's own telephone."""

    def say(self, text: str) -> Receipt: ...
