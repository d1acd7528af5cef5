"""The booking page as it stands before its script has come: the same title, days and times, each of
them a link to the page that does without."""

from datetime import date, timedelta

import reflex as rx

from practice.components.icons import icon
from practice.i18n import _
from practice.services.booking.offers import Day, Desk, Kind
from practice.site.booking.selection import Sight
from practice.site.booking.views import choose_time
from practice.site.booking.views.clocks import clocks_line
from practice.site.booking.views.picker import DAYS_OF_A_WEEK, Ways, legend, line, month, times
from practice.wording import booking

WIDE = "hide-s"


def view(desk: Desk, kind: Kind, sight: Sight, day: Day, ways: Ways) -> rx.Component:
    """A month where there is room, a week on a phone, as the script draws them."""
    shown = rx.el.div(month(sight, ways, WIDE), _week(sight, ways, day.on), legend(WIDE))
    # Whose device keeps another time asks for its own (ahead.js).
    is_asked = sight.look.zone or sight.look.is_zone_strange
    usual = {} if is_asked else {"data-usual": sight.zone.key}
    return rx.el.div(
        choose_time.head(desk, kind),
        choose_time.gone() if sight.is_gone else rx.fragment(),
        rx.el.section(
            rx.el.header(
                rx.el.h2(_("Choose a time")),
                rx.el.p(_("The next free day is open already. Pick any other."), class_name=WIDE),
                clocks_line(sight, ways, desk),
            ),
            rx.el.div(shown, times(sight, ways), class_name="picker"),
            class_name="ch",
        ),
        custom_attrs=usual,
    )


def _week(sight: Sight, ways: Ways, on: date) -> rx.Component:
    monday = on - timedelta(days=on.weekday())
    week = [monday + timedelta(days=number) for number in range(DAYS_OF_A_WEEK)]
    free = {day.on: day for day in sight.offered.days}
    earlier = max((one for one in free if one < monday), default=None)
    later = min((one for one in free if one > week[-1]), default=None)
    names = booking.week_days()
    return rx.el.div(
        rx.el.div(
            rx.el.h3(booking.week(monday)),
            rx.el.div(
                _turn(sight, ways, earlier, "chevron-left", _("Earlier week with free times")),
                _turn(sight, ways, later, "chevron-right", _("Later week with free times")),
            ),
            class_name="cal-head",
        ),
        rx.el.div(
            *(
                _day(sight, ways, one, free.get(one), short)
                for one, (short, _whole) in zip(week, names, strict=True)
            ),
            class_name="week-days",
        ),
        class_name="week",
    )


def _turn(sight: Sight, ways: Ways, to: date | None, look: str, words: str) -> rx.Component:
    if to is None:
        return rx.el.span(icon(look), class_name="icon-btn", aria_hidden="true")
    query = sight.query(day=to)
    return ways.to(
        icon(look), rx.el.span(words, class_name="vh"), query=query, at="times", look="icon-btn"
    )


def _day(sight: Sight, ways: Ways, on: date, day: Day | None, short: str) -> rx.Component:
    inner = [rx.el.small(short), str(on.day)]
    look = "day now" if on == sight.offered.today else "day"
    if day is None:
        return rx.el.span(*inner, class_name=look)
    is_chosen = sight.day is not None and sight.day.on == on
    told = {"aria_current": "date"} if is_chosen else {}
    free = f"{look} free free-{line(day, sight.offered)}"
    return ways.to(
        *inner,
        query=sight.query(day=on),
        at="times",
        look=f"{free} on" if is_chosen else free,
        aria_label=booking.day_label(day),
        **told,
    )
