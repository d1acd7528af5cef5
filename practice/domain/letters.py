"""A letter as it is: rendered once, and then the same bytes on every attempt."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Attachment:
    name: str
    content_type: str
    body: bytes


@dataclass(frozen=True)
class Letter:
    kind: str
    subject: str
    html: str
    text: str
    attachments: tuple[Attachment, ...] = ()
