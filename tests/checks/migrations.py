"""Whether the migrations make what the models say, on a database made for the question."""

import sys

from practice import db, migrations
from practice.postgres import Cluster
from tests.conftest import DATA
from tests.support.database import admin, create

NAME = "drift"


def main() -> int:
    own = Cluster(DATA / "postgres")
    with own.used():
        create(own, NAME)
        engine = db.make_engine(own.url(database=NAME), pool_size=2)
        migrations.upgrade(engine)
        found = migrations.drift(engine)
        engine.dispose()
        with admin(own) as connection:
            connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)".encode())
    print(found or "Models and migrations agree.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
