"""Sign-in links: made, hashed, and their address."""

import hashlib
import secrets
from dataclasses import dataclass
from uuid import UUID

from practice import clock, settings
from practice.clock import new_id
from practice.domain.accounts.sessions import LINK_LIFE
from practice.models import sealed
from practice.models.accounts import SigninLink
from practice.services.inserts import New, new

TOKEN_BYTES = 32


@dataclass(frozen=True)
class Asker:
    """The browser that asks: a random value only it has, and what it calls itself."""

    nonce: str
    device: str


def hashed(secret: str) -> bytes:
    """Of 32 random bytes: nothing to guess, so nothing to salt."""
    return hashlib.sha256(secret.encode()).digest()


def new_link(
    account_id: UUID,
    asker: Asker | None = None,
    *,
    device: str = "",
    booking_id: UUID | None = None,
) -> tuple[New, str]:
    """Not written yet, and its token."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = new_id()
    link = new(
        SigninLink,
        id=row,
        account_id=account_id,
        token_hash=hashed(token),
        booking_id=booking_id,
        asker_hash=hashed(asker.nonce) if asker else None,
        device=sealed.seal_if(SigninLink, "device", row, device),
        expires_at=clock.now() + LINK_LIFE,
    )
    return link, token


def url(token: str) -> str:
    return f"{settings.current().public_url}/sign-in/link/{token}"
