"""Counts connections when they are accepted: so many in all, so many from one network, and so many
new ones of it in a while."""

from collections import Counter
from time import monotonic

from practice.buckets import Buckets
from practice.network import network_at
from practice.settings import Settings

# Descriptors that the database, the log and the files of the build need beside the connections.
RESERVED = 200


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
        network = network_at(address)
        if self.are_on and (self.total >= self.most or self._has_enough(network)):
            return False
        self.total += 1
        self.open[network] += 1
        return True

    def _has_enough(self, network: str) -> bool:
        if self.is_proxied:
            return False
        is_full = self.open[network] >= self.most_of_a_network
        return is_full or self.new.take(network, monotonic()) > 0

    def release(self, address: str) -> None:
        """Nobody's address is remembered longer than its connections."""
        network = network_at(address)
        self.total -= 1
        self.open[network] -= 1
        if not self.open[network]:
            del self.open[network]
