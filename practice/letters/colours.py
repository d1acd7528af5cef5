"""The colours of the product for mail programs, which know no variables: light, and dark on top."""

import re
from functools import cache
from pathlib import Path

TOKENS = Path(__file__).parent.parent.parent / "assets" / "styles" / "tokens.css"
STYLES = Path(__file__).parent / "templates" / "letter.css"
A_TOKEN = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
A_RULE = re.compile(r"^([^\s@}][^{}]*)\{([^{}]*)\}", re.MULTILINE)
LIGHT, DARK = 0, 1


@cache
def tokens() -> dict[str, tuple[str, str]]:
    found = A_TOKEN.findall(TOKENS.read_text())
    return {name: (light, dark) for name, light, dark in found}


def coloured(css: str, scheme: int) -> str:
    return re.sub(r"var\(--([\w-]+)\)", lambda found: tokens()[found[1]][scheme], css)


@cache
def inlined() -> str:
    """What every element gets as its own style: all a mail program surely reads."""
    return coloured(_rules(STYLES.read_text()), LIGHT)


@cache
def kept() -> str:
    """What needs a style element: wider windows, and the dark of every coloured declaration."""
    written = STYLES.read_text()
    wide = written[written.index("@media") :].strip()
    return f"{wide}\n@media (prefers-color-scheme: dark) {{\n{_dark(_rules(written))}\n}}"


def _rules(written: str) -> str:
    return re.sub(r"/\*.*?\*/", "", written, flags=re.DOTALL).partition("@media")[0]


def _dark(rules: str) -> str:
    """An inlined style wins over a sheet unless that says it is important."""
    found = (
        (selector.strip(), [one.strip() for one in body.split(";") if "var(--" in one])
        for selector, body in A_RULE.findall(rules)
    )
    return "\n".join(
        f"{selector} {{ {'; '.join(f'{coloured(one, DARK)} !important' for one in declared)} }}"
        for selector, declared in found
        if declared
    )
