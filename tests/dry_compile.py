"""Compiles all pages without building them: finds what only Reflex's compiler sees."""

import subprocess
import sys

from practice import build
from practice.settings import ROOT


def main() -> int:
    done = subprocess.run(
        [sys.executable, "-m", "reflex", "compile", "--dry"],
        cwd=ROOT,
        env=build.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stdout)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
