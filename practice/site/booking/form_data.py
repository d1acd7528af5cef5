"""What somebody typed who books without a script: read, kept, and sent along from page to page."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from practice import booking_flow, i18n
from practice.booking_flow import Caller, Contact
from practice.domain import inputs
from practice.domain.booking.status import Place
from practice.services.booking.book import Wish
from practice.services.booking.offers import Kind
from practice.services.rate_limits import Once

TYPED = ("name", "email", "phone", "place", "note", "privacy_version")
# As long as the interface takes one.
LONGEST_KEY = 255


@dataclass(frozen=True)
class Typed:
    """As it was written, and the key under which it is booked once, however often it is sent."""

    once: str
    name: str = ""
    email: str = ""
    phone: str = ""
    place: str = ""
    note: str = ""
    privacy_version: str = ""
    # Filled in by machines only.
    website: str = field(default="", repr=False)

    @classmethod
    def nothing(cls) -> Self:
        return cls(once=secrets.token_urlsafe(16))

    @classmethod
    def read(cls, said: Mapping[str, str]) -> Self:
        key = said.get("once", "")
        found = cls.nothing() if not 0 < len(key) <= LONGEST_KEY else cls(once=key)
        given = {name: said[name] for name in (*TYPED, "website") if name in said}
        return replace(found, **given)

    def afresh(self) -> Self:
        return replace(self, once=self.nothing().once)

    def kept(self) -> dict[str, str]:
        """For the next page, unseen."""
        told = {name: str(getattr(self, name)) for name in TYPED}
        return {"once": self.once, **{name: one for name, one in told.items() if one}}

    def chosen_place(self, kind: Kind) -> Place | None:
        """None where nothing that is offered was chosen; the booking then asks for it."""
        return next((one for one in kind.places if one == self.place), None)

    def contact(self) -> Contact:
        return Contact(
            self.name, self.email, self.phone, self.privacy_version, website=self.website
        )

    def wish(self, kind: Kind, start: datetime, zone: str, reading: inputs.Reading) -> Wish:
        return Wish(
            slug=kind.slug,
            start=start,
            zone=zone,
            language=i18n.language(),
            place=self.chosen_place(kind),
            note=reading.read(inputs.note, "note", self.note, ""),
        )

    def sent_once(self, caller: Caller, wish: Wish) -> Once:
        """The same words for the same time are the same request."""
        said = {**self.kept(), "website": self.website, "start": wish.start.isoformat()}
        return booking_flow.once(caller, self.once, {**said, "type": wish.slug, "zone": wish.zone})
