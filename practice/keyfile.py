"""The keys of this installation: from the settings, or from a file that only its owner reads."""

import base64
import binascii
import fcntl
import os
import secrets
import stat
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from practice.settings import Settings, StartRefused

KEY_BYTES = 32
NAME = "secret.keys"


def path_in(settings: Settings) -> Path:
    return settings.data_dir / NAME


def find(settings: Settings) -> tuple[str, ...]:
    """Newest first; none where there has never been one. Nothing is made here."""
    return settings.secret_keys or read(path_in(settings))


def read(path: Path) -> tuple[str, ...]:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            found = tuple(line.decode(errors="replace") for line in file.read().splitlines())
    except FileNotFoundError:
        return ()
    except OSError as failure:
        raise StartRefused(f"The key file {path} cannot be read: {failure.strerror}.") from None
    _require_private(path, mode)
    if not found or not all(_is_key(line) for line in found):
        raise StartRefused(
            f"The key file {path} is damaged: each line must be one key. "
            "Restore it from the backup; a new key would not open what is sealed."
        )
    return found


def _require_private(path: Path, mode: int) -> None:
    """Refused, not repaired: whoever could read it may have done so, and somebody has to decide
    whether that calls for another key."""
    if mode & 0o077:
        raise StartRefused(
            f"The key file {path} is open to other users (mode {mode:o}). Close it with "
            "chmod 600; if another may have read it, run rotate-keys as well."
        )


def _is_key(line: str) -> bool:
    try:
        return len(base64.b64decode(line, altchars="-_", validate=True)) == KEY_BYTES
    except (binascii.Error, ValueError):
        return False


def make(settings: Settings) -> tuple[str, ...]:
    """Of two starts at once one makes the file, and both work with what is in it."""
    path = path_in(settings)
    with _written_beside(path, [new_key()]) as written, suppress(FileExistsError):
        path.hardlink_to(written)
    return read(path)


def renew(settings: Settings) -> tuple[str, ...]:
    """A new key before the others. Where there are two, a rotation was interrupted: it goes on."""
    path = path_in(settings)
    found = read(path)
    if len(found) < 2:
        replace(path, [new_key(), *found])
    return read(path)


def replace(path: Path, keys: Sequence[str]) -> None:
    with _written_beside(path, keys) as written:
        written.replace(path)


def new_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


@contextmanager
def _written_beside(path: Path, keys: Sequence[str]) -> Generator[Path]:
    """Whole and on the disk before it gets its name; mkstemp gives it mode 600 from the start."""
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w") as file:
            file.writelines(f"{key}\n" for key in keys)
            file.flush()
            os.fsync(file.fileno())
        yield Path(name)
        _sync(path.parent)
    finally:
        Path(name).unlink(missing_ok=True)


def _sync(directory: Path) -> None:
    """A key that has sealed something must not be lost with the power."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def used(settings: Settings, *, alone: bool = False) -> Generator[None]:
    """Held by everybody who works with the file's keys, and alone by who changes them: a running
    server would not know the new one. The kernel lets go of it even after kill -9."""
    if settings.secret_keys:
        yield
        return
    with (settings.data_dir / f"{NAME}.users").open("w") as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartRefused(
                "The portal is running, and would not know the new key. Stop it first."
                if alone
                else "The keys are being changed by rotate-keys. Start again when it has ended."
            ) from None
        yield
