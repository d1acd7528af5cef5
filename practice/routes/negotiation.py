"""What a browser says it can read, and what it says it has already."""

from collections.abc import Sequence

# What browsers send is a tenth of it. The rest is not read, because somebody may write as much as
# the server takes, and all others would wait for its reading.
LONGEST = 1000


def encoding(accepted: str, offered: Sequence[str]) -> str | None:
    """The first we offer that is accepted; q=0 is a refusal."""
    wanted = {name for name, weight in weighed(accepted) if weight > 0}
    return next((name for name in offered if name in wanted), None)


def weighed(header: str) -> list[tuple[str, float]]:
    """The parts of an Accept header with their weights, as they stand."""
    found: list[tuple[str, float]] = []
    for part in header[:LONGEST].lower().split(","):
        name, _semicolon, rest = part.partition(";")
        try:
            found.append((name.strip(), float(rest.strip().removeprefix("q=") or 1)))
        except ValueError:
            continue
    return found


def is_known(etag: str, if_none_match: str) -> bool:
    """Compared weakly: the same content, however it was compressed."""
    own = etag.removeprefix("W/")
    given = {part.strip().removeprefix("W/") for part in if_none_match[:LONGEST].split(",")}
    return "*" in given or own in given
