"""What was rendered, kept ready until what it says changes."""

import asyncio
import gzip
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from practice import db, runtime
from practice.domain.actors import VISITOR
from practice.services.content import published

Key = tuple[str | bool, ...]


@dataclass(frozen=True)
class Rendered:
    """A page as bytes, and the state of the content that it tells."""

    told: tuple[int, date]
    body: bytes
    packed: bytes
    etag: str

    @classmethod
    def of(cls, body: bytes, told: tuple[int, date]) -> "Rendered":
        return cls(told, body, gzip.compress(body, 6, mtime=0), hashlib.sha256(body).hexdigest())


class Kept:
    def __init__(self) -> None:
        self.rendered: dict[Key, Rendered] = {}

    async def find(
        self,
        key: Key,
        read: Callable[..., Any],
        wanted: Mapping[str, Any],
        render: Callable[[Any], bytes],
    ) -> Rendered:
        """`read` runs inside a query; `render` is pure and gets what it found."""
        try:
            told = await runtime.query(published.edition, VISITOR)
        except db.UNAVAILABLE:
            # Better yesterday's page than none.
            if key in self.rendered:
                return self.rendered[key]
            raise
        if key not in self.rendered or self.rendered[key].told != told:
            found = await runtime.query(read, VISITOR, **wanted)
            self.rendered[key] = Rendered.of(await asyncio.to_thread(render, found), told)
        return self.rendered[key]
