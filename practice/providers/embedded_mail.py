"""Mail that stays in the house: the portal's own mailbox page shows it."""

from practice.providers.ports import Message, Receipt

ROAD = "mailbox"


class EmbeddedMail:
    """The letter is in the mail log already; here it has only to be taken over."""

    def send(self, message: Message, *, lost_before: int = 0) -> Receipt:
        del lost_before
        return Receipt(ROAD, message.key)
