"""The keys of this database: a lost one is said at start, a new one seals everything again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, RowMapping, Table, func, or_
from sqlalchemy import select as select_columns
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, delete, select

from practice import clock, db, keyfile, vault
from practice.domain.actors import SYSTEM, Actor
from practice.models import metadata
from practice.models.security import VaultKey
from practice.services.accounts import second_factor
from practice.settings import Settings, StartRefused

BATCH = 300


@dataclass(frozen=True)
class Rotated:
    """What a rotation did; others are the keys that are not needed any more."""

    texts: int
    tables: int
    others: int


@dataclass(frozen=True)
class Known:
    """A key that sealed something here."""

    fingerprint: bytes
    since: datetime


def look(settings: Settings) -> None:
    """Refuses where a key is lost; changes nothing."""
    # The database first: a key that is known there was in the file before, even if another start
    # is making both at this moment.
    known = db.query(list_known, SYSTEM)
    _require_all(known, {vault.Key(secret).fingerprint for secret in keyfile.find(settings)})


def open_vault(settings: Settings) -> None:
    """A key is made only where none was ever used: beside a lost one it would hide the loss."""
    look(settings)
    vault.use(keyfile.find(settings) or keyfile.make(settings))
    db.transact(take_up, SYSTEM)
    db.transact(second_factor.seal_bare_codes, SYSTEM)


def list_known(session: Session, _actor: Actor) -> list[Known]:
    found = session.exec(select(VaultKey).order_by(col(VaultKey.since)))
    return [Known(key.fingerprint, key.since) for key in found]


def _require_all(known: Sequence[Known], present: Collection[bytes]) -> None:
    """Before anything is read: what a lost key sealed would be missed one text at a time."""
    lost = [key for key in known if key.fingerprint not in present]
    if lost:
        raise StartRefused(_lost(lost))


def _lost(keys: Sequence[Known]) -> str:
    named = ", ".join(f"{key.fingerprint.hex()} (first used {key.since:%Y-%m-%d})" for key in keys)
    return (
        f"A key that sealed private text in this database is missing: {named}. "
        "Put it back into PRACTICE_SECRET_KEYS, behind the newest; where that is unset, "
        f"restore {keyfile.NAME} in the data directory from the backup."
    )


def take_up(session: Session, actor: Actor) -> None:
    """From here on the newest key may seal, so it is remembered first."""
    _require_all(list_known(session, actor), vault.ring().by_fingerprint)
    newest = {"fingerprint": vault.ring().newest.fingerprint, "since": clock.now()}
    session.exec(insert(VaultKey).values(newest).on_conflict_do_nothing())


def rotate(settings: Settings) -> Rotated:
    """Many short transactions; interrupted, it goes on where it stopped."""
    look(settings)
    if settings.secret_keys:
        vault.use(settings.secret_keys)
        db.query(require_started, SYSTEM)
    else:
        vault.use(keyfile.renew(settings))
        db.transact(take_up, SYSTEM)
    done = [sum(_batches(table.name)) for table in tables()]
    db.transact(drop_others, SYSTEM)
    if not settings.secret_keys:
        keyfile.replace(keyfile.path_in(settings), keyfile.find(settings)[:1])
    return Rotated(sum(done), sum(map(bool, done)), len(vault.ring().keys) - 1)


def require_started(session: Session, _actor: Actor) -> None:
    """A server that runs without the newest key could not read what is sealed with it."""
    if session.get(VaultKey, vault.ring().newest.fingerprint) is None:
        raise StartRefused(
            "The portal was never started with the newest of PRACTICE_SECRET_KEYS. "
            "Start it with the same keys, then run this again."
        )


def _batches(name: str) -> list[int]:
    done: list[int] = []
    while texts := db.transact(reseal, SYSTEM, name=name):
        done.append(texts)
    return done


# Each row is locked before it is read, which is as good as one statement; SERIALIZABLE would make
# everybody fail who works in this table meanwhile.
@db.collides_by_nature
def reseal(session: Session, _actor: Actor, *, name: str) -> int:
    """Some rows of a table, in a lock that bookings pointing to them need not wait for."""
    table = metadata.tables[name]
    wanted = select_columns(table.c.id, *_sealed(table), *_indexes(table))
    stale = wanted.where(_is_stale(table)).order_by(table.c.id).limit(BATCH)
    connection = session.connection()
    texts = 0
    for row in connection.execute(stale.with_for_update(key_share=True)).mappings().all():
        changed = _sealed_again(table, row)
        texts += len(changed)
        changed |= _indexed_again(table, row, changed)
        connection.execute(table.update().where(table.c.id == row["id"]).values(changed))
    return texts


def _sealed_again(table: Table, row: RowMapping) -> dict[str, bytes]:
    ring = vault.ring()
    return {
        column.name: ring.seal(_text(table, column.name, row), _place(table, column.name, row))
        for column in _sealed(table)
        if row[column.name] is not None
        and vault.fingerprint_of(row[column.name]) != ring.newest.fingerprint
    }


def _indexed_again(table: Table, row: RowMapping, changed: Collection[str]) -> dict[str, bytes]:
    """By the same text as before, or the row would be found by something else than until now."""
    found: dict[str, bytes] = {}
    for index in _indexes(table):
        kind = index.info["index_of"]
        if kind not in changed:
            continue
        text = _text(table, kind, row)
        if row[index.name] not in vault.ring().indexes(kind, text):
            raise StartRefused(f"{table.name}.{index.name} does not fit, in row {row['id']}.")
        found[index.name] = vault.ring().index(kind, text)
    return found


def _text(table: Table, column: str, row: RowMapping) -> str:
    try:
        return vault.ring().open(row[column], _place(table, column, row))
    except vault.Unreadable as found:
        raise StartRefused(f"{found}, in row {row['id']}.") from None


def _place(table: Table, column: str, row: RowMapping) -> vault.Place:
    return vault.Place(table.name, column, row["id"])


def drop_others(session: Session, _actor: Actor) -> None:
    """In one transaction with a last look: a key is forgotten only when nothing needs it."""
    for table in tables():
        some = select_columns(table.c.id).where(_is_stale(table)).limit(1)
        if session.connection().execute(some).first():
            raise StartRefused(
                f"A text in {table.name} was sealed with an older key meanwhile: a portal runs "
                "without the newest one. Restart it, then run this again."
            )
    newest = vault.ring().newest.fingerprint
    session.exec(delete(VaultKey).where(col(VaultKey.fingerprint) != newest))


def tables() -> list[Table]:
    """All that hold private text."""
    return [table for table in metadata.sorted_tables if _sealed(table)]


def _sealed(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if column.info.get("sealed")]


def _indexes(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if "index_of" in column.info]


def _is_stale(table: Table) -> ColumnElement[bool]:
    """Empty columns are not: nothing is in them."""
    first, length = len(vault.VERSION) + 1, vault.FINGERPRINT
    newest = vault.ring().newest.fingerprint
    return or_(
        *(
            func.substring(column, first, length, type_=LargeBinary) != newest
            for column in _sealed(table)
        )
    )
