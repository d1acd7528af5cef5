"""Sends a letter or a chat message that an outbox row promises."""

from practice import db
from practice.domain.actors import Actor
from practice.providers import Providers
from practice.providers.ports import ProviderError
from practice.services.letters import compose, mail_log
from practice.services.outbox import queue, turns
from practice.services.outbox.queue import Claimed
from practice.services.outbox.turns import thinking


def send(providers: Providers, actor: Actor, claimed: Claimed) -> bool:
    message = turns.think(mail_log.prepare, actor, row=claimed.id)
    if message is None:
        return True
    try:
        receipt = providers.mail.send(message, lost_before=claimed.lost)
    except ProviderError as failure:
        turns.think(mail_log.failed, actor, claimed=claimed, failure=failure)
        return False
    turns.think(mail_log.sent, actor, claimed=claimed, receipt=receipt)
    return True


def say(providers: Providers, actor: Actor, claimed: Claimed) -> bool:
    with thinking:
        text = db.query(compose.find_text, actor, row=claimed.id)
    if providers.chat is None or not text:
        turns.think(queue.done, actor, ids=[claimed.id], outcome="not_wanted")
        return True
    try:
        providers.chat.say(text)
    except ProviderError as failure:
        turns.think(queue.fail, actor, claimed=claimed, failure=failure)
        return False
    turns.think(queue.done, actor, ids=[claimed.id], outcome="sent")
    return True
