"""What can stand against a wish about the calendar."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from practice.domain.errors import N_, NotFound, Refusal, TooMany


class SlotTaken(Refusal):
    """The time is gone, or was never offered; the next free ones come along."""

    code = "slot_taken"
    message = N_("That time has just been taken. These are free:")
    alone = N_("That time has just been taken.")
    status = 409

    def __init__(self, alternatives: Sequence[datetime] = ()) -> None:
        super().__init__()
        self.alternatives = tuple(alternatives)
        if not alternatives:
            self.message = self.alone

    @property
    def details(self) -> Mapping[str, Any]:
        return {"alternatives": [one.isoformat() for one in self.alternatives]}


class NotOffered(SlotTaken):
    """Hours, notice, horizon or the step of the calendar do not allow it."""

    message = N_("That time cannot be booked. These are free:")
    alone = N_("That time cannot be booked.")


class TimeBlocked(Refusal):
    """For the therapist only: a warning, after which she may do it all the same."""

    code = "time_blocked"
    message = N_("You have blocked this time. Book it all the same?")
    status = 409


class HoldOpen(Refusal):
    code = "hold_open"
    message = N_("A booking of yours still waits for its payment. Finish or cancel it first.")
    status = 409


class AlreadyThere(Refusal):
    code = "already_there"
    message = N_("You have a place in this group already.")
    status = 409


class TooLate(Refusal):
    code = "too_late"
    message = N_("It is too late to change this here. Please write to me.")
    status = 409


class MovedOften(TooMany):
    message = N_("This appointment was moved often today, so it stays where it is for now.")


class EnoughLetters(TooMany):
    """To an address that nobody has proven: it may be a stranger's mailbox."""

    message = N_(
        "Several letters about this call have gone out today, so it cannot be moved for now. "
        "You can still give it back."
    )


class ProofNeeded(Refusal):
    """Unproven guests hold their share of this day, or of what is booked from a network; a proven
    e-mail books all the same."""

    code = "proof_needed"
    message = N_(
        "Many first calls are booked on this day, or were booked from where you are, so I first "
        "need to know that your e-mail is yours. Please open the link in the letter I am sending "
        "you, then choose the time again; it is not kept meanwhile."
    )
    status = 403


class ProofNeededToMove(ProofNeeded):
    """Whoever moves holds a time already, and keeps it."""

    message = N_(
        "Many first calls are booked on that day, so I first need to know that your e-mail is "
        "yours. Please open the link in the letter I am sending you, then move your call again; "
        "until then it stays where it is."
    )


class CostsMore(Refusal):
    code = "costs_more"
    message = N_("Cancelling has become dearer meanwhile. Please look at it again.")
    status = 409


class TooEarly(Refusal):
    code = "too_early"
    message = N_("This can be said once the session has begun.")
    status = 409


class NotPossibleNow(Refusal):
    """The booking is in a state that does not lead there."""

    code = "not_possible_now"
    message = N_("The booking has changed meanwhile. Please look at it again.")
    status = 409


class OutcomeNeeded(Refusal):
    code = "outcome_needed"
    message = N_("Please say how the first call ended.")
    status = 422


class SessionsDepend(Refusal):
    code = "sessions_depend"
    message = N_("Later sessions stand on this first call, so it cannot be taken back.")
    status = 409


class GroupFull(Refusal):
    code = "group_full"
    message = N_("There are more people in this group than that.")
    status = 409


class LinkReplaced(NotFound):
    """A management link that was good until its booking changed hands. Whoever does not ask for
    more is told what everybody is told: there is nothing here."""
