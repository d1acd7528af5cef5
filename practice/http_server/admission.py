"""Counts connections when they are accepted: so many in all, so many from one network, and so many
new ones of it in a while."""

from collections import Counter
from collections.abc import Mapping
from time import monotonic

from practice.client_address import network_at, shares_of
from practice.settings import Settings
from practice.token_buckets import Buckets

# Descriptors that the database, the log and the files of the build need beside the connections.
RESERVED = 200
# One in so many places is for whoever comes from where nobody has come from yet.
FOR_NEWCOMERS = 10


class Doorman:
    def __init__(self, settings: Settings, descriptors: int) -> None:
        limits = settings.limits
        self.are_on = limits.are_on
        self.most = min(limits.connections, max(1, descriptors - RESERVED))
        # Behind a proxy all connections come from its address, and the proxy counts visitors.
        self.is_proxied = settings.trusted_proxy_hops > 0
        self.most_of_a_network = limits.connections_per_address
        self.new = Buckets(limits.new_connections)
        self.open: Counter[str] = Counter()
        self.total = 0

    def admit(self, address: str) -> bool:
        """Whether there is room; if so, it is taken until `release`."""
        shares = shares_of(network_at(address))
        if self.are_on and (self.total >= self.most or self._has_enough(shares)):
            return False
        self.total += 1
        self.open.update(shares.keys())
        return True

    def _has_enough(self, shares: Mapping[str, int]) -> bool:
        if self.is_proxied:
            return False
        is_known = any(self.open[name] for name in shares)
        if is_known and self.total >= self.most - self.most // FOR_NEWCOMERS:
            return True
        most = self.most_of_a_network
        is_full = any(self.open[name] >= most * times for name, times in shares.items())
        return is_full or self.new.take(shares, monotonic()) > 0

    def release(self, address: str) -> None:
        """Nobody's address is remembered longer than its connections."""
        self.total -= 1
        for name in shares_of(network_at(address)):
            self.open[name] -= 1
            if not self.open[name]:
                del self.open[name]
