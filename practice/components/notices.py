"""Notices: one sentence about what happened, in four tones and always in words."""

from typing import Any, Literal

import reflex as rx

from practice.components.icons import icon

Tone = Literal["info", "success", "attention", "error"]
Content = rx.Component | str | rx.Var[str]
SIGNS: dict[Tone, str] = {
    "info": "info",
    "success": "check",
    "attention": "clock",
    "error": "alert-triangle",
}


def notice(
    tone: Tone,
    title: Content,
    *body: Content,
    action: rx.Component | None = None,
    live: bool = True,
) -> rx.Component:
    """Says itself when it appears, unless it stands in a region that already does (live=False)."""
    role: dict[str, Any] = {"role": "alert" if tone == "error" else "status"} if live else {}
    words = [rx.el.p(title, class_name="notice-title")]
    if body:
        words.append(rx.el.p(*body, class_name="notice-body"))
    return rx.el.div(
        icon(SIGNS[tone]),
        rx.el.div(*words, class_name="notice-words"),
        *([action] if action else []),
        class_name=f"notice notice-{tone}",
        **role,
    )


def info(title: Content, *body: Content, action: rx.Component | None = None) -> rx.Component:
    return notice("info", title, *body, action=action)


def success(title: Content, *body: Content, action: rx.Component | None = None) -> rx.Component:
    return notice("success", title, *body, action=action)


def attention(title: Content, *body: Content, action: rx.Component | None = None) -> rx.Component:
    """Now, owed or waiting: clay. Nobody did anything wrong."""
    return notice("attention", title, *body, action=action)


def error(title: Content, *body: Content, action: rx.Component | None = None) -> rx.Component:
    """What happened, what to do, and that nothing is lost: berry."""
    return notice("error", title, *body, action=action)
