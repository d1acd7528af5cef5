"""Rules that matter are executable: read from the sources, the styles and the locks."""

import ast
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

from practice.settings import ROOT

SOURCES = sorted((ROOT / "practice").rglob("*.py"))
STYLES = sorted((ROOT / "assets/styles").glob("*.css"))
LOCKS = [*ROOT.glob("requirements*.lock"), *(ROOT / "reflex.lock").iterdir()]


def calls(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def where(names: set[str], *, besides: set[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in SOURCES
        if path.relative_to(ROOT / "practice").as_posix() not in besides
        for line, name in calls(path)
        if name in names
    ]


def test_only_the_clock_asks_what_time_it_is():
    asking = {"datetime.now", "datetime.utcnow", "date.today", "time.time", "datetime.today"}
    assert where(asking, besides={"clock.py"}) == []


def test_nothing_that_reflex_would_evaluate_in_the_browser():
    """The content security policy forbids eval; each of these is one."""
    evaluated = {
        "rx.call_script",
        "rx.call_function",
        "rx.toast",
        "rx.set_clipboard",
        "rx.scroll_to",
        "rx.download",
        "rx.console_log",
        "rx.window_alert",
    }
    assert where(evaluated, besides=set()) == []


def test_nothing_uploads_through_reflex_or_keeps_state_in_the_browser():
    """rx.upload has no sign-in and no limit; cookies of Reflex can be written by scripts."""
    unsafe = {"rx.upload", "rx.Cookie", "rx.LocalStorage", "rx.SessionStorage", "rx.markdown"}
    assert where(unsafe, besides=set()) == []


def test_event_handlers_are_declared_with_a_role_only():
    assert where({"rx.event"}, besides={"state/framework/handler.py"}) == []
    decorated = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef)
        and any(ast.unparse(one).startswith("rx.event") for one in node.decorator_list)
    ]
    assert decorated == []


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_the_locks_carry_no_addresses(path: Path):
    """Where packages come from is the machine's matter. Licences and homepages are no source."""
    written = path.read_text()
    assert "resolved" not in written
    assert not re.search(r"(?i)registry", written)
    assert "://" not in re.sub(r'"url": "[^"]*"', "", written)


def test_every_dependency_is_locked_with_its_hash():
    for path in ROOT.glob("requirements*.lock"):
        packages = re.split(r"\n(?=\S)", path.read_text().strip())
        unlocked = [one for one in packages if one[0] != "#" and "--hash=sha256:" not in one]
        assert unlocked == []


def test_what_proves_the_portal_has_the_versions_that_run_it():
    def pins(name: str) -> dict[str, str]:
        found = re.findall(r"^([a-z0-9-]+)==([^ ;]+)", (ROOT / name).read_text(), re.MULTILINE)
        return dict(found)

    runs, proves = pins("requirements.lock"), pins("requirements-dev.lock")
    assert runs.items() <= proves.items()


def tokens() -> dict[str, tuple[str, str]]:
    text = (ROOT / "assets/styles/tokens.css").read_text()
    found = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", text)
    return {name: (light, dark) for name, light, dark in found}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


TEXT_ON_GROUND = [
    *[
        ("ink", ground)
        for ground in (
            "paper",
            "surface",
            "sunken",
            "leaf-soft",
            "clay-soft",
            "berry-soft",
            "pick",
            "block",
        )
    ],
    *[("ink-soft", ground) for ground in ("paper", "surface", "sunken", "leaf-soft")],
    *[("leaf", ground) for ground in ("paper", "surface", "leaf-soft")],
    ("leaf-ink", "leaf"),
    ("deep-ink", "deep"),
    *[("clay", ground) for ground in ("paper", "surface", "sunken")],
    *[("clay-text", ground) for ground in ("paper", "surface", "clay-soft", "sunken")],
    *[("berry", ground) for ground in ("paper", "surface", "berry-soft")],
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_can_be_read_on_every_ground_it_stands_on(text: str, ground: str, theme: int):
    found = tokens()
    assert contrast(found[text][theme], found[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "surface", "sunken"])
def test_the_edge_of_a_control_can_be_seen(ground: str, theme: int):
    found = tokens()
    assert contrast(found["edge"][theme], found[ground][theme]) >= 3


def test_colours_are_named_once():
    """A hex value outside the tokens would not follow the theme."""
    found = [
        f"{path.name}: {colour}"
        for path in STYLES
        if path.name != "tokens.css"
        for block in re.findall(r"\{([^{}]*)\}", path.read_text())
        for colour in re.findall(r"#[0-9a-fA-F]{3,8}\b", block)
    ]
    assert found == []


def test_nothing_is_loaded_from_another_server():
    for path in [*STYLES, *SOURCES]:
        for address in re.findall(r"""url\(["']?(?:https?:)?//[^)]*""", path.read_text()):
            raise AssertionError(f"{path.name}: {address}")


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_no_test_reaches_beyond_this_machine():
    with socket.socket() as beyond, pytest.raises(SocketConnectBlockedError):
        beyond.connect(("192.0.2.1", 80))
