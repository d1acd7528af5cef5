"""Moving a booking, for whoever holds the letter that names it."""

import reflex as rx

from practice.pages.booking.moving import moving
from practice.state.booking.move import MoveState


def book_move() -> rx.Component:
    return moving(MoveState, path="/book/move")
