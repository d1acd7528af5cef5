"""What is counted: requests, events, and how long they took."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

registry = CollectorRegistry()
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

requests = Counter(
    "practice_requests_total",
    "HTTP requests answered.",
    ["method", "route", "status"],
    registry=registry,
)
request_seconds = Histogram(
    "practice_request_seconds",
    "Time to the last byte of an HTTP answer.",
    ["route"],
    buckets=BUCKETS,
    registry=registry,
)
events = Counter(
    "practice_events_total",
    "Events of open pages that were handled.",
    ["handler", "outcome"],
    registry=registry,
)
event_seconds = Histogram(
    "practice_event_seconds",
    "Time an event took.",
    ["handler"],
    buckets=BUCKETS,
    registry=registry,
)
effects = Counter(
    "practice_effects_total", "Effects taken up from the outbox.", ["effect"], registry=registry
)
outbox_waiting = Gauge("practice_outbox_waiting", "Effects not done yet.", registry=registry)
outbox_failed = Gauge("practice_outbox_failed", "Effects given up.", registry=registry)
outbox_behind = Gauge(
    "practice_outbox_behind_seconds", "How long the oldest due effect waits.", registry=registry
)
sockets = Gauge("practice_sockets", "Open websockets.", registry=registry)
socket_limits = Counter(
    "practice_socket_limits_total",
    "Websockets that were refused or ended, and frames that had to wait, by the limit they met.",
    ["limit"],
    registry=registry,
)
reads_refused = Counter(
    "practice_reads_refused_total",
    "Requests that met the limit of what one address may read.",
    registry=registry,
)
turns_refused = Counter(
    "practice_turns_refused_total",
    "Requests that came while too many others of their address were waiting.",
    registry=registry,
)
errors = Counter(
    "practice_errors_total", "Errors that reached a visitor.", ["where"], registry=registry
)


def as_text() -> bytes:
    return generate_latest(registry)
