"""Builds the JavaScript pages when, and only when, something they are made of has changed."""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from practice.settings import ROOT, Settings, StartRefused

OUTPUT = ROOT / ".web" / "build" / "client"
STAMP = ROOT / ".web" / "build" / ".fingerprint"
# What a page can be made of; import contracts keep it from reaching further.
SOURCES = (
    "practice/pages/**/*.py",
    "practice/components/**/*.py",
    "practice/state/**/*.py",
    "practice/domain/**/*.py",
    "practice/wording/**/*.py",
    "practice/i18n/**/*.py",
    "practice/postbuild.py",
    "practice/practice.py",
    "practice/**/*.jsx",
    "practice/**/*.js",
    "assets/**/*",
    "locales/**/*.po",
    "reflex.lock/*",
    "rxconfig.py",
)


def ensure(settings: Settings) -> bool:
    """Tells whether it had to build."""
    with _turn():
        if is_current(settings):
            return False
        with _locks_kept(settings):
            _run(settings)
        # Only now: the build itself may have written the lock of its packages anew.
        STAMP.write_text(fingerprint(settings))
        return True


def is_current(settings: Settings) -> bool:
    return STAMP.exists() and STAMP.read_text() == fingerprint(settings)


def fingerprint(settings: Settings) -> str:
    """Neither host nor port is part of it: a build finds its server by itself."""
    digest = hashlib.sha256(f"{version('reflex')} {settings.environment}".encode())
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file():
                digest.update(path.relative_to(ROOT).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def environment() -> dict[str, str]:
    """Node and npm from the wheel, and nothing asked from anybody but the package registry."""
    bin_dir = Path(sys.executable).parent
    found = {
        **os.environ,
        "PATH": f"{bin_dir}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": str(ROOT),
        "REFLEX_USE_NPM": "1",  # the committed lock alone chooses npm, but still has bun fetched
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "npm_config_omit_lockfile_registry_resolved": "true",
        "npm_config_update_notifier": "false",
        "npm_config_fund": "false",
        "npm_config_audit": "false",
    }
    asked = subprocess.run(  # noqa: S603 - our own npm
        [bin_dir / "npm", "config", "get", "registry"],
        env=found,
        capture_output=True,
        text=True,
        check=True,
    )
    # Without it Reflex tries several mirrors to find the fastest.
    found.setdefault("NPM_CONFIG_REGISTRY", asked.stdout.strip())
    return found


def _run(settings: Settings) -> None:
    log = settings.data_dir / "build.log"
    with log.open("w") as file:
        done = subprocess.run(
            [sys.executable, "-m", "reflex", "export", "--no-zip", "--env", "prod"],
            cwd=ROOT,
            env=environment(),
            stdout=file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    if done.returncode != 0 or not OUTPUT.exists():
        raise StartRefused(f"The pages could not be built; {log} says why.")


@contextmanager
def _locks_kept(settings: Settings) -> Generator[None]:
    """Production has fewer pages, and Reflex would strike what they do not use from the locks.
    Only development, where pages are written, may change what is locked."""
    before = {path: path.read_bytes() for path in (ROOT / "reflex.lock").iterdir()}
    yield
    if settings.is_production:
        for path, written in before.items():
            path.write_bytes(written)


@contextmanager
def _turn() -> Generator[None]:
    """One build at a time. The lock lies beside what it guards: portals with data directories of
    their own still share this folder's build."""
    try:
        file = (ROOT / ".web.turn").open("w")
    except OSError as failure:
        raise StartRefused(
            f"The pages must be built, but {ROOT} cannot be written: {failure.strerror}."
        ) from None
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
