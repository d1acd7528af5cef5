"""The first page: who this is, how it works, what it costs, and how to begin."""

import reflex as rx

from practice.components import illustrations
from practice.components.icons import icon
from practice.domain.content import Frame, Home, Passage, Profile, SessionKind
from practice.i18n import _, here, sentence
from practice.site.content.articles import readings
from practice.site.content.closing import closing
from practice.site.content.facts import facts
from practice.site.document.call_to_action import begin_button, choose_button
from practice.site.document.chapter import anchor, chapter
from practice.site.document.markdown import begun, opening, prose
from practice.site.document.portrait_alt import likeness
from practice.site.document.words import answers, places, price, terms

SHELF = (illustrations.cup, illustrations.lamp, illustrations.chair)


def title(home: Home) -> str:
    profile = home.frame.profile
    return f"{profile.name} – {profile.therapist} · {profile.kicker}"


def description(home: Home) -> str:
    profile = home.frame.profile
    return f"{profile.lede} {profile.kicker}."


def view(home: Home) -> rx.Component:
    profile = home.frame.profile
    return rx.fragment(
        _hero(home.frame),
        illustrations.tide(),
        rx.el.div(
            _how(home.steps) if home.steps else anchor("how"),
            _prices(home.sessions) if home.sessions else anchor("sessions"),
            _about(profile, home.facts) if profile.story or home.facts else rx.fragment(),
            _readings(home) if home.articles else rx.fragment(),
            _questions(home.questions) if home.questions else anchor("questions"),
            closing(home.frame),
            class_name="wrap chapters",
        ),
    )


def _hero(frame: Frame) -> rx.Component:
    profile = frame.profile
    return rx.el.div(
        rx.el.div(
            rx.el.p(profile.kicker, class_name="kicker"),
            rx.el.h1(profile.therapist),
            class_name="hero-name",
        ),
        likeness(),
        rx.el.div(
            rx.el.p(profile.lede, class_name="lede"),
            _begin(frame),
            class_name="hero-body",
        ),
        class_name="hero wrap",
    )


def _begin(frame: Frame) -> rx.Component:
    """The one big button says what happens now."""
    if frame.call:
        words = [f"{sentence(places(frame.call))}.", rx.el.br(), _("No account needed.")]
    else:
        words = [answers(frame.profile)]
    return rx.el.div(begin_button(frame, with_length=True), rx.el.p(*words), class_name="cta")


def _how(steps: tuple[Passage, ...]) -> rx.Component:
    return chapter(
        _("How it works"),
        rx.el.ol(
            *(_step(step, SHELF[place % len(SHELF)]()) for place, step in enumerate(steps)),
            class_name="steps",
            role="list",
        ),
        name="how",
        remark=_("One step at a time, and you can stop at any of them."),
        look="by-shelf",
    )


def _step(step: Passage, thing: rx.Component) -> rx.Component:
    return rx.el.li(
        rx.el.div(thing, class_name="shelf"),
        rx.el.h3(step.title),
        prose(step.body, class_name="quiet"),
    )


def _prices(sessions: tuple[SessionKind, ...]) -> rx.Component:
    return chapter(
        _("Sessions and prices"),
        rx.el.ul(*(_price(kind) for kind in sessions), class_name="list", role="list"),
        name="sessions",
        remark=_(
            "Therapy works when two people suit each other, so everything begins with "
            "a free call. After it, the rest opens for you."
        ),
    )


def _price(kind: SessionKind) -> rx.Component:
    is_open = kind.is_first_call
    return rx.el.li(
        rx.el.h3(kind.name),
        rx.el.p(price(kind), class_name="price"),
        rx.el.p(sentence(terms(kind)), class_name="terms num"),
        rx.el.p(kind.summary, class_name="summary") if kind.summary else rx.fragment(),
        rx.el.div(choose_button(kind) if is_open else _lock(kind), class_name="do"),
        class_name="open" if is_open else "",
    )


def _lock(kind: SessionKind) -> rx.Component:
    is_later = kind.needs == "ongoing"
    reason = _("Opens once we have begun") if is_later else _("Opens after the call")
    return rx.el.span(icon("lock", small=True), reason, class_name="lock")


def _about(profile: Profile, passages: tuple[Passage, ...]) -> rx.Component:
    matter = rx.el.div(
        prose(opening(profile.story), class_name=begun(opening(profile.story))),
        facts(passages) if passages else rx.fragment(),
        rx.el.p(
            rx.el.a(_("More about me and the room"), href=here("/about"), class_name="link"),
            class_name="onward",
        ),
    )
    return chapter(_("About me"), matter, name="about")


def _readings(home: Home) -> rx.Component:
    return chapter(_("Short readings"), readings(home.articles))


def _questions(passages: tuple[Passage, ...]) -> rx.Component:
    answered = (_question(passage, is_first=not place) for place, passage in enumerate(passages))
    return chapter(
        _("Questions people ask"), rx.el.div(*answered, class_name="qa"), name="questions"
    )


def _question(passage: Passage, *, is_first: bool) -> rx.Component:
    return rx.el.details(
        rx.el.summary(passage.title), prose(passage.body, class_name="quiet"), open=is_first
    )
