"""How much one address may read of what is made anew for each request."""

from time import monotonic

from starlette.requests import HTTPConnection
from starlette.types import Scope

from practice import metrics
from practice.client_address import network_of, shares_of
from practice.settings import Settings
from practice.token_buckets import Buckets


class Reads:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.buckets = Buckets(settings.limits.reads)

    def wait(self, scope: Scope) -> float:
        """The seconds until this network may read again, or 0: then it may, and it is counted."""
        if not self.settings.limits.are_on:
            return 0
        network = network_of(HTTPConnection(scope), self.settings.trusted_proxy_hops)
        wait = self.buckets.take(shares_of(network), monotonic())
        if wait:
            metrics.reads_refused.inc()
        return wait
