"""The lines of water in the drawings, computed: a crest and a trough are joined by one curve."""

# A cubic curve between two level ends comes closest to a sine with its handles this long.
HANDLE = 0.364


def calming(start: int, middle: int, height: int, calm_at: int, width: int) -> str:
    """One line that rises and falls ever lower and longer, and lies still from calm_at on."""
    x, y, side = start, middle - height, 1
    path = f"M{x} {y}"
    while y != middle:
        half = round(36 + x * 0.035)
        x += half
        left = max(0.0, 1 - x / calm_at) ** 1.2
        reach = round(height * left, 1) if left > 0.03 else 0
        target = round(middle + side * reach, 1)
        path += f"S{x - round(half * HANDLE)} {target:g} {x} {target:g}"
        y, side = target, -side
    return f"{path}H{width}"


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
