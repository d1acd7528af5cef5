"""From a promise to its letter: reads the facts as they are now, and tells when they are gone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session

from practice import i18n, letters, settings
from practice.domain.actors import Actor, Role
from practice.domain.booking.consequences import SIGN_IN, SUMMARY, Effect
from practice.domain.letters import Letter
from practice.letters import Reader
from practice.models import sealed
from practice.models.accounts import Account, Therapist
from practice.models.content import Practice
from practice.models.outbox import OutboxRow
from practice.services.access import require
from practice.services.booking import letter_facts
from practice.services.letters import booking_facts, daily_summary, still_true
from practice.services.letters.booking_facts import Known
from practice.services.letters.still_true import Dropped
from practice.services.letters.to_client import CLIENT
from practice.services.letters.to_therapist import THERAPIST
from practice.services.links import management


@dataclass(frozen=True)
class Addressed:
    to: str
    letter: Letter


def compose(session: Session, promised: OutboxRow) -> Addressed:
    """Raises Dropped where the reason has gone: cancelled, moved on, or simply too late."""
    told = json.loads(sealed.read(promised, "payload"))
    if promised.fact == SIGN_IN:
        return _sign_in(session, told)
    if promised.fact == SUMMARY:
        return _summary(session, told)
    known = booking_facts.known(session, promised, told)
    still_true.require_true(session, known)
    still_true.require_room(session, known, promised)
    if promised.effect == Effect.LETTER_TO_THERAPIST:
        return _to_therapist(session, known)
    return _to_client(session, known)


def require_reason(session: Session, promised: OutboxRow) -> None:
    """Asked before every attempt with a letter that is rendered already."""
    told = json.loads(sealed.read(promised, "payload"))
    if promised.fact == SIGN_IN:
        still_true.require_link(session, told["link"])
    elif promised.fact == SUMMARY:
        still_true.require_today(session, told)
    else:
        still_true.require_true(session, booking_facts.known(session, promised, told))


def find_text(session: Session, _actor: Actor, *, row: UUID) -> str:
    """For the telephone: the letter's own plain part, if there is still something to tell."""
    try:
        return compose(session, require(session.get(OutboxRow, row))).letter.text
    except Dropped:
        return ""


# What it says


def _to_client(session: Session, known: Known) -> Addressed:
    account = known.account
    reader = Reader(
        name=sealed.read(known.client, "name"),
        email=sealed.read(account, "email"),
        language=known.booking.language,
        zone=known.booking.zone,
    )
    with i18n.speaking(reader.language):
        house = letter_facts.house_of(session, known.practice)
        told = booking_facts.booking(known, management.manage_url(known.booking))
        letter = CLIENT[known.fact](session, known, house, reader, told)
    return Addressed(reader.email, letter)


def _to_therapist(session: Session, known: Known) -> Addressed:
    """What she did by her own hand she knows."""
    still_true.require_that(known.by is not Role.THERAPIST, "own_hand")
    practice = known.practice
    reader = _therapist(session, practice)
    with i18n.speaking(reader.language):
        house = letter_facts.house_of(session, practice)
        told = booking_facts.booking(known, f"{settings.current().public_url}/portal")
        client = letters.Client.named(sealed.read(known.client, "name"), known.booking.zone)
        letter = THERAPIST[known.fact](known, house, reader, told, client)
    return Addressed(reader.email, letter)


def _sign_in(session: Session, told: Mapping[str, Any]) -> Addressed:
    still_true.require_link(session, told["link"])
    practice = require(session.get(Practice, 1))
    # Whoever knows an address can ask for a letter to it, so it says nobody's name.
    reader = Reader("", told["to"], told["language"], practice.zone)
    with i18n.speaking(reader.language):
        house = letter_facts.house_of(session, practice)
    return Addressed(reader.email, letters.sign_in(house, reader, link=told["link"]))


def _summary(session: Session, told: Mapping[str, Any]) -> Addressed:
    still_true.require_today(session, told)
    practice = require(session.get(Practice, 1))
    reader = _therapist(session, practice)
    with i18n.speaking(reader.language):
        day = daily_summary.find(session, date.fromisoformat(told["day"]))
        house = letter_facts.house_of(session, practice)
    portal = f"{settings.current().public_url}/portal"
    return Addressed(reader.email, letters.daily_summary(house, reader, day, portal_url=portal))


def _therapist(session: Session, practice: Practice) -> Reader:
    """Where she signs in; before she ever did, the practice's own address."""
    owner = session.get(Therapist, 1)
    account = session.get(Account, owner.account_id) if owner else None
    email = sealed.read(account, "email") if account else practice.email
    language = account.language if account else practice.default_language
    return Reader("", email, language, practice.zone)
