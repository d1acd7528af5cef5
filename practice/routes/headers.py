"""The headers of every answer, and the content security policies."""

from practice.settings import Settings

ONE_YEAR = 31_536_000
IMMUTABLE = f"public, max-age={ONE_YEAR}, immutable"
REVALIDATE = "no-cache"
PRIVATE = "no-store"

# For answers that are no pages.
CSP_NOTHING = "default-src 'none'; frame-ancestors 'none'"
# For pages rendered on the server: no script at all, no inline style.
CSP_STATIC = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "media-src 'self'; manifest-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def csp_interactive(script_hashes: list[str]) -> str:
    """For pages of the Reflex build: its inline scripts by hash; its styles come from emotion,
    which writes them into the page, so style-src cannot do without 'unsafe-inline'."""
    scripts = " ".join(["'self'", *script_hashes])
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; object-src 'none'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def for_every_answer(settings: Settings) -> list[tuple[bytes, bytes]]:
    headers = {
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "strict-origin-when-cross-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "content-security-policy": CSP_NOTHING,
        "cache-control": PRIVATE,
    }
    if settings.public_url.startswith("https://"):
        headers["strict-transport-security"] = f"max-age={ONE_YEAR}"
    return [(name.encode(), value.encode()) for name, value in headers.items()]
