"""The privacy text with its version and date: each heading stands in the margin of its part."""

import reflex as rx

from practice.components import illustrations
from practice.domain.content import Frame, PrivacyText
from practice.i18n import _, long_date
from practice.site.document.chapter import chapter
from practice.site.document.markdown import prose, sections
from practice.site.document.single_message import alone


def title(frame: Frame) -> str:
    name = _("Privacy")
    return f"{name} · {frame.profile.name}"


def description(frame: Frame) -> str:
    return _("What {practice} keeps about you, why and for how long.").format(
        practice=frame.profile.name
    )


def view(text: PrivacyText | None) -> rx.Component:
    if text is None:
        return alone(
            illustrations.lamp(),
            _("Privacy"),
            rx.el.p(_("This text is not published yet. Until it is, please write to me and ask.")),
        )
    beginning, parts = sections(text.body)
    return rx.el.div(
        rx.el.header(rx.el.h1(_("Privacy")), _version(text), class_name="page-title"),
        rx.el.div(prose(beginning), class_name="ch text") if beginning else rx.fragment(),
        *(chapter(heading, prose(body)) for heading, body in parts),
        class_name="wrap legal",
    )


def _version(text: PrivacyText) -> rx.Component:
    """Consents point at a version, so each says which one it is and since when."""
    day = text.effective_on
    since = _("In force since {date}").format(date=long_date(day))
    version = _("Version {version}").format(version=text.version)
    return rx.el.p(f"{version} · ", rx.el.time(since, date_time=day.isoformat()))
