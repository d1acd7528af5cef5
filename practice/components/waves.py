"""The lines of water in the drawings, computed: a crest and a trough are joined by one curve."""

# A cubic curve between two level ends comes closest to a sine with its handles this long.
HANDLE = 0.364


def calming(start: int, middle: int, height: int, calm_at: int, width: int) -> str:
    """One line that rises and falls ever lower and longer, and lies still from calm_at on."""
    (x, y), *rest = turns(start, middle, height, calm_at, width)
    path = f"M{x:g} {y:g}"
    for at, level in rest[:-1]:
        path += f"S{at - round((at - x) * HANDLE):g} {level:g} {at:g} {level:g}"
        x = at
    return f"{path}H{width}"


def turns(
    start: int, middle: int, height: int, calm_at: int, width: int
) -> list[tuple[float, float]]:
    """Its crests and troughs, and where it ends."""
    x, side = start, 1
    found: list[tuple[float, float]] = [(start, middle - height)]
    while found[-1][1] != middle:
        x += round(36 + x * 0.035)
        left = max(0.0, 1 - x / calm_at) ** 1.2
        reach = round(height * left, 1) if left > 0.03 else 0
        found.append((x, round(middle + side * reach, 1)))
        side = -side
    return [*found, (width, middle)]


def sea(lines: int, top: int, step: int, width: int) -> str:
    """Even waves below each other, each a little to the left of the one above."""
    return "".join(
        _even(-32 - line * 19 % 128, top + step * line, 3.2 + line % 3 * 0.5, width)
        for line in range(lines)
    )


def _even(start: int, middle: int, height: float, width: int) -> str:
    path, x, rise = f"M{start} {middle - height:g}", start, round(2 * height, 1)
    while x < width:
        path += f"s41 {rise:g} 64 {rise:g}"
        x, rise = x + 64, -rise
    return path
