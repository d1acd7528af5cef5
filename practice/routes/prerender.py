"""The place on a built page for what it shows before its script has come."""

from pathlib import Path

# As the build draws the element of picker_desk.jsx.
PLACE = '<div class="ahead"></div>'
SCRIPT = Path(__file__).with_suffix(".js").read_text()


def shown(page: str, html: str) -> str:
    if not html:
        return page
    filled = f'<div class="ahead">{html}<script>{SCRIPT}</script></div>'
    return page.replace(PLACE, filled, 1)
