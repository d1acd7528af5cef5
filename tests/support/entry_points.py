"""All that a browser can call: every event handler, and every method of every address."""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from reflex_base.registry import RegistrationContext
from starlette.routing import BaseRoute

from practice import i18n, practice
from practice.routes.frontend import Frontend, drawn
from practice.site.routes import Site

STUB = "<!DOCTYPE html><html><body>A page of the build</body></html>"
# HEAD answers as GET does, and is asked beside it.
BY_RULE = {"HEAD", "OPTIONS"}


def handlers() -> dict[str, str]:
    """Their full names in the registry, by state and method; those of tests left out."""
    found: dict[str, str] = {}
    for full, entry in RegistrationContext.get().event_handlers.items():
        (state,) = entry.states
        name = f"{state.__name__}.{full.rpartition('.')[2]}"
        if not state.__module__.startswith("tests."):
            assert name not in found, f"two states are called {state.__name__}"
            found[name] = full
    return found


def is_ours(full: str) -> bool:
    """Not one that Reflex brings along, nor the one that it adds to every state."""
    return ".practice___" in full and not full.endswith(".setvar")


@cache
def routes() -> dict[str, tuple[str, ...]]:
    """As the table writes them, without language; with those in which there is an address."""
    with stubs() as (frontend, site):
        calls = [f"GET {path}" for path in frontend.pages] + [*_calls(site.router.routes)]
    found: dict[str, tuple[str, ...]] = {f"WEBSOCKET {practice.SOCKET}": ("en",)}
    for name, code in sorted(map(_plain, calls)):
        found[name] = (*found.get(name, ()), code)
    return found


def _calls(found: Sequence[BaseRoute]) -> Iterator[str]:
    for route in found:
        within = getattr(getattr(route, "app", None), "routes", None)
        if within is not None:
            yield from _calls(within)
            continue
        said: Any = route
        for method in (said.methods or {"ANY"}) - BY_RULE:
            yield f"{method} {said.path}"


def _plain(call: str) -> tuple[str, str]:
    """Of a parameter the name alone is left."""
    method, path = call.split(" ")
    code = i18n.language_of(path)
    bare = path if code == i18n.DEFAULT_LANGUAGE else path.removeprefix(f"/{code}") or "/"
    return f"{method} {re.sub(r':[a-z]+}', '}', bare)}", code


@contextmanager
def stubs() -> Iterator[tuple[Frontend, Site]]:
    """The surfaces of the server, with a build of which only the addresses are true."""
    with TemporaryDirectory() as name:
        output = Path(name)
        (output / "assets").mkdir()
        (output / "assets" / "global.css").write_text("")
        for page in practice.addresses(practice.pages):
            path = output / drawn(page)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(STUB)
        yield practice.surfaces(output)


if __name__ == "__main__":
    json.dump({"handlers": handlers(), "routes": [*routes()]}, sys.stdout)
