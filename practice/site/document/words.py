"""Phrases that several pages say in the same words."""

from practice.domain.content import Profile, SessionKind
from practice.i18n import _, minutes, money
from practice.wording.times import PLACES


def price(session: SessionKind) -> str:
    return money(session.price_cents, session.currency) if session.price_cents else _("Free")


def places(session: SessionKind) -> str:
    """By video or by phone."""
    *others, last = (_(PLACES[place]) for place in session.places)
    return _("{others} or {last}").format(others=", ".join(others), last=last) if others else last


def terms(session: SessionKind) -> str:
    """How long and where, as one line."""
    return _("{minutes}, {places}").format(minutes=minutes(session.minutes), places=places(session))


def answers(profile: Profile) -> str:
    """When an answer comes, as a sentence; nothing where the therapist promises nothing."""
    when = profile.answer_time
    return _("I answer {when}.").format(when=when) if when else ""
