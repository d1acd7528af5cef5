"""How much one address may read of what is made anew for each request."""

from time import monotonic

from starlette.requests import HTTPConnection
from starlette.types import Scope

from practice import metrics
from practice.network import network_of
from practice.settings import Settings

# Networks that are remembered. Each is a string and a number.
MOST_NETWORKS = 10_000


class Reads:
    """A bucket of tokens for each network: all at once, or as they come back. It is in memory,
    because a count in the database would cost what it is to save."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        rate = settings.limits.reads
        self.within = rate.within.total_seconds()
        self.every = self.within / rate.count
        # By network, the moment at which its bucket is full again.
        self.full_at: dict[str, float] = {}

    def wait(self, scope: Scope) -> float:
        """The seconds until this network may read again, or 0: then it may, and it is counted."""
        if not self.settings.limits.are_on:
            return 0
        now = monotonic()
        network = network_of(HTTPConnection(scope), self.settings.trusted_proxy_hops)
        full_at = max(self.full_at.get(network, now), now) + self.every
        wait = full_at - now - self.within
        if wait > 0:
            metrics.reads_refused.inc()
            return wait
        self.full_at[network] = full_at
        if len(self.full_at) > MOST_NETWORKS:
            self._forget(now)
        return 0

    def _forget(self, now: float) -> None:
        """First those whose bucket is full, who are as good as unknown; then who read least."""
        still = sorted((at, network) for network, at in self.full_at.items() if at > now)
        busiest = still[-MOST_NETWORKS * 9 // 10 :]
        self.full_at = {network: at for at, network in busiest}
