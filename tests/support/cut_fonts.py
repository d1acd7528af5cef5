"""Cuts the fonts to what our pages use: `.venv/bin/python -m tests.support.cut_fonts`, after which
CUT and the addresses in tokens.css and components/head.py must follow.

The tools are fetched for this one run: nothing else needs them.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from practice import build
from practice.settings import ROOT

VERSION = "5.3.0"
# Fonts are kept for a year by their address, so another cut is another name.
CUT = 2
TOOLS = "fonttools[woff]==4.68.0"
BIN = Path(sys.executable).parent
FONTS = ROOT / "assets" / "fonts"
LETTERING = ROOT / "practice" / "site" / "seo" / "lettering"

# What English and Italian are written with. Whatever else Latin-1 has comes in a file of its own,
# which a browser only asks for when a name needs it.
CORE = (
    "U+20-7E,U+A0,U+A7,U+A9,U+AB,U+AD,U+B0,U+B7,U+BB,U+C0,U+C8,U+C9,U+CC,U+D2,U+D7,U+D9,U+E0,U+E8,"
    "U+E9,U+EC,U+EE,U+F2,U+F9,U+FC,U+2013,U+2014,U+2018,U+2019,U+201C,U+201D,U+2026,U+20AC,U+2190-"
    "2193,U+2212"
)
MORE = (
    "U+A1-A6,U+A8,U+AA,U+AC,U+AE,U+AF,U+B1-B6,U+B8-BA,U+BC-BF,U+C1-C7,U+CA,U+CB,U+CD-D1,U+D3-D6,"
    "U+D8,U+DA-DF,U+E1-E7,U+EA,U+EB,U+ED,U+EF-F1,U+F3-F6,U+F8,U+FA,U+FB,U+FD-FF,U+131,U+152,U+153,"
    "U+2C6,U+2DA,U+2DC,U+201A,U+201E,U+2020-2022,U+2032,U+2033,U+2039,U+203A,U+2044,U+2215"
)
# Optical size 40 holds from a label of 20 px to a title of 72 px, and one weight for all; the
# two axes would be three quarters of the file (decision 0027).
FRAUNCES = ("fraunces/files/fraunces-latin-standard-normal.woff2", "opsz=40")
FIGTREE = ("figtree/files/figtree-latin-wght-normal.woff2",)


def main() -> int:
    with TemporaryDirectory() as directory:
        sources = fetch(Path(directory))
        for name, (source, *axes), weights in (
            ("fraunces", FRAUNCES, "wght=435"),
            ("figtree", FIGTREE, "wght=400:620"),
        ):
            drawn = instance(sources / source, Path(directory) / f"{name}.ttf", *axes, weights)
            for part, characters in (("core", CORE), ("more", MORE)):
                target = FONTS / f"{name}-{VERSION}-{part}-{CUT}.woff2"
                subset(drawn, characters, target)
        for name, (source, *_axes), fixed in (
            ("title", FRAUNCES, ("opsz=48", "wght=420")),
            ("text", FIGTREE, ("wght=420",)),
        ):
            drawn = instance(sources / source, Path(directory) / f"{name}.ttf", *fixed)
            subset(drawn, f"{CORE},{MORE}", LETTERING / f"{name}.woff2")
    return 0


def fetch(directory: Path) -> Path:
    wanted = [f"@fontsource-variable/{name}@{VERSION}" for name in ("fraunces", "figtree")]
    npm = [str(BIN / "npm"), "install", "--silent", "--prefix", str(directory), *wanted]
    subprocess.run(npm, env=build.environment(), check=True)
    return directory / "node_modules" / "@fontsource-variable"


def instance(source: Path, target: Path, *axes: str) -> Path:
    instancer = ("fonttools", "varLib.instancer", "--quiet", "--no-recalc-timestamp")
    tool(*instancer, f"--output={target}", str(source), *axes)
    return target


def subset(source: Path, characters: str, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    tool(
        "pyftsubset",
        str(source),
        f"--unicodes={characters}",
        "--layout-features=kern,mark,ccmp,liga,locl,rvrn,tnum,pnum",
        "--flavor=woff2",
        "--no-hinting",
        "--no-recalc-timestamp",
        f"--output-file={target}",
    )
    print(f"{target.relative_to(ROOT)}  {target.stat().st_size / 1000:.1f} kB")


def tool(*words: str) -> None:
    subprocess.run([str(BIN / "uvx"), "--quiet", "--from", TOOLS, *words], check=True)


if __name__ == "__main__":
    sys.exit(main())
