"""Buckets of tokens, one for each network: all at once, or as they come back."""

from collections.abc import Mapping

from practice.environment import Rate

# Networks that are remembered. Each is a string and a number.
MOST_NETWORKS = 10_000


class Buckets:
    """In memory, because a count in the database would cost what it is to save."""

    def __init__(self, rate: Rate) -> None:
        self.within = rate.within.total_seconds()
        self.every = self.within / rate.count
        # By network, the moment at which its bucket is full again.
        self.full_at: dict[str, float] = {}

    def take(self, shares: Mapping[str, int], now: float) -> float:
        """The seconds until each of these networks has a token, or 0: then one of each is taken. A
        network with several shares has as many times the tokens."""
        full_at = {
            network: max(self.full_at.get(network, now), now) + self.every / times
            for network, times in shares.items()
        }
        wait = max(full_at.values()) - now - self.within
        # A bucket that was filled up by additions is not empty because of a rounding.
        if wait > self.every / 1000:
            return wait
        self.full_at |= full_at
        if len(self.full_at) > MOST_NETWORKS:
            self._forget(now)
        return 0

    def _forget(self, now: float) -> None:
        """First those whose bucket is full, who are as good as unknown; then who took least."""
        still = sorted((at, network) for network, at in self.full_at.items() if at > now)
        busiest = still[-MOST_NETWORKS * 9 // 10 :]
        self.full_at = {network: at for at, network in busiest}
