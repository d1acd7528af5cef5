"""The free times as they stand on the booking page before its script has come."""

import asyncio
from datetime import date
from zoneinfo import ZoneInfo

from starlette.requests import Request

from practice import db, runtime
from practice.domain.actors import VISITOR
from practice.domain.errors import Refusal
from practice.i18n import here, language_of, speaking
from practice.routes import no_script
from practice.services.accounts import cookies
from practice.services.booking import offers as booking_offers
from practice.services.booking.offers import Desk, Kind, Offered
from practice.site.booking import selection
from practice.site.booking.book import PATH, is_shut
from practice.site.booking.selection import Look, Sight
from practice.site.booking.views import prerender
from practice.site.booking.views.picker import Ways
from practice.site.document.renderer import to_html
from practice.state.booking import picker_data


async def first_times(request: Request) -> str:
    """For a guest. Nothing where times are not what the page will show, and nothing where they
    cannot be had now: the page says that by itself."""
    path = request.url.path
    slug = no_script.booked_at(path)
    if slug is None or cookies.cookie_name() in request.cookies:
        return ""
    with speaking(language_of(path)):
        try:
            return await _first_times(slug, selection.read(request.query_params))
        except (Refusal, *db.FAILED):
            return ""


async def _first_times(slug: str, look: Look) -> str:
    desk = await runtime.query(booking_offers.find_desk, VISITOR, slug=slug)
    kind = desk.find(slug) if slug else desk.first
    if kind is None or is_shut(kind):
        return ""
    usual = ZoneInfo(desk.zone)
    zone = look.zone or usual

    async def find(first: date, last: date) -> Offered:
        asked = {"slug": kind.slug, "first": first, "last": last, "zone": zone}
        return await runtime.query(booking_offers.find_offered, VISITOR, **asked)

    wanted = look.wanted(zone)
    offered, _months = await picker_data.first_look(
        find, zone, wanted.isoformat() if wanted else ""
    )
    sight = selection.seen(look, offered, usual)
    return await asyncio.to_thread(_drawn, desk, kind, sight)


def _drawn(desk: Desk, kind: Kind, sight: Sight) -> str:
    if sight.day is None:
        return ""
    ways = Ways(here(f"{PATH}/{kind.slug}"))
    return to_html(prerender.view(desk, kind, sight, sight.day, ways))
