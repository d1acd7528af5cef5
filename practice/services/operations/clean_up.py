"""Forgets what has served: each kind after its own time."""

from datetime import timedelta

from sqlalchemy import TextClause
from sqlmodel import Session, text

from practice import clock
from practice.db import collides_by_nature
from practice.domain.accounts.sessions import ASKER_LIFE
from practice.domain.actors import Actor
from practice.services import drafts

DAY = timedelta(days=1)

# What goes, and when. Each statement finds by itself what is due.
RULES: tuple[tuple[str, timedelta, TextClause], ...] = tuple(
    (name, after, text(statement))
    for name, after, statement in (
        (
            "bodies",
            90 * DAY,
            "UPDATE letters SET body = NULL WHERE body IS NOT NULL AND created_at < :before",
        ),
        (
            "webhooks",
            90 * DAY,
            "DELETE FROM webhook_inbox WHERE received_at < :before",
        ),
        (
            "links",
            30 * DAY,
            "DELETE FROM signin_links WHERE expires_at < :before AND used_at IS NULL",
        ),
        # By these a browser is known; what it called itself is not needed for that.
        ("used_links", ASKER_LIFE + DAY, "DELETE FROM signin_links WHERE expires_at < :before"),
        (
            "devices",
            30 * DAY,
            "UPDATE signin_links SET device = NULL"
            " WHERE device IS NOT NULL AND expires_at < :before",
        ),
        (
            "sessions",
            30 * DAY,
            "DELETE FROM sessions WHERE coalesce(ended_at, created_at + interval '30 days')"
            " < :before",
        ),
        # A name that was typed for an address and never booked anything.
        (
            "unbooked",
            DAY,
            "DELETE FROM clients WHERE provisional AND created_at < :before AND NOT EXISTS"
            " (SELECT FROM bookings WHERE bookings.client_id = clients.id)",
        ),
        # An address under which nobody is, and no link or browser waits for anybody to come.
        (
            "unpeopled",
            DAY,
            "DELETE FROM accounts WHERE created_at < :before"
            " AND NOT EXISTS (SELECT FROM clients WHERE clients.account_id = accounts.id)"
            " AND NOT EXISTS (SELECT FROM therapist WHERE therapist.account_id = accounts.id)"
            " AND NOT EXISTS (SELECT FROM notices WHERE notices.account_id = accounts.id)"
            " AND NOT EXISTS (SELECT FROM signin_links AS link"
            "  WHERE link.account_id = accounts.id AND link.expires_at >= :before)"
            " AND NOT EXISTS (SELECT FROM sessions AS own WHERE own.account_id = accounts.id"
            "  AND coalesce(own.ended_at, own.created_at + interval '30 days') >= :before)",
        ),
        (
            "keys",
            2 * DAY,
            "DELETE FROM idempotency_keys WHERE created_at < :before",
        ),
        ("counters", 2 * DAY, "DELETE FROM rate_counters WHERE since < :before"),
        (
            "origins",
            30 * DAY,
            "UPDATE bookings SET origin = NULL, origin_site = NULL, origin_region = NULL"
            " WHERE num_nonnulls(origin, origin_site, origin_region) > 0 AND created_at < :before",
        ),
        ("runs", 7 * DAY, "DELETE FROM job_runs WHERE scheduled_for < :before"),
        ("beats", DAY, "DELETE FROM heartbeats WHERE at < :before"),
    )
)


@collides_by_nature
def forget(session: Session, actor: Actor) -> int:
    now = clock.now()
    return drafts.forget(session, actor) + sum(
        session.connection().execute(statement, {"before": now - after}).rowcount
        for _name, after, statement in RULES
    )
