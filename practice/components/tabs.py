"""Tabs: Base UI gives arrow keys and roles; a panel that was opened keeps what was typed."""

from dataclasses import dataclass

import reflex as rx

from practice.components.base_ui import BaseUI


class TabsRoot(BaseUI):
    tag = "Tabs.Root"
    default_value: rx.Var[str]


class TabsList(BaseUI):
    tag = "Tabs.List"
    activate_on_focus: rx.Var[bool]


class TabsTab(BaseUI):
    tag = "Tabs.Tab"
    value: rx.Var[str]


class TabsPanel(BaseUI):
    tag = "Tabs.Panel"
    value: rx.Var[str]
    keep_mounted: rx.Var[bool]


@dataclass(frozen=True)
class Tab:
    value: str
    label: str
    content: rx.Component


def tabs(label: str, *panes: Tab) -> rx.Component:
    heads = (
        TabsTab.create(
            pane.label,
            value=pane.value,
            class_name="tab",
            custom_attrs={"data-label": pane.label},
        )
        for pane in panes
    )
    panels = (
        TabsPanel.create(pane.content, value=pane.value, keep_mounted=True, class_name="tab-panel")
        for pane in panes
    )
    return TabsRoot.create(
        TabsList.create(
            *heads,
            activate_on_focus=True,
            class_name="tab-list",
            custom_attrs={"aria-label": label},
        ),
        *panels,
        default_value=panes[0].value,
    )
