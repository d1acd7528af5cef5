"""The last step of a Reflex build, before it is compressed: its own addresses and languages."""

import json
import re
from functools import partial
from pathlib import Path
from typing import Any

from reflex_base.plugins import Plugin

from practice import i18n

# Reflex writes the server's address into the JavaScript. It is replaced by the address of the
# page itself, so that one build serves any host and port.
BUILT_FOR_ANY_ADDRESS = "http://server.invalid"
WRITTEN = re.compile(r"([\"'`])(http|ws)://server\.invalid(/[\w-]*)\1")


class BuildChanged(RuntimeError):
    """Reflex builds differently from what this step was written for."""


# An address with a part that differs is drawn once, under the part's own name, for all of them.
PATTERN = re.compile(r"\[(\w+)\]")


class Finish(Plugin):
    def pre_compile(self, **context: Any) -> None:
        pages = [page.route for page in context["unevaluated_pages"] if "[" in page.route]
        context["add_modify_task"]("react-router.config.js", partial(draw_also, pages=pages))

    def post_build(self, **context: Any) -> None:
        directory: Path = context["static_dir"]
        use_the_page_s_address(directory)
        name_the_languages(directory)


def draw_also(config: str, pages: list[str]) -> str:
    """React Router draws only addresses that it knows as a whole; it hydrates any that fits."""
    drawn = ["/" + PATTERN.sub(r"\1", page).strip("/") for page in pages]
    if '"prerender": true' not in config:
        return config
    listed = f"async ({{ getStaticPaths }}) => [...getStaticPaths(), ...{json.dumps(drawn)}]"
    return config.replace('"prerender": true', f'"prerender": {listed}')


def use_the_page_s_address(directory: Path) -> None:
    scripts = [path for path in directory.rglob("*.js") if "server.invalid" in path.read_text()]
    for path in scripts:
        path.write_text(WRITTEN.sub(_from_location, path.read_text()))
    left = [path.name for path in directory.rglob("*.js") if "server.invalid" in path.read_text()]
    if not scripts or left:
        raise BuildChanged(f"no server address where one was expected: {left or 'none found'}")


def _from_location(found: re.Match[str]) -> str:
    _, scheme, path = found.groups()
    origin = "location.origin" if scheme == "http" else 'location.origin.replace(/^http/,"ws")'
    return f'({origin}+"{path}")'


def name_the_languages(directory: Path) -> None:
    """Reflex knows one language per app; a screen reader needs the one of the page."""
    for code in i18n.LANGUAGES:
        if code == i18n.DEFAULT_LANGUAGE:
            continue
        for page in (directory / code).rglob("*.html"):
            text = page.read_text()
            if '<html lang="en"' not in text:
                raise BuildChanged(f"{page.name} does not begin as expected")
            page.write_text(text.replace('<html lang="en"', f'<html lang="{code}"', 1))


class Lighter(Plugin):
    """Leaves out of every page what Reflex brings along and nothing of ours uses, and has what is
    read loaded before what moves it."""

    def pre_compile(self, **context: Any) -> None:
        for source in REPLACED.values():
            context["add_save_task"](_saved, source)
        context["add_modify_task"](VITE_CONFIG, replace_libraries)
        context["add_modify_task"](VITE_CONFIG, keep_libraries_together)
        context["add_modify_task"](ROOT, hand_errors_on)

    def post_build(self, **context: Any) -> None:
        refuse_nested_styles(context["static_dir"])
        load_scripts_last(context["static_dir"])


# Emotion makes style sheets out of styles in Python; ours are attributes. No script of ours writes
# cookies, nor may one (tests/architecture/test_source_rules.py).
REPLACED = {"@emotion/react": "plain_elements.js", "universal-cookie": "no_cookies.js"}
SOURCES = Path(__file__).parent / "components"
VITE_CONFIG = "vite.config.js"
ALIASES = "    alias: [\n"
GROUPS = "          groups: [\n"
# What every page needs of others' code, and of Reflex's own.
LIBRARIES = (
    r"[\\/]node_modules[\\/](react|react-dom|react-error-boundary|react-router|scheduler|mergician|"
    r"@socket\.io|(socket|engine)\.io-[a-z]+)[\\/]|[\\/]\.web[\\/]utils[\\/][a-z-]+\.jsx?$"
)
ROOT = "app/root.jsx"
# React Router would catch what a page throws, show nothing and tell nobody.
HANDED_ON = "export function ErrorBoundary({ error }) { throw error; }"
# As it is written in the smallest form of a script: an object within the styles of an element.
NESTED = re.compile(r"\bcss:\{[^{}]*\{")


def _saved(source: str) -> tuple[str, str]:
    return f"utils/{source}", (SOURCES / source).read_text()


def replace_libraries(config: str) -> str:
    if ALIASES not in config:
        raise BuildChanged(f"{VITE_CONFIG} has no list of aliases")
    ours = "".join(
        f'      {{ find: "{name}", '
        f'replacement: fileURLToPath(new URL("./utils/{source}", import.meta.url)) }},\n'
        for name, source in REPLACED.items()
    )
    return config.replace(ALIASES, ALIASES + ours, 1)


def keep_libraries_together(config: str) -> str:
    """One file of what never changes between pages: five requests fewer, and better packed."""
    if GROUPS not in config:
        raise BuildChanged(f"{VITE_CONFIG} has no groups of code")
    ours = f'            {{ test: /{LIBRARIES}/, name: "library" }},\n'
    return config.replace(GROUPS, GROUPS + ours, 1)


def hand_errors_on(root: str) -> str:
    """To the boundary around it, which apologises and tells the server (components/broken.py)."""
    return root if HANDED_ON in root else f"{root}\n{HANDED_ON}\n"


def refuse_nested_styles(directory: Path) -> None:
    """What an attribute cannot say, a state or a width, belongs into assets/styles."""
    nested = [path.name for path in directory.rglob("*.js") if NESTED.search(path.read_text())]
    if nested:
        raise BuildChanged(f"styles within styles of an element: {nested}")


def load_scripts_last(directory: Path) -> None:
    """The page is there to be read without them; on a slow line they would share it with the
    styles and letters that it is read in."""
    eager, last = '<link rel="modulepreload"', '<link rel="modulepreload" fetchpriority="low"'
    pages = [path for path in directory.rglob("*.html") if eager in path.read_text()]
    if not pages:
        raise BuildChanged("no page loads its scripts ahead")
    for path in pages:
        path.write_text(path.read_text().replace(eager, last))
