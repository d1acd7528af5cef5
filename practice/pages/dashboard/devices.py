"""Where a client is signed in."""

import reflex as rx

from practice.components.sections import labelled
from practice.i18n import _
from practice.pages.frames import in_client_frame
from practice.pages.shared.devices import device_list, note, ways_out
from practice.state.account.devices import MyDevicesState

PATH = "/me/devices"


def my_devices() -> rx.Component:
    return in_client_frame(
        labelled(
            "devices",
            _("Where you are signed in"),
            device_list(MyDevicesState.devices, MyDevicesState.loaded),
            ways_out(),
            note=note(),
            first=True,
        ),
        path=PATH,
    )
