"""The time zones as a list of regions with their cities."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import groupby
from operator import itemgetter

from practice.domain.errors import N_
from practice.i18n import _, city, language, speaking

REGIONS = {
    "Africa": N_("Africa"),
    "America": N_("America"),
    "Antarctica": N_("Antarctica"),
    "Arctic": N_("The Arctic"),
    "Asia": N_("Asia"),
    "Atlantic": N_("The Atlantic"),
    "Australia": N_("Australia"),
    "Europe": N_("Europe"),
    "Indian": N_("The Indian Ocean"),
    "Pacific": N_("The Pacific"),
}


def zones() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Regions with their zones, each with the city where its clocks hang, as an alphabet has
    them: {"Europe": (("Europe/Amsterdam", "Amsterdam"), …)}."""
    return _zones_in(language())


def cities() -> dict[str, str]:
    """By zone, where this language calls the city otherwise than the zone's own name does."""
    named = ((zone, name) for of in zones().values() for zone, name in of if "/" not in name)
    return {zone: name for zone, name in named if name != _in_english(zone)}


def _in_english(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


@cache
def _zones_in(code: str) -> Mapping[str, tuple[tuple[str, str], ...]]:
    with speaking(code):
        named = [(region, zone, city(zone)) for region, zone in _listed()]
        return {
            _(REGIONS[region]): tuple(sorted([(one[1], one[2]) for one in of], key=itemgetter(1)))
            for region, of in groupby(named, key=itemgetter(0))
        }


@cache
def _listed() -> tuple[tuple[str, str], ...]:
    """One zone for each place that keeps its own time; what zones were called earlier is left
    out."""
    lines = (files("tzdata") / "zoneinfo" / "zone.tab").read_text().splitlines()
    names = sorted(line.split("\t")[2] for line in lines if line and not line.startswith("#"))
    return tuple((name.partition("/")[0], name) for name in names)
