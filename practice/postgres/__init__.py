"""The PostgreSQL behind the portal: the one DATABASE_URL names, or our own under .data/."""

from collections.abc import Generator
from contextlib import contextmanager, nullcontext

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from practice import db
from practice.postgres.create import ROLE
from practice.postgres.shared import Cluster
from practice.postgres.watch import Say, watched
from practice.settings import Settings, StartRefused

__all__ = ["ROLE", "Cluster", "running"]

MAJOR_VERSION = 18


@contextmanager
def running(settings: Settings, say: Say | None = None) -> Generator[str]:
    """The address of a database that answers, for as long as it is needed. Our own is watched where
    somebody can be told of it."""
    if settings.database_url:
        _require_usable(settings.database_url, settings)
        yield settings.database_url
        return
    own = Cluster(settings.data_dir / "postgres")
    with own.used() as url, watched(own, say) if say else nullcontext():
        yield url


def _require_usable(url: str, settings: Settings) -> None:
    """Asked through the same engine as everything later: drivers read unusual addresses each in
    its own way."""
    try:
        engine = db.make_engine(url, pool_size=1)
        with engine.connect() as connection:
            version = int(connection.scalar(text("SHOW server_version_num")) or 0) // 10000
            unbound = connection.scalar(
                text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            )
        engine.dispose()
    except SQLAlchemyError as failure:
        reason = str(getattr(failure, "orig", None) or failure).strip().splitlines()[0]
        raise StartRefused(f"DATABASE_URL does not lead to a database: {reason}") from None
    if version < MAJOR_VERSION:
        raise StartRefused(
            f"DATABASE_URL leads to PostgreSQL {version}; version {MAJOR_VERSION} is needed."
        )
    if settings.is_production and unbound:
        raise StartRefused(
            "DATABASE_URL uses a superuser or a role with BYPASSRLS, which no row policy stops; "
            "use a plain role that owns its database."
        )
