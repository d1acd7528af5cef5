"""Refusals of the gate: what a stage does not open, and why."""

from collections.abc import Mapping
from typing import ClassVar

from practice.domain.clients.stages import Lock
from practice.domain.errors import N_, Refusal


class Locked(Refusal):
    """The stage of the relationship does not open it; says kindly why and what does."""

    code = "locked"
    status = 403
    is_noted = True
    lock: ClassVar[Lock]


class DiscoveryRequired(Locked):
    code = lock = Lock.DISCOVERY_REQUIRED
    message = N_("This opens after our first call, which is free.")


class DiscoveryOpen(Locked):
    code = lock = Lock.DISCOVERY_OPEN
    message = N_("Your first call is booked already. You can move it to another time.")
    status = 409


class DiscoveryDone(Locked):
    code = lock = Lock.DISCOVERY_DONE
    message = N_("The first call has taken place. The other sessions are open now.")


class IntakeRequired(Locked):
    code = lock = Lock.INTAKE_REQUIRED
    message = N_("This opens once our work together has begun.")


class RelationshipPaused(Locked):
    code = lock = Lock.PAUSED
    message = N_("Our sessions are paused. Write to me when you would like to go on.")


class RelationshipEnded(Locked):
    code = lock = Lock.ENDED
    message = N_("Our work together has ended. Write to me if you would like to talk again.")


LOCKS: Mapping[Lock, type[Locked]] = {
    one.lock: one
    for one in (
        DiscoveryRequired,
        DiscoveryOpen,
        DiscoveryDone,
        IntakeRequired,
        RelationshipPaused,
        RelationshipEnded,
    )
}
