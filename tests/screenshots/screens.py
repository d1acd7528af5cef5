"""Every screen that `make screenshots` shows: a name, an address, whose page it is, and what is
done on it, to it and to its house before the picture.

What is pressed by its English name is shown in English only.
"""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from playwright.sync_api import BrowserContext, Page

from practice import i18n
from tests.screenshots import steps
from tests.support import portal_process

HER = "hello@studiomarea.example"
OSKAR = "oskar@lindvale.example"
MARLOW = "marlow@finch.example"
NOOR = "noor@alderby.example"
WREN = "wren@castell.example"
INES = "ines@calloway.example"
TOBIAS = "tobias@quill.example"
ENGLISH = ("en",)

# Whose letters hold a link that is shown.
LINKED = {OSKAR, MARLOW, WREN}

House = Literal["usual", "strict", "narrow", "hurried", "dark"]
# In the strict one an address books one call a day; in the narrow one days fill with guests and a
# booking is moved once; in the hurried one an address reads forty pages a minute; from the dark one
# the database goes away.
HOUSES: Mapping[House, Mapping[str, str]] = {
    "usual": {"PRACTICE_LIMITS": "off"},
    "strict": {"PRACTICE_LIMIT_CALLS_PER_ADDRESS": "1/86400", "PRACTICE_LIMIT_ATTEMPTS": "999/600"},
    "narrow": {"PRACTICE_LIMIT_MOVES_PER_BOOKING": "1/86400", **portal_process.GENEROUS},
    "hurried": {"PRACTICE_LIMIT_READS": "40/60"},
    "dark": {"PRACTICE_LIMITS": "off"},
}


@dataclass(frozen=True)
class Change:
    """Of what the database holds, and back: as it would be after the therapist's own hand."""

    do: str
    undo: str


@dataclass(frozen=True)
class Screen:
    # As a function where it is in a letter.
    path: str | Callable[[], str]
    who: str = ""
    act: Callable[[Page], Any] = lambda _page: None
    languages: tuple[str, ...] = i18n.LANGUAGES
    before: Callable[[BrowserContext], Any] = lambda _context: None
    change: Change | None = None
    widths: tuple[int, ...] = ()
    house: House = "usual"

    @contextmanager
    def during(self, portal: portal_process.Server) -> Generator[None]:
        if self.change is None:
            yield
            return
        with portal_process.changing(portal) as ask:
            ask(self.change.do, ())
            yield
            ask(self.change.undo, ())


A_BLOCK = "00000000-0000-4000-8000-000000000000"
NO_MORE_THIS_MONTH = Change(
    "INSERT INTO blocks (id, first_on, last_on, zone) "
    f"VALUES ('{A_BLOCK}', '2026-11-24', '2026-12-02', 'Europe/Rome')",
    f"DELETE FROM blocks WHERE id = '{A_BLOCK}'",
)
NOTHING = Change(
    "UPDATE session_types SET notice_minutes = 576000 WHERE slug = 'discovery'",
    "UPDATE session_types SET notice_minutes = 1440 WHERE slug = 'discovery'",
)
FREE = Change(
    "UPDATE session_types SET price_cents = 0 WHERE slug = 'individual'",
    "UPDATE session_types SET price_cents = 8000 WHERE slug = 'individual'",
)
ASKED_FIRST = Change(
    "UPDATE session_types SET confirmation = 'therapist' WHERE slug = 'discovery'",
    "UPDATE session_types SET confirmation = 'instant' WHERE slug = 'discovery'",
)
# Approved by her, and not yet paid.
KEPT = Change(
    "UPDATE bookings SET status = 'held' WHERE status = 'requested'",
    "UPDATE bookings SET status = 'requested' WHERE status = 'held'",
)
# As when the booking has become somebody else's.
REPLACED = Change(
    "UPDATE bookings SET link_version = link_version + 1",
    "UPDATE bookings SET link_version = link_version - 1",
)
# What runs twice an hour and less often, so that it does not catch up before the picture is taken.
LATE = Change(
    "UPDATE job_runs SET started_at = started_at - interval '4 hours' WHERE job = 'clean_up'",
    "UPDATE job_runs SET started_at = started_at + interval '4 hours' WHERE job = 'clean_up'",
)
IN_DECEMBER = f"/book?day=2026-12-02&start={quote('2026-12-02T14:30:00+01:00')}"
PLAIN = "/plain/book/discovery"

OPEN_TO_ALL: Mapping[str, Screen] = {
    "home": Screen("/"),
    "home-questions": Screen("/", act=steps.open_all),
    "home-large": Screen("/", act=steps.enlarge, widths=(320,)),
    "about": Screen("/about"),
    "privacy": Screen("/privacy"),
    "reading": Screen("/reading/first-conversation"),
    "manual": Screen("/api/docs"),
    "not-found": Screen("/nowhere"),
    "styleguide": Screen("/styleguide"),
    "sign-in": Screen("/sign-in"),
    "sign-in-sent": Screen("/sign-in/sent"),
    "sign-in-gone": Screen("/sign-in/confirm"),
    "sign-in-booked": Screen("/sign-in", act=steps.open_the_letter),
    "sign-in-denied": Screen("/sign-in/denied"),
}
BOOKING: Mapping[str, Screen] = {
    "book": Screen("/book"),
    "book-waiting": Screen("/book", before=steps.never_connect),
    "book-chosen": Screen(IN_DECEMBER),
    "book-filled": Screen("/book", act=steps.fill),
    "book-wrong": Screen("/book", act=steps.send_nothing),
    "book-taken": Screen("/book", act=steps.lose),
    "book-gone": Screen("/book", act=steps.come_back_too_late),
    "book-zones": Screen("/book", act=steps.look_for_a_zone),
    "book-zones-found": Screen("/book", act=steps.find_a_zone),
    "book-far": Screen(f"/book?tz=America/St_Johns&{IN_DECEMBER.partition('?')[2]}"),
    "book-month": Screen("/book", act=steps.look_back, change=NO_MORE_THIS_MONTH, widths=(1280,)),
    "book-nothing": Screen("/book", change=NOTHING),
    "book-locked": Screen("/book/individual"),
    "book-large": Screen("/book", act=steps.enlarge_and_choose, widths=(320,)),
    "book-several": Screen("/book", OSKAR),
    "book-known": Screen("/book/individual", OSKAR, steps.choose, change=FREE),
    "book-by-letter": Screen("/book/individual", OSKAR),
    "book-had": Screen("/book/discovery", OSKAR),
    "book-already": Screen("/book", NOOR),
    "book-hers": Screen("/book", HER),
    "booked": Screen("/book", act=steps.book),
    "booked-phone": Screen("/book", act=steps.book_by_phone),
    "booked-asked": Screen("/book", act=steps.book, change=ASKED_FIRST),
    "booked-nothing": Screen(PLAIN, act=steps.look_like_a_machine),
}
CHANGING: Mapping[str, Screen] = {
    "manage": Screen("/book", act=steps.book_to),
    "manage-cancel": Screen("/book", act=lambda page: steps.book_to(page, "/cancel")),
    "manage-cancelled": Screen("/book", act=steps.cancel),
    "manage-move": Screen("/book", act=lambda page: steps.book_to(page, "/move")),
    "manage-move-chosen": Screen("/book", act=steps.move_to_another),
    "manage-move-taken": Screen("/book", act=steps.lose_the_move),
    "manage-moved": Screen("/book", act=steps.move),
    "manage-asked": Screen(steps.held_by(WREN), languages=ENGLISH),
    "manage-kept": Screen(steps.held_by(WREN), languages=ENGLISH, change=KEPT),
    "manage-late": Screen(steps.held_by(MARLOW), languages=ENGLISH),
    "manage-late-cancel": Screen(steps.held_by(MARLOW, "/cancel"), languages=ENGLISH),
    "manage-replaced": Screen(steps.held_by(MARLOW), change=REPLACED),
    "manage-renewed": Screen(steps.held_by(MARLOW), act=steps.renew, change=REPLACED),
    "move": Screen(steps.moved_by(OSKAR)),
    "move-chosen": Screen(steps.moved_by(OSKAR), act=steps.choose_to_move),
    "move-late": Screen(steps.moved_by(MARLOW)),
    "move-strange": Screen("/book/move"),
    "my-move": Screen(steps.moved_as(OSKAR), OSKAR, steps.choose_to_move),
}
WITHOUT_SCRIPT: Mapping[str, Screen] = {
    "plain": Screen("/plain/book"),
    "plain-zones": Screen(f"{PLAIN}?zones=all"),
    "plain-form": Screen(PLAIN, act=steps.plainly_choose),
    "plain-wrong": Screen(PLAIN, act=steps.plainly_wrong),
    "plain-taken": Screen(PLAIN, act=steps.plainly_lose),
    "plain-gone": Screen(f"{PLAIN}?start=2026-11-28T08:00:00Z"),
    "plain-month": Screen(f"{PLAIN}?from=2026-11-01", change=NO_MORE_THIS_MONTH),
    "plain-nothing": Screen(PLAIN, change=NOTHING),
    "plain-locked": Screen("/plain/book/individual"),
    "plain-several": Screen("/plain/book", OSKAR),
    "plain-known": Screen("/plain/book/individual", OSKAR, steps.plainly_choose, change=FREE),
}
ONES_OWN: Mapping[str, Screen] = {
    "me": Screen("/me", OSKAR),
    "me-first-call": Screen("/me", NOOR),
    "me-request": Screen("/me", WREN),
    "me-late": Screen("/me", MARLOW),
    "me-menu": Screen("/me", OSKAR, steps.press("Oskar")),
    "me-two": Screen("/me", INES, steps.press("Ines")),
    "me-nothing": Screen("/me", TOBIAS),
    "me-cancel": Screen("/me", OSKAR, steps.press("Cancel"), ENGLISH),
    "me-notices": Screen("/me/notices", OSKAR),
    "me-calendar": Screen("/me/calendar", OSKAR, steps.make_an_address, ENGLISH),
    "me-devices": Screen("/me/devices", OSKAR),
}
HERS: Mapping[str, Screen] = {
    "today": Screen("/portal", HER),
    "today-decline": Screen("/portal", HER, steps.press("Decline"), ENGLISH),
    "today-devices": Screen("/portal/devices", HER),
    "today-notices": Screen("/portal/notices", HER),
    "today-feedback": Screen("/portal/feedback", HER),
    "today-running": Screen("/portal/running", HER),
    "today-running-late": Screen("/portal/running", HER, change=LATE),
    "today-calendar": Screen("/portal/calendar", HER),
}
# These leave something behind that nobody takes back.
LAST: Mapping[str, Screen] = {
    "me-moved": Screen(steps.moved_as(OSKAR), OSKAR, steps.move_ones_own),
    "sign-in-was-it-you": Screen("/me", TOBIAS, act=steps.be_asked_about_a_booking),
    "book-proof": Screen(f"/book?day={steps.ROOMY}", act=steps.be_asked_for_proof, house="narrow"),
    "plain-proof": Screen(
        f"{PLAIN}?day={steps.ROOMY}", act=steps.be_plainly_asked_for_proof, house="narrow"
    ),
    "manage-proof": Screen("/book", act=steps.be_asked_for_proof_by_move, house="narrow"),
    "today-full": Screen("/portal", HER, act=steps.fill_a_day, house="narrow"),
    "manage-often": Screen("/book", act=steps.move_often, house="narrow"),
    "manage-letters": Screen("/book", act=steps.have_enough_letters, house="narrow"),
    "move-often": Screen("/book", act=steps.move_often_by_script, house="narrow"),
    "move-letters": Screen("/book", act=steps.have_enough_letters_by_script, house="narrow"),
    "patience": Screen(PLAIN, act=steps.read_very_much, house="hurried"),
    "book-refused": Screen("/book", act=steps.be_refused, house="strict"),
    "plain-refused": Screen(PLAIN, act=steps.plainly_refused, house="strict"),
    "trouble": Screen(PLAIN, house="dark"),
    "trouble-book": Screen("/book", act=steps.wait_for_trouble, house="dark"),
}
SCREENS: Mapping[str, Screen] = {
    **OPEN_TO_ALL,
    **BOOKING,
    **CHANGING,
    **WITHOUT_SCRIPT,
    **ONES_OWN,
    **HERS,
    **LAST,
}
