"""The stages of a therapeutic relationship, derived from dated facts, and the gate they keep."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    NEW = "new"
    DISCOVERY = "discovery"
    INTAKE = "intake"
    ONGOING = "ongoing"
    PAUSED = "paused"
    ENDED = "ended"


class Source(StrEnum):
    """What opened the gate."""

    CALL = "call"
    THERAPIST = "therapist"


class Outcome(StrEnum):
    """How a discovery call ends. Each of them opens the gate; not each invites further."""

    GO_ON = "go_on"
    NOT_NOW = "not_now"
    REFER = "refer"


@dataclass(frozen=True)
class Facts:
    """What is known of a client, each with its date."""

    has_open_call: bool = False
    discovery_completed_at: datetime | None = None
    intake_completed_at: datetime | None = None
    paused_at: datetime | None = None
    ended_at: datetime | None = None


def stage(facts: Facts) -> Stage:
    """The first that holds."""
    if facts.ended_at:
        return Stage.ENDED
    if facts.paused_at:
        return Stage.PAUSED
    if facts.intake_completed_at:
        return Stage.ONGOING
    if facts.discovery_completed_at:
        return Stage.INTAKE
    return Stage.DISCOVERY if facts.has_open_call else Stage.NEW


# What a session type can need; `new` marks the discovery call itself.
NEEDS = (Stage.NEW, Stage.INTAKE, Stage.ONGOING)

# The gate: which needs each stage meets. Nothing else decides what a client may book.
OPENS: Mapping[Stage, frozenset[Stage]] = {
    Stage.NEW: frozenset({Stage.NEW}),
    Stage.DISCOVERY: frozenset(),
    Stage.INTAKE: frozenset({Stage.INTAKE}),
    Stage.ONGOING: frozenset({Stage.INTAKE, Stage.ONGOING}),
    Stage.PAUSED: frozenset(),
    Stage.ENDED: frozenset(),
}


class Lock(StrEnum):
    """Why a session type cannot be booked."""

    DISCOVERY_REQUIRED = "discovery_required"
    DISCOVERY_OPEN = "discovery_open"
    DISCOVERY_DONE = "discovery_done"
    INTAKE_REQUIRED = "intake_required"
    PAUSED = "paused"
    ENDED = "ended"


def locked(facts: Facts, needs: Stage) -> Lock | None:
    """None where the client may book; the therapist's own freedom is `locked_for_therapist`."""
    at = stage(facts)
    if needs in OPENS[at] and (needs is Stage.NEW or facts.discovery_completed_at):
        return None
    if at is Stage.ENDED:
        return Lock.ENDED
    if at is Stage.PAUSED:
        return Lock.PAUSED
    if needs is Stage.NEW:
        return Lock.DISCOVERY_OPEN if at is Stage.DISCOVERY else Lock.DISCOVERY_DONE
    return Lock.INTAKE_REQUIRED if facts.discovery_completed_at else Lock.DISCOVERY_REQUIRED


def locked_for_therapist(facts: Facts, needs: Stage) -> Lock | None:
    """The therapist decides about intake, pauses and endings, and never about the first call."""
    if needs is Stage.NEW:
        if facts.discovery_completed_at:
            return Lock.DISCOVERY_DONE
        return Lock.DISCOVERY_OPEN if facts.has_open_call else None
    return None if facts.discovery_completed_at else Lock.DISCOVERY_REQUIRED
