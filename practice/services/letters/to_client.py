"""Letters to the client: one function for each fact of a booking."""

from collections.abc import Callable, Mapping

from sqlmodel import Session

from practice import i18n, letters, settings
from practice.domain.booking.consequences import FEEDBACK, REMINDER, Fact
from practice.domain.letters import Letter
from practice.letters import House, Reader
from practice.services.access import require
from practice.services.booking import catalog
from practice.services.booking.letter_facts import Told
from practice.services.letters import booking_facts
from practice.services.letters.booking_facts import Known
from practice.services.links import feedback as links_feedback


def _confirmed(_: Session, known: Known, house: House, reader: Reader, told: Told) -> Letter:
    if not known.booking.discovery:
        return letters.session_confirmed(house, reader, told)
    # Whoever has an account already needs no link to it.
    link = "" if known.account.email_proven_at else known.told.get("link", "")
    return letters.call_confirmed(house, reader, told, account_link=link)


def _requested(_: Session, known: Known, house: House, reader: Reader, told: Told) -> Letter:
    return letters.requested(house, reader, told, answer_by=require(known.booking.hold_expires_at))


def _moved(_: Session, known: Known, house: House, reader: Reader, told: Told) -> Letter:
    return letters.moved(house, reader, told, before=booking_facts.before(known), by=known.by)


def _cancelled(_: Session, known: Known, house: House, reader: Reader, told: Told) -> Letter:
    url = _choose_url(known, reader)
    return letters.cancelled(
        house, reader, told, by=known.by, choose_url=url, cost_cents=booking_facts.cost(known)
    )


def _declined(_: Session, known: Known, house: House, reader: Reader, told: Told) -> Letter:
    return letters.declined(house, reader, told, choose_url=_choose_url(known, reader))


def _expired(_: Session, known: Known, house: House, reader: Reader, told: Told) -> Letter:
    return letters.expired(house, reader, told, choose_url=_choose_url(known, reader))


def _reminder(_: Session, _known: Known, house: House, reader: Reader, told: Told) -> Letter:
    return letters.reminder(house, reader, told)


def _feedback(_: Session, known: Known, house: House, reader: Reader, told: Told) -> Letter:
    return letters.feedback_request(
        house, reader, told, feedback_url=links_feedback.url(known.booking)
    )


CLIENT: Mapping[str, Callable[[Session, Known, House, Reader, Told], Letter]] = {
    Fact.CONFIRMED: _confirmed,
    Fact.REQUESTED: _requested,
    Fact.MOVED: _moved,
    Fact.REQUEST_MOVED: _moved,
    Fact.CANCELLED: _cancelled,
    Fact.WITHDRAWN: _cancelled,
    Fact.DECLINED: _declined,
    Fact.EXPIRED: _expired,
    REMINDER: _reminder,
    FEEDBACK: _feedback,
}


def _choose_url(known: Known, reader: Reader) -> str:
    """Where another time of this kind is chosen; where none are offered any more, whatever is."""
    slug = catalog.slug_of(known.kind)
    path = f"/book/{slug}" if slug else "/book"
    return settings.current().public_url + i18n.path_in(reader.language, path)
