"""The keys of a database: a lost one is loud, a new one reaches every text."""

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from pyotp.totp import TOTP
from sqlmodel import Session, select

from practice import clock, db, keyfile, postgres, vault
from practice.__main__ import as_sentence
from practice.domain.accounts.refusals import CodeWrong
from practice.domain.actors import SYSTEM, Actor
from practice.models import metadata
from practice.models import sealed as models_sealed
from practice.models.accounts import Account, RecoveryCode, Therapist
from practice.models.clients import Client
from practice.models.security import VaultKey
from practice.services.accounts import second_factor, sessions, therapist
from practice.services.operations import key_rotation
from practice.settings import ROOT, Settings, StartRefused
from tests import builders
from tests.builders import change_row, rows_of
from tests.conftest import KEY
from tests.support import portal_process

OLD, NEW = "an old secret that is long enough", "a new secret that is long enough"


@pytest.fixture(autouse=True)
def _own_ring() -> Iterator[None]:
    """What a test uses as its keys is nobody else's."""
    before = vault._Home.ring
    yield
    vault._Home.ring = before


def with_file(directory: Path) -> Settings:
    return Settings.read({"PRACTICE_DATA_DIR": str(directory)})


def with_keys(*secrets: str) -> Settings:
    return Settings.read({"PRACTICE_SECRET_KEYS": ",".join(secrets)})


def a_key_file(directory: Path, *found: str, mode: int = 0o600) -> Settings:
    path = directory / keyfile.NAME
    path.write_text("".join(f"{key}\n" for key in found))
    path.chmod(mode)
    return with_file(directory)


def put_people(session: Session, _actor: Actor, count: int, first: int = 0) -> None:
    for number in range(first, first + count):
        account = Account(email=b"", email_index=b"", language="en", zone="Europe/Rome")
        email = f"person{number}@example.org"
        account.email = models_sealed.seal(Account, "email", account.id, email)
        account.email_index = vault.ring().index("email", email)
        session.add(account)
        session.flush()
        session.add(a_client(account.id, number))


def a_client(account_id: UUID, number: int) -> Client:
    """Every second one left a telephone number."""
    client = Client(account_id=account_id, name=b"")
    client.name = models_sealed.seal(Client, "name", client.id, f"Person {number}")
    if number % 2:
        phone = f"+39 000 {number}"
        client.phone = models_sealed.seal(Client, "phone", client.id, phone)
        client.phone_index = vault.ring().index("phone", phone)
    return client


def find_person(session: Session, _actor: Actor, number: int) -> tuple[str, str, str]:
    """By the newest key's index alone."""
    index = vault.ring().index("email", f"person{number}@example.org")
    account = session.exec(select(Account).where(Account.email_index == index)).one()
    client = session.exec(select(Client).where(Client.account_id == account.id)).one()
    if client.phone_index:
        assert client.phone_index == vault.ring().index("phone", f"+39 000 {number}")
    name, phone = models_sealed.read(client, "name"), models_sealed.read(client, "phone")
    return models_sealed.read(account, "email"), name, phone


def fingerprints(session: Session, _actor: Actor) -> set[bytes]:
    return {key.fingerprint for key in session.exec(select(VaultKey))}


def fingerprint(secret: str) -> bytes:
    return vault.Key(secret).fingerprint


def refusal_of(settings: Settings) -> str:
    with pytest.raises(StartRefused) as refused:
        key_rotation.open_vault(settings)
    return str(refused.value)


def test_the_key_file_is_made_once_for_its_owner_alone(tmp_path: Path):
    settings = with_file(tmp_path)
    made = keyfile.make(settings)
    assert len(made) == 1
    assert (tmp_path / "secret.keys").stat().st_mode & 0o777 == 0o600
    assert keyfile.make(settings) == made == keyfile.find(settings)
    assert [one.name for one in tmp_path.iterdir()] == ["secret.keys"]


def test_looking_for_keys_makes_none(tmp_path: Path):
    assert keyfile.find(with_file(tmp_path)) == ()
    assert list(tmp_path.iterdir()) == []


def test_threads_that_start_at_once_agree(tmp_path: Path):
    with ThreadPoolExecutor(16) as pool:
        made = set(pool.map(keyfile.make, [with_file(tmp_path)] * 64))
    assert len(made) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["secret.keys"]


def test_processes_that_start_at_once_agree(tmp_path: Path):
    making = (
        "from practice import keyfile, vault\n"
        "from practice.settings import Settings\n"
        f"made = keyfile.make(Settings.read({{'PRACTICE_DATA_DIR': {str(tmp_path)!r}}}))\n"
        "print(vault.Ring(made).newest.fingerprint.hex())\n"
    )
    starts = [
        subprocess.Popen([sys.executable, "-c", making], cwd=ROOT, stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    assert len({start.communicate()[0] for start in starts}) == 1
    assert not any(start.returncode for start in starts)


def test_the_setting_comes_before_the_file(tmp_path: Path):
    a_key_file(tmp_path, keyfile.new_key())
    env = {"PRACTICE_DATA_DIR": str(tmp_path), "PRACTICE_SECRET_KEYS": f"{NEW}, {OLD}"}
    assert keyfile.find(Settings.read(env)) == (NEW, OLD)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o602, 0o777])
def test_a_key_file_open_to_others_is_refused(tmp_path: Path, mode: int):
    key = keyfile.new_key()
    with pytest.raises(StartRefused, match=f"mode {mode:o}") as refused:
        keyfile.find(a_key_file(tmp_path, key, mode=mode))
    assert "chmod 600" in str(refused.value)
    assert key not in str(refused.value)


@pytest.mark.parametrize(
    "found",
    [[], [""], ["short"], [keyfile.new_key()[:-3]], [keyfile.new_key(), "é" * 44], ["=" * 44]],
    ids=["empty", "blank", "short", "cut off", "second is none", "padding only"],
)
def test_a_damaged_key_file_is_refused(tmp_path: Path, found: list[str]):
    with pytest.raises(StartRefused, match="damaged"):
        keyfile.find(a_key_file(tmp_path, *found))


def test_a_directory_in_the_place_of_the_key_file_is_refused(tmp_path: Path):
    (tmp_path / keyfile.NAME).mkdir()
    with pytest.raises(StartRefused, match="cannot be read"):
        keyfile.find(with_file(tmp_path))


def test_keys_are_not_changed_while_somebody_works_with_them(tmp_path: Path):
    settings = with_file(tmp_path)
    with (
        keyfile.used(settings),
        keyfile.used(settings),
        pytest.raises(StartRefused, match="Stop it first"),
        keyfile.used(settings, alone=True),
    ):
        raise AssertionError("unreachable")
    with (
        keyfile.used(settings, alone=True),
        pytest.raises(StartRefused, match="being changed"),
        keyfile.used(settings),
    ):
        raise AssertionError("unreachable")


def test_a_first_start_makes_a_key_and_remembers_it(database: str, tmp_path: Path):
    settings = with_file(tmp_path)
    key_rotation.open_vault(settings)
    key_rotation.open_vault(settings)
    assert db.query(fingerprints, SYSTEM) == {vault.ring().newest.fingerprint}
    assert len(keyfile.find(settings)) == 1


def test_starts_at_once_remember_one_key(database: str, tmp_path: Path):
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(key_rotation.open_vault, [with_file(tmp_path)] * 6))
    assert len(db.query(fingerprints, SYSTEM)) == 1


def test_a_lost_key_is_refused_with_its_fingerprint_and_day(database: str):
    key_rotation.open_vault(with_keys(OLD))
    said = refusal_of(with_keys(NEW))
    assert fingerprint(OLD).hex() in said
    assert "first used 2" in said
    assert "PRACTICE_SECRET_KEYS" in said
    assert OLD not in said
    assert NEW not in said
    assert db.query(fingerprints, SYSTEM) == {fingerprint(OLD)}


def test_a_lost_key_is_seen_by_a_look_as_well(database: str):
    key_rotation.open_vault(with_keys(OLD))
    with pytest.raises(StartRefused, match=fingerprint(OLD).hex()):
        key_rotation.look(with_keys(NEW))


def test_a_lost_file_is_not_replaced(database: str, tmp_path: Path):
    settings = with_file(tmp_path)
    key_rotation.open_vault(settings)
    (tmp_path / "secret.keys").unlink()
    said = refusal_of(settings)
    assert vault.ring().newest.fingerprint.hex() in said
    assert "secret.keys" in said
    assert list(tmp_path.iterdir()) == []


def test_a_look_changes_nothing(database: str, tmp_path: Path):
    key_rotation.look(with_file(tmp_path))
    key_rotation.look(with_keys(NEW))
    assert list(tmp_path.iterdir()) == []
    assert db.query(fingerprints, SYSTEM) == set()


def test_a_new_key_before_the_old_one_is_remembered_beside_it(database: str):
    key_rotation.open_vault(with_keys(OLD))
    key_rotation.open_vault(with_keys(NEW, OLD))
    assert db.query(fingerprints, SYSTEM) == {fingerprint(OLD), fingerprint(NEW)}


def people_under(settings: Settings, count: int) -> None:
    key_rotation.open_vault(settings)
    db.transact(put_people, SYSTEM, count)


def test_rotation_reaches_every_text_and_index(database: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(key_rotation, "BATCH", 3)
    people_under(with_keys(OLD), 8)
    key_rotation.open_vault(with_keys(NEW, OLD))
    assert key_rotation.rotate(with_keys(NEW, OLD)) == key_rotation.Rotated(
        texts=20, tables=2, others=1
    )
    key_rotation.open_vault(with_keys(NEW))
    assert db.query(fingerprints, SYSTEM) == {fingerprint(NEW)}
    assert db.query(find_person, SYSTEM, 6) == ("person6@example.org", "Person 6", "")
    assert db.query(find_person, SYSTEM, 7) == ("person7@example.org", "Person 7", "+39 000 7")


def test_rotation_done_twice_finds_nothing_left(database: str):
    people_under(with_keys(OLD), 2)
    key_rotation.open_vault(with_keys(NEW, OLD))
    key_rotation.rotate(with_keys(NEW, OLD))
    assert key_rotation.rotate(with_keys(NEW, OLD)) == key_rotation.Rotated(
        texts=0, tables=0, others=1
    )


def test_rotation_waits_for_a_start_with_the_new_key(database: str):
    """A server that never heard of the new key could not read what it seals."""
    people_under(with_keys(OLD), 1)
    with pytest.raises(StartRefused, match="never started with the newest"):
        key_rotation.rotate(with_keys(NEW, OLD))
    key_rotation.open_vault(with_keys(OLD))
    assert db.query(find_person, SYSTEM, 0)[1] == "Person 0"


def test_rotation_with_a_lost_key_is_refused_and_makes_no_other(database: str, tmp_path: Path):
    people_under(with_keys(OLD), 1)
    settings = a_key_file(tmp_path, keyfile.new_key())
    before = keyfile.find(settings)
    with pytest.raises(StartRefused, match=fingerprint(OLD).hex()):
        key_rotation.rotate(settings)
    assert keyfile.find(settings) == before


def test_an_interrupted_rotation_goes_on_with_the_same_key(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    settings = with_file(tmp_path)
    people_under(settings, 4)
    (old,) = keyfile.find(settings)
    monkeypatch.setattr(key_rotation, "BATCH", 2)
    with monkeypatch.context() as patched:
        patched.setattr(key_rotation, "reseal", interrupted_after(2))
        with pytest.raises(KeyboardInterrupt):
            key_rotation.rotate(settings)
    new, still = keyfile.find(settings)
    assert still == old
    # Meanwhile the portal runs with both.
    key_rotation.open_vault(settings)
    assert key_rotation.rotate(settings).others == 1
    assert keyfile.find(settings) == (new,)
    assert (tmp_path / "secret.keys").stat().st_mode & 0o777 == 0o600
    key_rotation.open_vault(settings)
    assert db.query(find_person, SYSTEM, 3)[1] == "Person 3"


def interrupted_after(batches: int) -> Callable[..., int]:
    real, done = key_rotation.reseal, []

    def reseal(session: Session, actor: Actor, *, name: str) -> int:
        if len(done) == batches:
            raise KeyboardInterrupt
        done.append(name)
        return real(session, actor, name=name)

    return reseal


def test_a_rotation_interrupted_before_its_last_step_drops_the_old_key_when_repeated(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    settings = with_file(tmp_path)
    people_under(settings, 2)
    with monkeypatch.context() as patched:
        patched.setattr(keyfile, "replace", replacing_once())
        with pytest.raises(KeyboardInterrupt):
            key_rotation.rotate(settings)
    assert len(keyfile.find(settings)) == 2
    assert key_rotation.rotate(settings) == key_rotation.Rotated(texts=0, tables=0, others=1)
    assert len(keyfile.find(settings)) == 1
    assert db.query(find_person, SYSTEM, 1)[1] == "Person 1"


def replacing_once() -> Callable[..., None]:
    real, done = keyfile.replace, []

    def replace(path: Path, found: Sequence[str]) -> None:
        if done:
            raise KeyboardInterrupt
        done.append(path)
        real(path, found)

    return replace


def test_a_change_made_during_rotation_is_not_lost(database: str):
    """The other holds the row when the rotation comes to it, and commits afterwards."""
    people_under(with_keys(OLD), 1)
    (row,) = db.query(client_ids, SYSTEM)
    changed = models_sealed.seal(Client, "name", row, "Changed")
    key_rotation.open_vault(with_keys(NEW, OLD))
    with (
        ThreadPoolExecutor(1) as pool,
        psycopg.connect(database, options=builders.BY_SYSTEM) as other,
    ):
        other.execute("UPDATE clients SET name = %s", [changed])
        rotation = pool.submit(key_rotation.rotate, with_keys(NEW, OLD))
        wait_for_a_lock(database)
        other.commit()
        assert rotation.result().texts == 2
    key_rotation.open_vault(with_keys(NEW))
    assert db.query(find_person, SYSTEM, 0)[1] == "Changed"


def client_ids(session: Session, _actor: Actor) -> list[UUID]:
    return list(session.exec(select(Client.id)))


def wait_for_a_lock(database: str) -> None:
    waiting = (
        "SELECT FROM pg_stat_activity WHERE datname = current_database() "
        "AND wait_event_type = 'Lock'"
    )
    with psycopg.connect(database, autocommit=True, options=builders.BY_SYSTEM) as watcher:
        while watcher.execute(waiting).fetchone() is None:
            time.sleep(0.01)


def test_a_booking_for_a_client_need_not_wait_for_rotation(database: str):
    """What points to a row locks its key; the rotation must leave that to it."""
    people_under(with_keys(OLD), 1)
    (row,) = db.query(client_ids, SYSTEM)
    key_rotation.open_vault(with_keys(NEW, OLD))
    with psycopg.connect(database, options=builders.BY_SYSTEM) as other:
        other.execute("INSERT INTO threads (client_id, opened_at) VALUES (%s, now())", [row])
        assert key_rotation.rotate(with_keys(NEW, OLD)).texts == 2


def test_a_text_that_does_not_open_stops_rotation_and_keeps_the_key(database: str):
    people_under(with_keys(OLD), 2)
    key_rotation.open_vault(with_keys(NEW, OLD))
    first, second = db.query(client_ids, SYSTEM)
    swap = "UPDATE clients SET name = (SELECT name FROM clients WHERE id = %s) WHERE id = %s"
    with psycopg.connect(database, options=builders.BY_SYSTEM) as other:
        other.execute(swap, [first, second])
    with pytest.raises(StartRefused) as refused:
        key_rotation.rotate(with_keys(NEW, OLD))
    assert str(refused.value) == f"clients.name was moved or changed, in row {second}."
    assert db.query(fingerprints, SYSTEM) == {fingerprint(OLD), fingerprint(NEW)}


def test_an_index_of_another_text_stops_rotation(database: str):
    people_under(with_keys(OLD), 1)
    key_rotation.open_vault(with_keys(NEW, OLD))
    with psycopg.connect(database, options=builders.BY_SYSTEM) as other:
        other.execute("UPDATE accounts SET email_index = 'other'")
    with pytest.raises(StartRefused, match=r"accounts\.email_index does not fit"):
        key_rotation.rotate(with_keys(NEW, OLD))


def test_a_key_is_not_forgotten_while_a_text_needs_it(database: str):
    people_under(with_keys(OLD), 1)
    key_rotation.open_vault(with_keys(NEW, OLD))
    with pytest.raises(StartRefused, match="older key meanwhile"):
        db.transact(key_rotation.drop_others, SYSTEM)
    assert db.query(fingerprints, SYSTEM) == {fingerprint(OLD), fingerprint(NEW)}


def test_every_private_column_is_known_to_rotation():
    """An index belongs to a sealed column of its table, and every sealed row has an id."""
    for table in metadata.sorted_tables:
        sealed = {one.name for one in table.columns if one.info.get("sealed")}
        indexed = {one.info["index_of"] for one in table.columns if "index_of" in one.info}
        assert indexed <= sealed
        assert not sealed or "id" in table.columns
    assert {"accounts", "clients", "bookings"} <= {table.name for table in key_rotation.tables()}


def test_the_command_changes_the_key_of_an_installation(tmp_path: Path):
    env = {"PRACTICE_DATA_DIR": str(tmp_path)}
    assert rotated(env) == (
        "No text is sealed with another key than the newest. There is no other key."
    )
    settings = with_file(tmp_path)
    with postgres.Cluster(tmp_path / "postgres").used() as url:
        db.connect(url)
        people_under(settings, 3)
        old = keyfile.find(settings)
        assert rotated(env) == (
            "7 texts in 2 tables are sealed with the newest key. "
            "The other keys are no longer needed."
        )
        assert not set(old) & set(keyfile.find(settings))
        key_rotation.open_vault(settings)
        assert db.query(find_person, SYSTEM, 2)[1] == "Person 2"
        db.disconnect()
    assert portal_process.command("check", env=env).returncode == 0


def rotated(env: dict[str, str]) -> str:
    done = portal_process.command("rotate-keys", env=env)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()[-1]


def test_commands_refuse_a_lost_key(tmp_path: Path):
    env = {"PRACTICE_DATA_DIR": str(tmp_path), "PORT": str(portal_process.free_port())}
    rotated(env)
    (tmp_path / "secret.keys").unlink()
    # Otherwise each of them starts PostgreSQL, and stops it.
    with postgres.Cluster(tmp_path / "postgres").used():
        for name in ("serve", "seed", "check", "rotate-keys"):
            done = portal_process.command(name, env=env)
            assert done.returncode == 2, name
            said = "A key that sealed private text in this database is missing"
            assert done.stderr.startswith(said)
            assert "Traceback" not in done.stderr
    assert not (tmp_path / "secret.keys").exists()


def test_the_command_is_refused_while_the_portal_works_with_the_keys(tmp_path: Path):
    settings = with_file(tmp_path)
    with keyfile.used(settings):
        done = portal_process.command("rotate-keys", env={"PRACTICE_DATA_DIR": str(tmp_path)})
    assert done.returncode == 2
    assert done.stderr == "The portal is running, and would not know the new key. Stop it first.\n"
    assert keyfile.find(settings) == ()


def test_what_a_rotation_did_is_said():
    said = [
        as_sentence(key_rotation.Rotated(*done)) for done in ((312, 4, 1), (1, 1, 2), (0, 0, 0))
    ]
    assert said == [
        "312 texts in 4 tables are sealed with the newest key. "
        "The other keys are no longer needed.",
        "1 text in 1 table is sealed with the newest key. The other keys are no longer needed.",
        "No text is sealed with another key than the newest. There is no other key.",
    ]


# The therapist's recovery codes


def test_recovery_codes_cannot_be_tried_against_the_database_alone(house: str):
    """Fifty bits: a bare hash of one is found in hours by whoever got a copy of the database."""
    _session, codes = with_recovery_codes()
    bare = {hashlib.sha256(code.replace("-", "").encode()).digest() for code in codes}
    kept = [value for code in rows_of(RecoveryCode) for value in code.model_dump().values()]
    assert not bare & {value for value in kept if isinstance(value, bytes)}


def test_codes_from_before_are_sealed_by_the_next_start_and_go_on_opening(house: str):
    session_id, codes = with_recovery_codes()
    change_row(RecoveryCode, code=None, code_index=None)
    for code, kept in zip(codes, rows_of(RecoveryCode), strict=True):
        bare = hashlib.sha256(code.replace("-", "").encode()).digest()
        change_row(RecoveryCode, RecoveryCode.id == kept.id, code_hash=bare)
    assert db.transact(second_factor.seal_bare_codes, SYSTEM) == 10
    assert all(code.code_hash is None and code.code for code in rows_of(RecoveryCode))
    db.transact(second_factor.show, SYSTEM, session_id=session_id, code=codes[3])
    assert db.transact(second_factor.seal_bare_codes, SYSTEM) == 0


def test_recovery_codes_open_while_keys_are_changed_and_after(house: str):
    session_id, codes = with_recovery_codes()
    vault.use([NEW, KEY])
    db.transact(second_factor.show, SYSTEM, session_id=session_id, code=codes[0])
    for name in ("recovery_codes", "factors"):
        while db.transact(key_rotation.reseal, SYSTEM, name=name):
            pass
    vault.use([NEW])
    db.transact(second_factor.show, SYSTEM, session_id=session_id, code=codes[1])
    with pytest.raises(CodeWrong):
        db.transact(second_factor.show, SYSTEM, session_id=session_id, code=codes[0])


def with_recovery_codes() -> tuple[UUID, list[str]]:
    """Of a therapist who has just set up her authenticator."""
    db.transact(therapist.appoint, SYSTEM, email="elena@example.org")
    (owner,) = rows_of(Therapist)
    opened = db.transact(sessions.open_for, SYSTEM, account_id=owner.account_id, device="")
    found = db.query(sessions.find, SYSTEM, cookie=opened.cookie)
    assert found.session_id
    secret = db.transact(second_factor.enrol, SYSTEM, account_id=owner.account_id).secret
    code = TOTP(secret).at(int(clock.now().timestamp()))
    codes = db.transact(second_factor.confirm, SYSTEM, session_id=found.session_id, code=code)
    return found.session_id, codes
