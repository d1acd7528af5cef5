"""The door in a real browser: from the link to the page behind it, and out again."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage
from tests.browser.test_public_pages import axe_findings
from tests.server import Server


@pytest.fixture
def at_the_door(open_page: OpenPage, portal: Server) -> Page:
    """Behind the link that the start-up message printed, before the button."""
    page = open_page("/sign-in", wide=360, bypass_csp=True)
    link = re.findall(r"sign in\s+(\S+)", portal.said())[-1]
    page.goto(link)
    return page


def test_the_link_signs_in_and_the_button_signs_out(at_the_door: Page, portal: Server):
    page = at_the_door
    assert page.url == f"{portal.base}/sign-in/confirm"
    assert axe_findings(page) == []
    page.keyboard.press("Tab")
    page.locator(".door-form button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{portal.base}/portal")
    assert "Dr. Elena Conti" in page.inner_text("h1")
    assert axe_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert all(one.get("httpOnly") for one in page.context.cookies())
    page.goto(f"{portal.base}/sign-in/code")
    assert axe_findings(page) == []
    page.goto(f"{portal.base}/portal")
    page.get_by_role("button", name="Sign out here").click()
    page.wait_for_url(f"{portal.base}/")
    page.goto(f"{portal.base}/portal")
    assert page.url == f"{portal.base}/sign-in"
