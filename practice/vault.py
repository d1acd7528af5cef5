"""Private text at rest: sealed to its row, found by its index, with keys that can be changed."""

import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"\x01"
NONCE = 12
FINGERPRINT = 6
HEAD = len(VERSION) + FINGERPRINT


class Unreadable(Exception):
    """Sealed with a key we do not have, moved to another row, or changed."""


@dataclass(frozen=True)
class Place:
    """Where a sealed text lies. It opens nowhere else."""

    table: str
    column: str
    row: UUID

    def __bytes__(self) -> bytes:
        return f"{self.table}|{self.column}|{self.row}".encode()


class Key:
    """One secret, and what is derived from it for each purpose."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def derived(self, purpose: str) -> bytes:
        made = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"practice {purpose}".encode())
        return made.derive(self._secret)

    @cached_property
    def fingerprint(self) -> bytes:
        return self.derived("fingerprint")[:FINGERPRINT]

    @cached_property
    def cipher(self) -> AESGCM:
        return AESGCM(self.derived("seal"))

    @cached_property
    def indexing(self) -> bytes:
        return self.derived("index")

    @cached_property
    def linking(self) -> bytes:
        return self.derived("link")


class Ring:
    """All keys that may be needed; the first seals, every one opens."""

    def __init__(self, secrets: Sequence[str]) -> None:
        if not secrets:
            raise ValueError("a ring without a key seals nothing")
        self.keys = tuple(Key(secret) for secret in secrets)
        self.newest = self.keys[0]
        self.by_fingerprint = {key.fingerprint: key for key in self.keys}

    def seal(self, text: str, place: Place) -> bytes:
        nonce = os.urandom(NONCE)
        hidden = self.newest.cipher.encrypt(nonce, text.encode(), bytes(place))
        return VERSION + self.newest.fingerprint + nonce + hidden

    def open(self, sealed: bytes, place: Place) -> str:
        key = self.by_fingerprint.get(fingerprint_of(sealed))
        if key is None or sealed[:1] != VERSION:
            raise Unreadable(f"{place.table}.{place.column} is sealed with a key that is not here")
        try:
            nonce, hidden = sealed[HEAD : HEAD + NONCE], sealed[HEAD + NONCE :]
            return key.cipher.decrypt(nonce, hidden, bytes(place)).decode()
        except (InvalidTag, ValueError):  # what was cut off is too short even to try
            raise Unreadable(f"{place.table}.{place.column} was moved or changed") from None

    def index(self, kind: str, text: str) -> bytes:
        """By which a sealed text is found; the kind keeps equal texts of two columns apart."""
        return _index(self.newest, kind, text)

    def indexes(self, kind: str, text: str) -> list[bytes]:
        """Under every key, for rows that rotation has not reached yet."""
        return [_index(key, kind, text) for key in self.keys]


def fingerprint_of(sealed: bytes) -> bytes:
    return sealed[len(VERSION) : HEAD]


def _index(key: Key, kind: str, text: str) -> bytes:
    return hmac.digest(key.indexing, f"{kind}|{text}".encode(), hashlib.sha256)


class _Home:
    """The ring of this process; empty until `use`."""

    ring: Ring | None = None


def use(secrets: Sequence[str]) -> Ring:
    _Home.ring = Ring(secrets)
    return _Home.ring


def ring() -> Ring:
    if _Home.ring is None:
        raise RuntimeError("vault.use was not called in this process")
    return _Home.ring
