"""One real PostgreSQL for all tests, and in it for each an empty database at the newest schema."""

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from functools import cache
from typing import Any, cast

import hypothesis
import pytest
import structlog
import time_machine
from sqlalchemy import QueuePool

from practice import db, migrations, settings, vault
from practice import postgres as practice_postgres
from practice.domain.actors import SYSTEM
from practice.sample import seed
from practice.settings import ROOT
from tests import builders
from tests.support.database import Scratch, admin, create, exists
from tests.support.xdist_scheduler import Shifts

DATA = ROOT / ".data" / "tests"
# The same examples in every run; EXPLORE=5000 looks for new ones.
hypothesis.settings.register_profile("steady", max_examples=200, derandomize=True, deadline=None)
hypothesis.settings.register_profile(
    "explore", max_examples=int(os.environ.get("EXPLORE", "100")), deadline=None
)
hypothesis.settings.load_profile("explore" if "EXPLORE" in os.environ else "steady")
PLAIN = settings.Settings.read({"PRACTICE_DATA_DIR": str(DATA)})
# A developer's own .env and environment decide nothing here; said before anything asks.
settings.current = cache(lambda: PLAIN)
KEY = "a key that seals nothing outside the tests"
vault.use([KEY])
# In colours and frames, as structlog draws it by itself, a traceback takes up to three seconds.
for _last in structlog.get_config()["processors"]:
    if isinstance(_last, structlog.dev.ConsoleRenderer):
        _last.exception_formatter = structlog.dev.plain_traceback


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Shifts:
    return Shifts(config, log)


@pytest.fixture(scope="session")
def postgres() -> Iterator[practice_postgres.Cluster]:
    """Shared by all workers; whoever leaves last stops it. Nothing in it is worth an fsync."""
    server = practice_postgres.Cluster(DATA / "postgres")
    with server.used():
        with admin(server) as connection:
            for name, value in (("fsync", "off"), ("full_page_writes", "off")):
                connection.execute(f"ALTER SYSTEM SET {name} = {value}".encode())
            connection.execute("SELECT pg_reload_conf()")
        yield server


@pytest.fixture(scope="session")
def template(postgres: practice_postgres.Cluster) -> str:
    """The newest schema, made once per set of migrations and then only copied."""
    written = b"".join(path.read_bytes() for path in sorted((ROOT / "alembic").rglob("*.py")))
    name = f"template_{hashlib.sha256(written).hexdigest()[:12]}"
    with (DATA / "template.turn").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not exists(postgres, name):
            create(postgres, f"{name}_new")
            engine = db.make_engine(postgres.url(database=f"{name}_new"), pool_size=1)
            migrations.upgrade(engine)
            engine.dispose()
            with admin(postgres) as connection:
                connection.execute(f"ALTER DATABASE {name}_new RENAME TO {name}".encode())
    return name


@pytest.fixture(scope="session")
def scratch(postgres: practice_postgres.Cluster, template: str) -> Iterator[Scratch]:
    """One database for each worker, empty before each test."""
    found = Scratch(postgres, template)
    yield found
    found.drop()


@pytest.fixture
def database(scratch: Scratch) -> Iterator[str]:
    """The address of a database of this test's own; db.query and db.transact work on it."""
    db.disconnect()
    scratch.make_empty()
    engine = db._Home.engine = scratch.engine
    assert engine
    yield scratch.url
    # A page that was left leaves its thread to finish what it reads.
    while cast("QueuePool", engine.pool).checkedout():
        time.sleep(0.005)
    if db._Home.engine is engine:
        db._Home.engine = None
    db.disconnect()


@pytest.fixture
def practice(database: str) -> str:
    """The sample practice, published."""
    db.transact(seed.seed, SYSTEM)
    return database


@pytest.fixture
def house(database: str) -> Iterator[str]:
    """A small practice on a Monday morning on which the clock stands still."""
    with time_machine.travel(builders.NOW, tick=False):
        db.transact(builders.furnish, SYSTEM)
        yield database


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
