"""Phrases that several pages say in the same words."""

from practice.domain.content import Profile, SessionKind
from practice.i18n import _, money


def price(session: SessionKind) -> str:
    return money(session.price_cents, session.currency) if session.price_cents else _("Free")


def answers(profile: Profile) -> str:
    """When an answer comes, as a sentence; nothing where the therapist promises nothing."""
    when = profile.answer_time
    return _("I answer {when}.").format(when=when) if when else ""
