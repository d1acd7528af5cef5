"""Letters to the therapist: one function for each fact of a booking."""

from collections.abc import Callable, Mapping

from practice import letters
from practice.domain.booking.consequences import Fact
from practice.domain.letters import Letter
from practice.letters import House, Reader
from practice.services.access import require
from practice.services.booking.letter_facts import Told
from practice.services.letters import booking_facts
from practice.services.letters.booking_facts import Known


def _new(_known: Known, house: House, reader: Reader, told: Told, client: letters.Client) -> Letter:
    return letters.new_booking(house, reader, told, client)


def _asked(
    known: Known, house: House, reader: Reader, told: Told, client: letters.Client
) -> Letter:
    by = require(known.booking.hold_expires_at)
    return letters.new_request(house, reader, told, client, answer_by=by)


def _shifted(
    known: Known, house: House, reader: Reader, told: Told, client: letters.Client
) -> Letter:
    return letters.booking_moved(
        house, reader, told, client, before=booking_facts.before(known), by=known.by
    )


def _called_off(
    known: Known, house: House, reader: Reader, told: Told, client: letters.Client
) -> Letter:
    return letters.booking_cancelled(
        house, reader, told, client, by=known.by, cost_cents=booking_facts.cost(known)
    )


THERAPIST: Mapping[str, Callable[[Known, House, Reader, Told, letters.Client], Letter]] = {
    Fact.CONFIRMED: _new,
    Fact.REQUESTED: _asked,
    Fact.MOVED: _shifted,
    Fact.REQUEST_MOVED: _shifted,
    Fact.CANCELLED: _called_off,
    Fact.WITHDRAWN: _called_off,
}
