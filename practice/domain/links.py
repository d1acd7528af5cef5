"""What opens something is unguessable; what is said aloud is not secret."""

import base64
import hashlib
import hmac
from datetime import timedelta
from uuid import UUID


def link_token(key: bytes, booking: UUID, version: int) -> str:
    """Nothing is stored: any later letter can make the same link again, and raising the version
    revokes it."""
    message = b"manage" + booking.bytes + version.to_bytes(4, "big")
    mac = hmac.digest(key, message, hashlib.sha256)[:20]
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def feedback_token(key: bytes, booking: UUID) -> str:
    """Opens the page that asks how the session was, and nothing else of the booking."""
    mac = hmac.digest(key, b"feedback" + booking.bytes, hashlib.sha256)[:20]
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def is_feedback_token(given: str, key: bytes, booking: UUID) -> bool:
    return hmac.compare_digest(given.encode(), feedback_token(key, booking).encode())


def is_link_token(given: str, key: bytes, booking: UUID, version: int) -> bool:
    return hmac.compare_digest(given.encode(), link_token(key, booking, version).encode())


# How long the letter's link opens a booking after it has ended.
LINK = timedelta(days=30)
