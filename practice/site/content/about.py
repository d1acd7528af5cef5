"""The page about the therapist: who she is, the room, and how to write to her."""

import reflex as rx

from practice.domain.content import Frame, Passage, Profile
from practice.i18n import _, here
from practice.site.content.closing import closing
from practice.site.content.facts import facts
from practice.site.document import contact
from practice.site.document.chapter import chapter
from practice.site.document.markdown import begun, prose, sections
from practice.site.document.portrait_alt import likeness
from practice.site.document.words import answers


def title(frame: Frame) -> str:
    about = _("About {therapist}").format(therapist=frame.profile.therapist)
    return f"{about} · {frame.profile.name}"


def description(frame: Frame) -> str:
    return f"{frame.profile.kicker}. {frame.profile.lede}"


def view(frame: Frame, passages: tuple[Passage, ...]) -> rx.Component:
    profile = frame.profile
    beginning, parts = sections(profile.story)
    return rx.el.div(
        _self(profile, beginning),
        *(chapter(heading, prose(text)) for heading, text in parts),
        chapter(_("In short"), facts(passages)) if passages else rx.fragment(),
        chapter(_("The room"), contact.address(profile)) if profile.address else rx.fragment(),
        chapter(_("Writing to me"), _writing(profile), name="write"),
        closing(frame),
        class_name="wrap",
    )


def _self(profile: Profile, beginning: str) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.p(profile.kicker, class_name="kicker"),
            rx.el.h1(profile.therapist),
            class_name="self-name",
        ),
        likeness(),
        prose(beginning, class_name=begun(beginning)),
        class_name="self",
    )


def _writing(profile: Profile) -> rx.Component:
    ways = [_way(_("E-mail"), contact.email_link(profile))]
    if profile.phone:
        ways.append(_way(_("Telephone"), contact.phone_link(profile)))
    if profile.answer_time:
        ways.append(_way(_("Answer"), rx.el.p(answers(profile))))
    back = rx.el.a(_("Sessions and prices"), href=f"{here('/')}#sessions", class_name="link")
    return rx.el.div(rx.el.dl(*ways, class_name="facts ways"), rx.el.p(back, class_name="onward"))


def _way(name: str, matter: rx.Component) -> rx.Component:
    return rx.el.div(rx.el.dt(name), rx.el.dd(matter))
