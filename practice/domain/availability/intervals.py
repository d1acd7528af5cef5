"""Half-open stretches of time as pairs of seconds since the epoch, in UTC."""

from collections.abc import Iterable

Interval = tuple[int, int]


def overlap(one: Interval, other: Interval) -> bool:
    """Touching is not overlapping."""
    return one[0] < other[1] and other[0] < one[1]


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Sorted and apart: what overlaps or touches becomes one, what is empty disappears."""
    found: list[Interval] = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            if end > found[-1][1]:
                found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found
