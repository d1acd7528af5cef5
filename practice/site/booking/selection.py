"""What somebody looks at who picks a time without a script: all of it stands in the address."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from practice import clock
from practice.domain import inputs
from practice.domain.availability import hours
from practice.domain.errors import Invalid
from practice.services.booking.offers import Day, Offered, Time

# Of an address; ours are shorter.
MOST_PARTS = 20
OPEN = "all"


@dataclass(frozen=True)
class Look:
    """What was asked for; whatever cannot be read was not asked for."""

    month: date | None = None
    day: date | None = None
    start: datetime | None = None
    zone: ZoneInfo | None = None
    # Somebody named a zone that nobody knows.
    is_zone_strange: bool = False
    # The list of zones is wanted.
    lists_zones: bool = False

    def wanted(self, zone: ZoneInfo) -> date | None:
        return self.start.astimezone(zone).date() if self.start else self.day


def read(said: Mapping[str, str]) -> Look:
    zone, strange = _zone(said.get("tz", ""))
    return Look(
        month=_date(said.get("from", "")),
        day=_date(said.get("day", "")),
        start=instant(said.get("start", "")),
        zone=zone,
        is_zone_strange=strange,
        lists_zones=said.get("zones") == OPEN,
    )


def read_query(query: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(query, max_num_fields=MOST_PARTS))
    except ValueError:
        return {}


def _date(given: str) -> date | None:
    """As our addresses write it, and as every browser reads it."""
    try:
        found = date.fromisoformat(given)
    except ValueError:
        return None
    return found if found.isoformat() == given else None


def instant(given: str) -> datetime | None:
    """Nobody here guesses a zone, and a plus sign in an address may have become a space."""
    try:
        found = datetime.fromisoformat(given.replace(" ", "+"))
        if found.tzinfo is None:
            return None
        found = found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if found.year in hours.OUR_TIMES else None


def _zone(given: str) -> tuple[ZoneInfo | None, bool]:
    if not given:
        return None, False
    try:
        return inputs.zone("tz", given), False
    except Invalid:
        return None, True


@dataclass(frozen=True)
class Sight:
    """What is seen then: a month, one of its free days, and perhaps a time of it."""

    look: Look
    offered: Offered
    # Its first day.
    month: date
    day: Day | None
    chosen: Time | None
    # The clock that shows what no other was asked for.
    usual: ZoneInfo

    @property
    def zone(self) -> ZoneInfo:
        return self.offered.zone

    @property
    def is_gone(self) -> bool:
        """A time was asked for that is not there to be had."""
        return self.look.start is not None and self.chosen is None

    @property
    def at(self) -> datetime:
        """An instant by which the offset of the clock is said."""
        times = self.day.times if self.day else ()
        return times[0].start if times else clock.now()

    @property
    def before(self) -> date | None:
        earlier = (self.month - hours.ONE_DAY).replace(day=1)
        return earlier if earlier >= self.offered.today.replace(day=1) else None

    @property
    def after(self) -> date | None:
        later = (self.month + timedelta(days=31)).replace(day=1)
        return later if later <= self.offered.last else None

    def query(self, *, has_clock: bool = True, **said: date | datetime | str) -> str:
        """The address that shows this, by the same clock."""
        told = {name: _written(one) for name, one in said.items()}
        if has_clock and self.zone.key != self.usual.key:
            told["tz"] = self.zone.key
        return urlencode(told)


def _written(one: date | datetime | str) -> str:
    if isinstance(one, datetime):
        return one.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return one if isinstance(one, str) else one.isoformat()


Ask = Callable[[date, date, ZoneInfo], Awaitable[Offered]]


async def see(ask: Ask, look: Look, usual: ZoneInfo) -> Sight:
    """The first free day is chosen at once. Where nothing else is asked for, it is shown in
    whatever month it lies."""
    zone = look.zone or usual
    today = clock.now().astimezone(zone).date()
    wanted = look.wanted(zone)
    month = _month(wanted or look.month or today, today)
    offered = await ask(month, _last_of(month), zone)
    elsewhere = None
    if month > offered.last:
        elsewhere = offered.last
    elif not (offered.days or wanted or look.month):
        elsewhere = offered.next_free
    if elsewhere:
        month = elsewhere.replace(day=1)
        offered = await ask(month, _last_of(month), zone)
    return _seen(look, offered, month, wanted, usual)


def seen(look: Look, offered: Offered, usual: ZoneInfo) -> Sight:
    """Of what was found already: the wanted day, or the first free one, in its month."""
    found = _seen(look, offered, offered.today, look.wanted(offered.zone), usual)
    return replace(found, month=found.day.on.replace(day=1)) if found.day else found


def _seen(look: Look, offered: Offered, month: date, wanted: date | None, usual: ZoneInfo) -> Sight:
    days = offered.days
    day = next((one for one in days if one.on == wanted), days[0] if days else None)
    times = day.times if day else ()
    chosen = next((one for one in times if _is_same(one.start, look.start)), None)
    return Sight(look, offered, month, day, chosen, usual)


def _is_same(one: datetime, other: datetime | None) -> bool:
    """Two clocks never agree about an hour that comes twice; instants do."""
    return other is not None and hours.seconds(one) == hours.seconds(other)


def _month(of: date, today: date) -> date:
    return max(of, today).replace(day=1)


def _last_of(month: date) -> date:
    """Its last day, also of the last month there is."""
    following = (month.replace(day=28) + timedelta(days=4)) if month.year < date.max.year else None
    return following.replace(day=1) - hours.ONE_DAY if following else date.max
