"""Moving one's own appointment."""

import reflex as rx

from practice.components.door import door
from practice.pages.booking.moving import moving
from practice.state.booking.my_move import MyMoveState


def my_move() -> rx.Component:
    return rx.fragment(moving(MyMoveState, path="/me/move", is_own=True), door())
