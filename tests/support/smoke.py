"""Every bench in a small size: with `--smoke` it proves within seconds that it still runs. Its
figures mean nothing then."""

import sys
from typing import TypeVar

T = TypeVar("T")

IS_SMOKE = "--smoke" in sys.argv


def size(whole: T, small: T) -> T:
    return small if IS_SMOKE else whole
