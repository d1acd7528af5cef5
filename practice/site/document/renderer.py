"""Turns a static rx.el tree into HTML on the server; refuses whatever needs JavaScript."""

from html import escape
from typing import Any

from reflex_base.components.component import BaseComponent, Component
from reflex_base.vars.base import LiteralVar, Var
from reflex_components_core.base.bare import Bare
from reflex_components_core.base.fragment import Fragment

VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
RENAMED = {
    "className": "class",
    "htmlFor": "for",
    "dateTime": "datetime",
    "tabIndex": "tabindex",
    "charSet": "charset",
    "hrefLang": "hreflang",
    "crossOrigin": "crossorigin",
}
# What React Router's link takes beside an anchor's own attributes.
LINK_ONLY = frozenset({"reloadDocument", "viewTransition", "replace", "state"})


class NotStatic(TypeError):
    """A server-rendered page holds something only a browser with state can show."""


def _literal(value: Any) -> Any:
    if isinstance(value, LiteralVar):
        return value._var_value
    if isinstance(value, Var):
        raise NotStatic(f"state-dependent value: {value}")
    return value


def to_html(node: BaseComponent) -> str:
    if isinstance(node, Bare):
        return escape(str(_literal(node.contents)), quote=False)
    if isinstance(node, Fragment):
        return "".join(to_html(child) for child in node.children)
    if not isinstance(node, Component):
        raise NotStatic(f"{type(node).__name__} is no element")
    is_link = type(node).__name__ == "ReactRouterLink"
    if node.library and not is_link:
        raise NotStatic(f"{type(node).__name__} comes from a JavaScript library")
    if node.event_triggers:
        raise NotStatic(f"{node.tag} has event handlers")
    attributes, inner = _attributes(node, is_link=is_link)
    tag = "a" if is_link else str(node.tag).strip('"')
    if tag in VOID:
        return f"<{tag}{attributes}>"
    inner = inner or "".join(to_html(child) for child in node.children)
    return f"<{tag}{attributes}>{inner}</{tag}>"


def _attributes(node: Component, *, is_link: bool) -> tuple[str, str]:
    """The attributes as text, and raw inner HTML where a component brings its own."""
    found: list[str] = []
    inner = ""
    for name, value in node._render().props.items():
        key = name.strip('"')
        if key in {"ref", "key"}:
            continue
        literal = _literal(value)
        if key == "css":
            raise NotStatic(f"{node.tag} has props that are no attributes: {literal}")
        if key == "dangerouslySetInnerHTML":
            inner = literal["__html"]
        elif literal is None or literal is False or (is_link and key in LINK_ONLY):
            continue
        else:
            key = "href" if is_link and key == "to" else RENAMED.get(key, key)
            found.append(f" {key}" if literal is True else f' {key}="{escape(str(literal))}"')
    return "".join(found), inner
