"""Where the therapist is signed in."""

import reflex as rx

from practice.components.sections import page_head
from practice.i18n import _
from practice.pages.frames import in_portal_frame
from practice.pages.shared.devices import device_list, note, ways_out
from practice.state.account.devices import PortalDevicesState

PATH = "/portal/devices"


def portal_devices() -> rx.Component:
    return in_portal_frame(
        page_head(_("Where you are signed in"), note()),
        rx.el.section(
            device_list(PortalDevicesState.devices, PortalDevicesState.loaded),
            ways_out(),
            class_name="portal-list",
        ),
        path=PATH,
    )
