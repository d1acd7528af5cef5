"""The pages of the JavaScript surfaces: address, view and title of each."""

from collections.abc import Callable
from dataclasses import dataclass

import reflex as rx

from practice.domain.errors import N_
from practice.settings import Settings


@dataclass(frozen=True)
class Route:
    path: str
    view: Callable[[], rx.Component]
    title: str


def routes(settings: Settings) -> tuple[Route, ...]:
    return () if settings.is_production else _for_development()


def _for_development() -> tuple[Route, ...]:
    """Imported only here, so that in production neither page nor handler exists."""
    from practice.pages.styleguide import styleguide
    from practice.pages.styleguide_door import styleguide_door

    return (
        Route("/styleguide", styleguide, N_("Style guide")),
        Route("/styleguide/door", styleguide_door, N_("Style guide: the door")),
    )
