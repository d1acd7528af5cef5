"""Does the door tell by its time who has an account? Known and unknown addresses in turn."""

import math
import statistics
import threading
import time
from collections.abc import Sequence
from http.client import HTTPConnection
from itertools import cycle
from urllib.parse import urlencode, urlsplit

from tests.bench.start_and_pages import WORK
from tests.support import portal_process
from tests.support.smoke import size

EACH, WARM_UP = size((500, 20), (4, 1))
# Five who ask one after another behind a floor of a quarter of a second: 20 a second in all.
ASKING = 5
LIMITS = {
    "PRACTICE_LIMIT_LINKS_PER_EMAIL": "99999/60",
    "PRACTICE_LIMIT_LINKS_PER_ADDRESS": "99999/60",
}
KNOWN = "hello@studiomarea.example"

Samples = dict[bool, list[float]]


def main() -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    for floor in (250, 0):
        env = {**LIMITS, "PRACTICE_ANSWER_FLOOR_MS": str(floor)}
        with portal_process.running(WORK / "door", WORK / "door.log", **env) as portal:
            asking = ASKING if floor else 1
            sample(portal.base, WARM_UP, asking)
            found = sample(portal.base, EACH, asking)
        print(f"floor {floor} ms, {asking} at a time: {summary(found)}")


def sample(base: str, each: int, asking: int) -> Samples:
    """Known and unknown in turn, so that whatever slows the machine slows both."""
    found: Samples = {True: [], False: []}
    turns = iter([one for _ in range(each) for one in (True, False)])
    turn = threading.Lock()

    def ask(who: int) -> None:
        connection = HTTPConnection(urlsplit(base).netloc)
        for number in cycle(range(each)):
            with turn:
                is_known = next(turns, None)
            if is_known is None:
                break
            email = KNOWN if is_known else f"nobody-{who}-{number}@example.org"
            taken = answered(connection, base, email)
            found[is_known].append(taken)
        connection.close()

    people = [threading.Thread(target=ask, args=[who]) for who in range(asking)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    return found


def answered(connection: HTTPConnection, base: str, email: str) -> float:
    started = time.perf_counter()
    connection.request(
        "POST",
        "/sign-in",
        urlencode({"email": email}),
        {"content-type": "application/x-www-form-urlencoded", "origin": base},
    )
    answer = connection.getresponse()
    answer.read()
    if (answer.status, answer.getheader("location")) != (303, "/sign-in/sent"):
        raise SystemExit(f"the door answered {answer.status}")
    return (time.perf_counter() - started) * 1000


def summary(found: Samples) -> str:
    known, unknown = found[True], found[False]
    middle = [statistics.median(one) for one in (known, unknown)]
    slowest = [statistics.quantiles(one, n=100)[-1] for one in (known, unknown)]
    return (
        f"{len(known)} + {len(unknown)} samples, median known {middle[0]:.2f} ms, "
        f"unknown {middle[1]:.2f} ms, apart {abs(middle[0] - middle[1]):.2f} ms (target ≤ 5); "
        f"p99 {slowest[0]:.1f} and {slowest[1]:.1f} ms; "
        f"Kolmogorov-Smirnov p {kolmogorov_smirnov(known, unknown):.3f} (target > 0.01)"
    )


def kolmogorov_smirnov(one: Sequence[float], other: Sequence[float]) -> float:
    """How likely two samples of one distribution lie as far apart as these."""
    both = sorted([*((value, 1 / len(one)) for value in one),
                   *((value, -1 / len(other)) for value in other)])  # fmt: skip
    height = farthest = 0.0
    for _value, step in both:
        height += step
        farthest = max(farthest, abs(height))
    size = math.sqrt(len(one) * len(other) / (len(one) + len(other)))
    reach = (size + 0.12 + 0.11 / size) * farthest
    terms = (2 * (-1) ** (n - 1) * math.exp(-2 * (n * reach) ** 2) for n in range(1, 101))
    return min(1.0, max(0.0, sum(terms)))


if __name__ == "__main__":
    main()
