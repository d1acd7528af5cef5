"""Who is asking: the one place that makes an actor."""

from practice import settings
from practice.domain.actors import VISITOR, Actor


def cookie_name() -> str:
    """The __Host- prefix needs https, which a development server does not have."""
    secure = settings.current().public_url.startswith("https://")
    return "__Host-session" if secure else "practice_session"


def actor_for(session: str | None) -> Actor:
    """Until accounts exist, no session is known: whatever a browser sends, it is a visitor."""
    del session
    return VISITOR
