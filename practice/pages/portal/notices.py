"""What happened to the therapist's appointments."""

import reflex as rx

from practice.components.sections import page_head
from practice.i18n import _
from practice.pages.frames import in_portal_frame
from practice.pages.shared.notices import notice_list
from practice.state.messages.notices import PortalNoticesState

PATH = "/portal/notices"


def portal_notices() -> rx.Component:
    return in_portal_frame(
        page_head(_("Notices"), _("What happened to your appointments, the newest first.")),
        rx.el.section(
            notice_list(
                PortalNoticesState.notices,
                loaded=PortalNoticesState.loaded,
                readings=PortalNoticesState.readings,
                heard=PortalNoticesState.heard,
                on_seen=PortalNoticesState.was_seen,
                leads_to="/portal",
            ),
            class_name="portal-list",
        ),
        path=PATH,
    )
