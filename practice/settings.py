"""What the environment decides: read once, typed, frozen, and honest about all that is missing."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from dotenv import dotenv_values

from practice.environment import (
    Lifetimes,
    Rate,
    Reader,
    bracketed,
    instant,
    is_loopback,
    is_signing_key,
    origin,
    postgres,
    rate,
    switch,
)

ROOT = Path(__file__).parent.parent
SECRET_LENGTH = 32
TOKEN_LENGTH = 16
LOOPBACK = ("localhost", "127.0.0.1", "::1")
ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared with, not listened on


INTERNET = (socket.AF_INET, socket.AF_INET6)


class StartRefused(Exception):
    """The program cannot start as it is set up; the message says what to change."""


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


@dataclass(frozen=True)
class Limits:
    """What one visitor may do before we ask for patience."""

    are_on: bool
    # Different bookings tried from one address; repeating a request is not trying again.
    attempts: Rate
    # All requests to book from one address.
    requests: Rate
    # First calls booked from one address, and under one e-mail, that are still ahead.
    calls_per_address: Rate
    calls_per_email: Rate
    # Percent of a day that guests whose e-mail is not proven may fill.
    guest_share: int
    # Links asked for one e-mail, and from one address; answers to a link, and codes tried.
    links_per_email: Rate
    links_per_address: Rate
    answers_per_address: Rate
    codes: Rate
    # Calendar feeds read from one address.
    feeds_per_address: Rate
    # Moves of one booking by its client, letters about calls to an e-mail that nobody proved, and
    # changes of bookings from one address.
    moves_per_booking: Rate
    letters_per_unproven: Rate
    changes_per_address: Rate
    # First calls that guests booked from the wider networks around an address, and links asked for
    # one e-mail from everywhere.
    calls_per_site: Rate
    calls_per_region: Rate
    links_per_mailbox: Rate
    # The same for one that nobody proved; from one line it gets no more than letters_per_unproven.
    links_per_unproven: Rate
    # Open websockets of one address, and how many it may open; what each may send: so much, at
    # once so many, each so long.
    sockets_per_address: int
    new_sockets: Rate
    frames: Rate
    frame_burst: int
    frame_bytes: int
    # Connections of any kind: open ones in all and from one address, and new ones from one address.
    connections: int
    connections_per_address: int
    new_connections: Rate
    # Requests of one address that are worked on at a time.
    at_once: int
    # Pages and answers that are made anew, read from one address.
    reads: Rate


@dataclass(frozen=True, repr=False)  # a printed object would print its secrets
class Settings:
    environment: Environment
    # Strangers may reach a development server, which hands out its keys; somebody said so.
    is_open_on_purpose: bool
    port: int
    host: str
    public_url: str
    data_dir: Path
    database_url: str | None
    secret_keys: tuple[str, ...]
    metrics_token: str | None
    # Whether the serving process does the outbox and the clock's jobs itself.
    works: bool
    trusted_proxy_hops: int
    limits: Limits
    # For each step of a request: its head, its body, and to read on in the answer.
    deadline: timedelta
    # How long a connection stays open without a request.
    keep_alive: timedelta
    client_session: Lifetimes
    therapist_session: Lifetimes
    # No answer to a guest's booking comes sooner, so that its time tells nothing.
    answer_floor: timedelta
    now: datetime | None
    mail_from: str | None
    reply_to: str | None
    resend_api_key: str | None
    resend_api_base: str | None
    resend_webhook_secret: str | None
    smtp_url: str | None
    stripe_secret_key: str | None
    stripe_webhook_secret: str | None
    stripe_api_base: str | None
    google_client_id: str | None
    google_client_secret: str | None
    google_oauth_base: str | None
    google_api_base: str | None
    telegram_bot_token: str | None
    telegram_chat_id: str | None
    telegram_api_base: str | None

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def origins(self) -> tuple[str, ...]:
        """Where our own pages may come from. While developing that is every name of this machine
        that HOST lets in, so that a phone beside the desk can look as well."""
        if self.is_production:
            return (self.public_url,)
        names = [*LOOPBACK, self.host]
        if self.host in ANY_ADDRESS:
            cards = psutil.net_if_addrs().values()
            names += [one.address for card in cards for one in card if one.family in INTERNET]
        local = (f"http://{bracketed(name)}:{self.port}" for name in names)
        return (self.public_url, *dict.fromkeys(local))

    @classmethod
    def read(cls, env: Mapping[str, str]) -> "Settings":
        """Everything that is wrong is collected first and said at once."""
        reader = Reader(env)
        settings = _from(reader)
        problems = [*reader.problems, *_unsupported(reader)]
        judge = _missing_in_production if settings.is_production else _open_while_developing
        problems += judge(settings)
        problems += _half_configured(settings)
        if problems:
            raise StartRefused(_as_sentence(problems))
        return settings


@cache
def current() -> Settings:
    """The settings of this process."""
    return _from_files()


def _from_files() -> Settings:
    """The environment, and a .env file beneath it."""
    try:
        found = dotenv_values(ROOT / ".env")
    except (OSError, UnicodeError) as failure:
        raise StartRefused(f"The file .env cannot be read: {failure}.") from None
    written = {key: value for key, value in found.items() if value}
    return Settings.read({**written, **os.environ})


def _from(reader: Reader) -> Settings:
    environment = reader.parsed(
        "PRACTICE_ENV", Environment.DEVELOPMENT, Environment, "development or production"
    )
    port = reader.number("PORT", 3000, low=1, high=65535)
    host = reader.text("HOST") or "127.0.0.1"
    name = "localhost" if host in {*LOOPBACK, *ANY_ADDRESS} else bracketed(host)
    keys = reader.text("PRACTICE_SECRET_KEYS") or ""
    return Settings(
        environment=environment,
        is_open_on_purpose=reader.parsed(
            "PRACTICE_DEVELOPMENT_IN_PUBLIC", False, switch, "on or off"
        ),
        port=port,
        host=host,
        public_url=reader.parsed(
            "PRACTICE_PUBLIC_URL",
            f"http://{name}:{port}",
            origin,
            "an address like https://practice.example, without a path",
        ),
        data_dir=(ROOT / (reader.text("PRACTICE_DATA_DIR") or ".data")).resolve(),
        database_url=reader.parsed(
            "DATABASE_URL",
            None,
            postgres,
            "an address like postgresql://user:password@host/name",
        ),
        secret_keys=tuple(key.strip() for key in keys.split(",") if key.strip()),
        metrics_token=reader.text("PRACTICE_METRICS_TOKEN"),
        works=reader.parsed("PRACTICE_WORKER", True, switch, "on or off"),
        trusted_proxy_hops=reader.number("PRACTICE_TRUSTED_PROXY_HOPS", 0, low=0, high=10),
        limits=_limits(reader),
        deadline=timedelta(seconds=reader.number("PRACTICE_DEADLINE_SECONDS", 10, low=1, high=300)),
        keep_alive=timedelta(
            seconds=reader.number("PRACTICE_KEEP_ALIVE_SECONDS", 15, low=1, high=600)
        ),
        client_session=Lifetimes(
            reader.days("PRACTICE_CLIENT_IDLE_DAYS", 14),
            reader.days("PRACTICE_CLIENT_SESSION_DAYS", 30),
        ),
        therapist_session=Lifetimes(
            reader.minutes("PRACTICE_THERAPIST_IDLE_MINUTES", 60),
            reader.minutes("PRACTICE_THERAPIST_SESSION_MINUTES", 720),
        ),
        answer_floor=timedelta(
            milliseconds=reader.number("PRACTICE_ANSWER_FLOOR_MS", 250, low=0, high=5000)
        ),
        now=reader.parsed(
            "PRACTICE_NOW",
            None,
            instant,
            "a moment with its zone, like 2026-11-24T09:00+01:00",
        ),
        mail_from=reader.text("PRACTICE_MAIL_FROM"),
        reply_to=reader.text("PRACTICE_REPLY_TO"),
        resend_api_key=reader.text("RESEND_API_KEY"),
        resend_api_base=reader.text("RESEND_API_BASE"),
        resend_webhook_secret=reader.text("RESEND_WEBHOOK_SECRET"),
        smtp_url=reader.text("SMTP_URL"),
        stripe_secret_key=reader.text("STRIPE_SECRET_KEY"),
        stripe_webhook_secret=reader.text("STRIPE_WEBHOOK_SECRET"),
        stripe_api_base=reader.text("STRIPE_API_BASE"),
        google_client_id=reader.text("GOOGLE_CLIENT_ID"),
        google_client_secret=reader.text("GOOGLE_CLIENT_SECRET"),
        google_oauth_base=reader.text("GOOGLE_OAUTH_BASE"),
        google_api_base=reader.text("GOOGLE_API_BASE"),
        telegram_bot_token=reader.text("TELEGRAM_BOT_TOKEN"),
        telegram_chat_id=reader.text("TELEGRAM_CHAT_ID"),
        telegram_api_base=reader.text("TELEGRAM_API_BASE"),
    )


def _limits(reader: Reader) -> Limits:
    def read(name: str, count: int, within: timedelta) -> Rate:
        return reader.parsed(
            f"PRACTICE_LIMIT_{name}",
            Rate(count, within),
            rate,
            "a count and seconds, like 5/600",
        )

    day = timedelta(days=1)
    ten_minutes = timedelta(minutes=10)
    return Limits(
        are_on=reader.parsed("PRACTICE_LIMITS", True, switch, "on or off"),
        attempts=read("ATTEMPTS", 5, ten_minutes),
        requests=read("REQUESTS", 300, ten_minutes),
        calls_per_address=read("CALLS_PER_ADDRESS", 3, day),
        calls_per_email=read("CALLS_PER_EMAIL", 2, day),
        guest_share=reader.number("PRACTICE_LIMIT_GUEST_SHARE", 20, low=1, high=100),
        links_per_email=read("LINKS_PER_EMAIL", 5, timedelta(minutes=15)),
        links_per_address=read("LINKS_PER_ADDRESS", 20, timedelta(hours=1)),
        answers_per_address=read("ANSWERS_PER_ADDRESS", 30, timedelta(hours=1)),
        codes=read("CODES", 5, timedelta(minutes=15)),
        feeds_per_address=read("FEEDS_PER_ADDRESS", 120, timedelta(hours=1)),
        moves_per_booking=read("MOVES_PER_BOOKING", 3, day),
        letters_per_unproven=read("LETTERS_PER_UNPROVEN", 3, day),
        changes_per_address=read("CHANGES_PER_ADDRESS", 30, timedelta(hours=1)),
        calls_per_site=read("CALLS_PER_SITE", 6, timedelta(days=7)),
        calls_per_region=read("CALLS_PER_REGION", 12, timedelta(days=7)),
        links_per_mailbox=read("LINKS_PER_MAILBOX", 40, timedelta(hours=1)),
        links_per_unproven=read("LINKS_PER_UNPROVEN", 10, day),
        sockets_per_address=reader.number(
            "PRACTICE_LIMIT_SOCKETS_PER_ADDRESS", 20, low=1, high=10_000
        ),
        # A page that lost its line tries again every few seconds, and a household has many pages.
        new_sockets=read("NEW_SOCKETS", 240, timedelta(minutes=1)),
        frames=read("FRAMES", 20, timedelta(seconds=1)),
        frame_burst=reader.number("PRACTICE_LIMIT_FRAME_BURST", 40, low=1, high=10_000),
        # Twenty thousand characters in any script, and what a page adds to them.
        frame_bytes=reader.number(
            "PRACTICE_LIMIT_FRAME_BYTES", 64 * 1024, low=16 * 1024, high=1024 * 1024
        ),
        connections=reader.number("PRACTICE_LIMIT_CONNECTIONS", 1_000, low=10, high=100_000),
        connections_per_address=reader.number(
            "PRACTICE_LIMIT_CONNECTIONS_PER_ADDRESS", 100, low=10, high=100_000
        ),
        new_connections=read("NEW_CONNECTIONS", 200, timedelta(seconds=10)),
        at_once=reader.number("PRACTICE_LIMIT_AT_ONCE", 4, low=1, high=10_000),
        reads=read("READS", 600, timedelta(minutes=1)),
    )


def _unsupported(reader: Reader) -> list[str]:
    """State lives in memory, so a second process would answer from another memory."""
    problems: list[str] = []
    if reader.text("REDIS_URL") or reader.text("REFLEX_REDIS_URL"):
        problems.append("REDIS_URL must be unset: state lives in memory, Redis is not used yet")
    several = [name for name in ("WEB_CONCURRENCY",) if (reader.text(name) or "1") != "1"]
    problems += [f"{name} must be 1 or unset: one process serves all" for name in several]
    return problems


def _missing_in_production(settings: Settings) -> list[str]:
    demands = [
        (settings.database_url, "DATABASE_URL must point at a PostgreSQL 18"),
        (settings.public_url.startswith("https://"), "PRACTICE_PUBLIC_URL must begin with https"),
        (
            settings.secret_keys and all(len(key) >= SECRET_LENGTH for key in settings.secret_keys),
            f"PRACTICE_SECRET_KEYS must hold keys of at least {SECRET_LENGTH} characters",
        ),
        (settings.mail_from, "PRACTICE_MAIL_FROM must be the address that letters come from"),
        (
            settings.resend_api_key or settings.smtp_url,
            "RESEND_API_KEY or SMTP_URL must be set, or no letter could leave",
        ),
        (
            settings.resend_webhook_secret or not settings.resend_api_key,
            "RESEND_WEBHOOK_SECRET must be set because RESEND_API_KEY is",
        ),
        (
            not settings.resend_webhook_secret or is_signing_key(settings.resend_webhook_secret),
            "RESEND_WEBHOOK_SECRET must be a signing secret of Resend, like whsec_…",
        ),
        (
            not settings.metrics_token or len(settings.metrics_token) >= TOKEN_LENGTH,
            f"PRACTICE_METRICS_TOKEN must have at least {TOKEN_LENGTH} characters",
        ),
        (settings.limits.are_on, "PRACTICE_LIMITS must be on"),
        (
            settings.answer_floor >= timedelta(milliseconds=250),
            "PRACTICE_ANSWER_FLOOR_MS must be at least 250",
        ),
        (settings.now is None, "PRACTICE_NOW must be unset: it is for development"),
        (
            not settings.is_open_on_purpose,
            "PRACTICE_DEVELOPMENT_IN_PUBLIC must be unset: it is for development",
        ),
    ]
    return [sentence for met, sentence in demands if not met]


def _open_while_developing(settings: Settings) -> list[str]:
    """Development signs in whoever asks, so nobody beyond this machine may reach it by mistake."""
    name = urlsplit(settings.public_url).hostname or ""
    openings = [
        "" if is_loopback(name) else f"PRACTICE_PUBLIC_URL={settings.public_url}",
        "" if is_loopback(settings.host) else f"HOST={settings.host}",
    ]
    reachable = " and ".join(filter(None, openings))
    if reachable and not settings.is_open_on_purpose:
        return [
            f"{reachable} let strangers reach a development server, which hands out its keys; set "
            "PRACTICE_ENV=production, or PRACTICE_DEVELOPMENT_IN_PUBLIC=on if that is meant"
        ]
    if reachable and not settings.limits.are_on:
        return ["PRACTICE_LIMITS must be on where strangers reach a development server"]
    return []


def _half_configured(settings: Settings) -> list[str]:
    """Names that only make sense together."""
    together = [
        ("STRIPE_SECRET_KEY", settings.stripe_secret_key),
        ("STRIPE_WEBHOOK_SECRET", settings.stripe_webhook_secret),
        ("GOOGLE_CLIENT_ID", settings.google_client_id),
        ("GOOGLE_CLIENT_SECRET", settings.google_client_secret),
        ("TELEGRAM_BOT_TOKEN", settings.telegram_bot_token),
        ("TELEGRAM_CHAT_ID", settings.telegram_chat_id),
    ]
    pairs = zip(together[::2], together[1::2], strict=True)
    return [
        f"{a if not a_value else b} must be set because {b if not a_value else a} is"
        for (a, a_value), (b, b_value) in pairs
        if bool(a_value) != bool(b_value)
    ]


def _as_sentence(problems: list[str]) -> str:
    if len(problems) == 1:
        return f"The settings need a change: {problems[0]}."
    lines = "".join(f"\n  - {problem}" for problem in problems)
    return f"The settings need {len(problems)} changes:{lines}"
