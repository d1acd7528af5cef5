"""Compiles all pages without building them: finds what only Reflex's compiler sees."""

import subprocess
import sys

from practice import build
from practice.settings import ROOT

LOCK = ROOT / "reflex.lock"


def main() -> int:
    # Where nothing was built yet Reflex writes the same lock with other spaces.
    written = {path: path.read_bytes() for path in LOCK.iterdir()}
    done = subprocess.run(
        [sys.executable, "-m", "reflex", "compile", "--dry"],
        cwd=ROOT,
        env=build.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    for path, before in written.items():
        path.write_bytes(before)
    if done.returncode:
        print(done.stdout)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
