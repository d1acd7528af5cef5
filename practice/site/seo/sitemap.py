"""For search engines: which pages there are, in which languages, and what is not for them."""

from html import escape

from practice import i18n
from practice.routes import sharing

# Not the whole truth: what is private asks who is there, whatever a robot believes.
# What ends in $ is that page alone, what ends in a slash is everything below it.
NOT_FOR_ROBOTS = (
    *("/me$", "/me/", "/portal$", "/portal/", "/api/", "/feedback/"),
    *("/plain/", "/book/move", "/booked/", "/manage/"),
)


def robots(public_url: str) -> str:
    closed = "".join(
        f"Disallow: {i18n.path_in(code, '/').rstrip('/')}{path}\n"
        for code in i18n.LANGUAGES
        for path in NOT_FOR_ROBOTS
    )
    return f"User-agent: *\n{closed}Sitemap: {public_url}/sitemap.xml\n"


def sitemap(public_url: str, paths: list[str]) -> str:
    entries = "".join(_entry(public_url, path, code) for path in paths for code in i18n.LANGUAGES)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:xhtml="http://www.w3.org/1999/xhtml">\n{entries}</urlset>\n'
    )


def _entry(public_url: str, path: str, code: str) -> str:
    alternates = "".join(
        f'<xhtml:link rel="alternate" hreflang="{said["hreflang"]}" href="{escape(said["href"])}"/>'
        for _tag, said in sharing.addresses(public_url, code, path)
        if said["rel"] == "alternate"
    )
    return f"<url><loc>{escape(public_url + i18n.path_in(code, path))}</loc>{alternates}</url>\n"
