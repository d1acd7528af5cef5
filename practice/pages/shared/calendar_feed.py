"""What both pages of the calendar feed show: the address, how to use it, and how to end it."""

from typing import Any

import reflex as rx

from practice.components.buttons import actions, button
from practice.components.feedback import empty, loading_rows
from practice.components.notices import notice
from practice.i18n import _


def feed(state: Any) -> rx.Component:
    return rx.cond(
        state.loaded,
        rx.fragment(
            rx.el.div(
                rx.cond(state.done != "", notice("success", state.done, live=False), rx.fragment()),
                role="status",
            ),
            rx.cond(state.address != "", _address(state.address), rx.fragment()),
            rx.cond(state.has_feed, _kept(state), _none(state)),
        ),
        loading_rows(2),
    )


def _address(address: rx.Var[str]) -> rx.Component:
    """A field, because there it can be marked as a whole, by hand and by keyboard."""
    return rx.el.div(
        rx.el.label(_("Your private address"), html_for="address", class_name="entry-label"),
        rx.el.input(
            value=address,
            read_only=True,
            id="address",
            class_name="entry-box feed-address",
            spell_check=False,
            aria_describedby="address-hint",
        ),
        rx.el.p(
            _(
                "Copy it now: it is not shown again. Whoever has it can read your appointments, so "
                "give it to your calendar and to nobody else."
            ),
            id="address-hint",
            class_name="entry-hint",
        ),
        _steps(),
        class_name="feed-new",
    )


def _steps() -> rx.Component:
    return rx.el.ol(
        rx.el.li(_("Open your calendar and look for “Subscribe to a calendar” or “From URL”.")),
        rx.el.li(_("Paste the address and save.")),
        rx.el.li(_("Your appointments appear there and follow by themselves, within some hours.")),
        class_name="feed-steps",
    )


def _none(state: Any) -> rx.Component:
    return empty(
        state.known,
        _(
            "Give your calendar a private address, on the telephone or on the computer: new, moved "
            "and cancelled appointments then follow by themselves."
        ),
        button(_("Make an address"), kind="primary", icon_name="plus", on_click=state.make),
    )


def _kept(state: Any) -> rx.Component:
    return rx.fragment(
        rx.el.p(state.known, class_name="feed-known"),
        actions(
            button(_("Make it anew"), on_click=state.make),
            button(_("Stop sharing"), kind="danger", on_click=state.revoke),
        ),
        rx.el.p(
            _("A new address replaces the old one, which then stops answering."),
            class_name="row-line feed-note",
        ),
    )
