"""Both mail providers dark for ten minutes while people book: what bookings notice of it, and how
soon all letters have arrived once it is light again. `--minutes 1` is the short form."""

import argparse
import time
from collections import Counter

from practice.settings import ROOT
from tests.support.fake_providers import HANGING, LIGHT, REFUSING
from tests.support.load import Street, a_street, told
from tests.support.smoke import size

WORK = ROOT / ".data" / "bench" / "dark"
PER_SECOND = 5
MINUTE, MINUTES, WARM_UP = size((60.0, 10, 10.0), (0.4, 0, 0.4))
# Hanging holds the worker's hands, refusing keeps them busy.
DARK = (HANGING, REFUSING)
LETTERS = "SELECT id::text, outcome FROM outbox WHERE effect <> 'calendar_event'"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=int, default=MINUTES)
    asked.add_argument("--smoke", action="store_true")
    minutes = asked.parse_args().minutes
    with a_street(WORK) as street:
        street.book_for(WARM_UP, PER_SECOND)
        a_minute(street, LIGHT)
        for minute in range(minutes):
            a_minute(street, DARK[minute % 2])
        behind = street.waiting()
        street.become(LIGHT)
        print(f"light again: {behind} letters and more wait, empty after {drained(street):.0f} s")
        counted(street)


def a_minute(street: Street, mood: str) -> None:
    street.become(mood)
    took = street.book_for(MINUTE, PER_SECOND)
    print(f"{mood:<8} {len(took)} bookings: {told(took)}, {street.waiting()} wait", flush=True)


def drained(street: Street) -> float:
    """Nobody helps: the worker finds by itself that it is light."""
    started = time.monotonic()
    while street.waiting():
        time.sleep(0.5)
    return time.monotonic() - started


def counted(street: Street) -> None:
    promised = street.ask(LETTERS)
    arrived = street.delivered()
    ids = {str(row) for row, _ in promised}
    times = Counter(arrived[one] for one in ids)
    said = ", ".join(f"{many} arrived {often} times" for often, many in sorted(times.items()))
    print(f"{len(ids)} letters promised: {said}; strangers: {len(arrived.keys() - ids)}; "
          f"outcomes: {dict(Counter(outcome for _, outcome in promised))}")  # fmt: skip


if __name__ == "__main__":
    main()
