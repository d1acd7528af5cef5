"""The styles of the pages behind the door. Whoever only visits never loads them."""

import reflex as rx
from reflex_base.utils.imports import ImportDict

SHEETS = ("app", "appointments")


class Indoors(rx.Fragment):
    """Stands once in each frame that needs them; the build links them to its pages."""

    def add_imports(self) -> ImportDict:
        return {"": [f"$/public/styles/{name}.css" for name in SHEETS]}
