"""The command line: serve, worker, migrate, seed, check, therapist, letters, rotate-keys."""

import asyncio
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from practice import db, migrations, postgres, providers, serve, settings, worker
from practice.domain.actors import SYSTEM
from practice.domain.errors import Invalid
from practice.letters import preview
from practice.sample import seed as sample_seed
from practice.services.accounts import therapist as owner
from practice.services.operations import audit_chain, key_rotation
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
        with serve.opened(settings.current()):
            key_rotation.open_vault(settings.current())
            db.transact(sample_seed.seed, SYSTEM)
            serve.add_people()
        print("The sample practice is in place.")


@app.command()
def check(
    audit: Annotated[bool, typer.Option("--audit", help="Walk the chain of the journal.")] = False,
    noted: Annotated[str, typer.Option(help="A head of the chain noted down before.")] = "",
) -> None:
    """Check the settings, the database, its schema and that no key to it is lost."""
    with refusals():
        configured = settings.current()
        serve.require_writable(configured.data_dir)
        with postgres.running(configured) as url:
            if found := migrations.differences(url):
                raise StartRefused(found)
            db.connect(url, pool_size=1)
            try:
                key_rotation.look(configured)
                verdict = db.query(audit_chain.verify, SYSTEM, noted=noted) if audit else None
            finally:
                db.disconnect()
        print("Settings, database and schema are in order.")
        if verdict:
            print(in_words(verdict))


def in_words(verdict: audit_chain.Verdict) -> str:
    """The head is worth noting down where nobody who has the database can change it."""
    if verdict.broken:
        raise StartRefused(
            f"The audit journal was tampered with: {verdict.broken} "
            f"It is whole up to {verdict.head}."
        )
    return (
        f"The audit journal is whole: {verdict.sealed} entries sealed, {verdict.waiting} waiting.\n"
        f"Its head is {verdict.head}"
    )


@app.command()
def therapist(
    email: Annotated[str, typer.Option(help="Where her letters go.")],
    new_factor: Annotated[
        bool, typer.Option(help="Forget a lost authenticator; a new one is set up at sign-in.")
    ] = False,
) -> None:
    """Make or repair the therapist's account, and print a link that signs her in."""
    with refusals(), serve.opened(settings.current()):
        key_rotation.open_vault(settings.current())
        try:
            link = db.transact(owner.appoint, SYSTEM, email=email, new_factor=new_factor)
        except Invalid as refusal:
            raise StartRefused(refusal.fields["email"]) from None
        print(f"Open this within fifteen minutes:\n  {link}")


@app.command("worker")
def worker_command() -> None:
    """Do what was promised (letters, jobs) in a process of its own; any number may run. The
    serving process does it by itself unless PRACTICE_WORKER is off."""
    with refusals():
        configured = settings.current()
        with serve.opened(configured) as url:
            key_rotation.open_vault(configured)
            db.disconnect()
            asyncio.run(worker.alone(url, providers.build(configured)))


@app.command()
def letters(
    to: Annotated[Path | None, typer.Option(help="Where to; .data/letters unless said.")] = None,
) -> None:
    """Write every kind of letter in both languages, with an index to look at."""
    with refusals():
        target = to or settings.current().data_dir / "letters"
        print(f"{preview.write(target)} letters are in {target / 'index.html'}")


@app.command("rotate-keys")
def rotate_keys() -> None:
    """Seal all private text with the newest key, so that older ones are no longer needed.

    With PRACTICE_SECRET_KEYS: put a new key first, restart the portal, run this, then remove the
    older ones. Without: stop the portal and run this; a new key is made, older ones are dropped.
    Interrupted, it goes on when run again. Links in letters that were made with a dropped key no
    longer open, and a backup from before needs the keys of its time.
    """
    with refusals(), serve.opened(settings.current(), alone=True):
        print(as_sentence(key_rotation.rotate(settings.current())))


def as_sentence(done: key_rotation.Rotated) -> str:
    texts = "1 text" if done.texts == 1 else f"{done.texts} texts"
    tables = "1 table" if done.tables == 1 else f"{done.tables} tables"
    verb = "is" if done.texts == 1 else "are"
    said = f"{texts} in {tables} {verb} sealed with the newest key."
    if not done.texts:
        said = "No text is sealed with another key than the newest."
    if done.others:
        return f"{said} The other keys are no longer needed."
    return f"{said} There is no other key."


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
