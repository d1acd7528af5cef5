"""The names of the cookies that signing in needs."""

from practice import settings


def cookie_name() -> str:
    """Who is signed in."""
    return _named("session")


def asker_cookie() -> str:
    """Which browser asked for a link."""
    return _named("asker")


def link_cookie() -> str:
    """The token of an opened link, out of the address bar."""
    return _named("link")


def _named(what: str) -> str:
    """The __Host- prefix needs https, which a development server does not have."""
    return f"__Host-{what}" if is_secure() else f"practice_{what}"


def is_secure() -> bool:
    return settings.current().public_url.startswith("https://")
