"""What happened to a client's appointments."""

import reflex as rx

from practice.components.sections import labelled
from practice.i18n import _
from practice.pages.frames import in_client_frame
from practice.pages.shared.notices import notice_list
from practice.state.messages.notices import MyNoticesState

PATH = "/me/notices"


def my_notices() -> rx.Component:
    return in_client_frame(
        labelled(
            "notices",
            _("Notices"),
            notice_list(
                MyNoticesState.notices,
                loaded=MyNoticesState.loaded,
                readings=MyNoticesState.readings,
                heard=MyNoticesState.heard,
                on_seen=MyNoticesState.was_seen,
                leads_to="/me",
            ),
            note=_("What happened to your appointments, the newest first."),
            first=True,
        ),
        path=PATH,
    )
