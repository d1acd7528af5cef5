"""The worker's bell: one ring wakes one hand, and none is lost."""

import asyncio

import pytest

from practice.worker import Bell

pytestmark = pytest.mark.anyio
# Nobody waits for it to be over.
LONG = 1000.0


async def resting(bell: Bell, many: int) -> list[asyncio.Task[None]]:
    hands = [asyncio.create_task(bell.rest(LONG)) for _ in range(many)]
    await asyncio.sleep(0)
    return hands


async def woken(hands: list[asyncio.Task[None]]) -> int:
    for _ in range(5):
        await asyncio.sleep(0)
    return sum(one.done() for one in hands)


async def test_one_ring_wakes_one_hand():
    bell = Bell()
    hands = await resting(bell, 4)
    for rung in range(1, 5):
        bell.ring()
        assert await woken(hands) == rung


async def test_what_rang_while_all_were_busy_lets_one_look_once_more():
    """It may have found nothing a moment before."""
    bell = Bell()
    bell.ring()
    bell.ring()
    hands = await resting(bell, 2)
    assert await woken(hands) == 1
    bell.end()
    await asyncio.gather(*hands)


async def test_whoever_rested_long_enough_wakes_by_itself_and_takes_no_ring_from_others():
    bell = Bell()
    await bell.rest(0.001)
    hands = await resting(bell, 1)
    bell.ring()
    assert await woken(hands) == 1


async def test_at_the_end_all_wake_and_nobody_rests_any_more():
    bell = Bell()
    hands = await resting(bell, 4)
    bell.end()
    await asyncio.gather(*hands)
    await bell.rest(LONG)
