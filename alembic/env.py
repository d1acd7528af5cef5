"""Alembic's environment: our metadata, our connection. Reflex's own is not used."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection
from sqlmodel import AutoString

from practice import db, models, postgres, settings
from practice.models.base import Instant


def plain_types(kind: str, item: object, _context: object) -> str | Literal[False]:
    """What SQLModel's and our own types add to plain ones is nothing that a migration needs."""
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    return False


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=models.metadata,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
        render_item=plain_types,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Any = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    # Called as `alembic …` by a developer: the development database, started if need be.
    with postgres.running(settings.current()) as url, db.make_engine(url).connect() as own:
        migrate(own)
        own.commit()
