"""Several ways for a letter: the next is taken when one fails."""

from collections.abc import Sequence

from practice.providers.ports import Mail, Message, ProviderError, Receipt


class Roads:
    """What certainly did not happen goes the next way at once. What may have happened is tried the
    same way once more, where a repetition is known; after that a second copy is the lesser evil."""

    def __init__(self, roads: Sequence[Mail]) -> None:
        self.roads = roads

    def send(self, message: Message, *, lost_before: int = 0) -> Receipt:
        *others, last = self.roads
        for road in others:
            try:
                return road.send(message, lost_before=lost_before)
            except ProviderError as failure:
                if failure.is_permanent or (failure.is_lost and not lost_before):
                    raise
        return last.send(message, lost_before=lost_before)
