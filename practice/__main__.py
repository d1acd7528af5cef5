"""The command line: serve, migrate, seed, check."""

import sys
from collections.abc import Generator
from contextlib import contextmanager

import typer

from practice import cluster, db, migrations, serve, settings
from practice.domain.actors import SYSTEM
from practice.services import sample
from practice.settings import StartRefused

app = typer.Typer(
    help="A portal for one therapist.", no_args_is_help=True, pretty_exceptions_enable=False
)


@app.command("serve")
def serve_command() -> None:
    """Run the portal: database, schema, pages and server, until Ctrl-C."""
    with refusals():
        serve.serve(settings.current())


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    with refusals(), serve.database(settings.current()):
        print(f"The schema is at {migrations.head()}.")


@app.command()
def seed() -> None:
    """Fill a development database with the sample practice."""
    with refusals():
        if settings.current().is_production:
            raise StartRefused("The sample practice is for development; this is production.")
        with serve.database(settings.current()) as url:
            db.connect(url, pool_size=1)
            db.transact(sample.seed, SYSTEM)
            db.disconnect()
        print("The sample practice is in place.")


@app.command()
def check() -> None:
    """Check the settings, the database and that its schema is what the code expects."""
    with refusals():
        configured = settings.current()
        serve.require_writable(configured.data_dir)
        with cluster.running(configured) as url:
            found = migrations.differences(url)
        if found:
            raise StartRefused(found)
        print("Settings, database and schema are in order.")


@contextmanager
def refusals() -> Generator[None]:
    """A refused start is one sentence and exit code 2; Ctrl-C is no error."""
    try:
        yield
    except StartRefused as refused:
        print(refused, file=sys.stderr)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


if __name__ == "__main__":
    app()
