"""Mail by SMTP: for whoever has a server of their own, and when Resend fails."""

import hashlib
import smtplib
import socket
import ssl
from collections.abc import Generator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from practice.providers import deadline
from practice.providers.deadline import Line
from practice.providers.ports import Message, ProviderError, Receipt

ROAD = "smtp"
SECONDS = 10
PORTS = {"smtp": 587, "smtps": 465}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class SmtpMail:
    """`smtp://user:password@host:587` speaks TLS after STARTTLS, `smtps://…` from the first byte.
    Nothing goes out in the clear, except on this very machine."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.is_wrapped = parts.scheme == "smtps"
        self.host = parts.hostname or "localhost"
        self.port = parts.port or PORTS[parts.scheme]
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")

    def send(self, message: Message, *, lost_before: int = 0) -> Receipt:
        del lost_before
        wanted = as_mail(message)
        with deadline.limited() as line, self._connected(line) as server:
            _say(server.mail(parseaddr(message.sender)[1]))
            _say(server.rcpt(message.to))
            try:
                answer = server.data(wanted.as_bytes(policy=SMTP))
            except smtplib.SMTPDataError as refused:
                _say((refused.smtp_code, b""))
            except (OSError, smtplib.SMTPException):
                # It may have been taken before the line broke, and nobody here knows a repetition.
                raise ProviderError(
                    "no_answer", road=ROAD, is_lost=True, may_repeat=False
                ) from None
            else:
                _say(answer)
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
        return Receipt(ROAD, message.message_id)

    @contextmanager
    def _connected(self, line: Line) -> Generator[smtplib.SMTP]:
        try:
            server = self._open(line)
        except smtplib.SMTPAuthenticationError:
            raise ProviderError("key_refused", road=ROAD) from None
        except (OSError, smtplib.SMTPException):
            raise ProviderError("unreachable", road=ROAD) from None
        try:
            yield server
        except (OSError, smtplib.SMTPException):
            # Before the letter itself was sent.
            raise ProviderError("broken_off", road=ROAD) from None
        finally:
            server.close()

    def _open(self, line: Line) -> smtplib.SMTP:
        if self.is_wrapped:
            server: smtplib.SMTP = _Wrapped(
                line, self.host, self.port, timeout=SECONDS, context=trust()
            )
        else:
            server = _Plain(line, self.host, self.port, timeout=SECONDS)
        server.ehlo()
        if not self.is_wrapped and self.host not in LOOPBACK:
            server.starttls(context=trust())
            line.held = server.sock
            server.ehlo()
        if self.user:
            server.login(self.user, self.password)
        return server


class _Held:
    """Says which socket it speaks through before it waits for the first word: the library opens the
    line and reads the greeting in one go."""

    def __init__(self, line: Line, *said: Any, **more: Any) -> None:
        self.line = line
        super().__init__(*said, **more)

    def _get_socket(self, *where: Any) -> socket.socket:
        found: socket.socket = super()._get_socket(*where)  # type: ignore[misc]
        self.line.held = found
        return found


class _Plain(_Held, smtplib.SMTP):
    pass


class _Wrapped(_Held, smtplib.SMTP_SSL):
    pass


@cache
def trust() -> ssl.SSLContext:
    """Of this machine; read once, because it takes longer than a letter takes to write."""
    return ssl.create_default_context()


def _say(answer: tuple[int, bytes]) -> None:
    """5 is for ever, 4 is for now."""
    code = answer[0]
    if code >= 500:
        raise ProviderError(f"smtp_{code}", road=ROAD, is_permanent=True)
    if code >= 400 or code < 200:
        raise ProviderError(f"smtp_{code}", road=ROAD)


def as_mail(message: Message) -> EmailMessage:
    letter = message.letter
    mail = EmailMessage(policy=SMTP)
    mail["From"] = message.sender
    mail["To"] = message.to
    mail["Subject"] = letter.subject
    mail["Message-ID"] = message.message_id
    mail["Date"] = format_datetime(message.date)
    if message.reply_to:
        mail["Reply-To"] = message.reply_to
    for name, value in message.headers.items():
        mail[name] = value
    mail.set_content(letter.text)
    mail.add_alternative(letter.html, subtype="html")
    for one in letter.attachments:
        main, _, sub = one.content_type.partition(";")[0].partition("/")
        mail.add_attachment(one.body, maintype=main, subtype=sub, filename=one.name)
    _fix_boundaries(mail, message.key)
    return mail


def _fix_boundaries(mail: EmailMessage, key: str) -> None:
    """Drawn by chance they would make other bytes of the same letter each time."""
    mark = hashlib.sha256(key.encode()).hexdigest()[:24]
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"{mark}-{number}")
