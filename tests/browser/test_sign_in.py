"""The door in a real browser: from the link to the page behind it, and out again."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.support.appearances import axe_findings
from tests.support.portal_process import Server


@pytest.fixture
def at_the_door(open_page: OpenPage, portal: Server) -> Page:
    """Behind the link that the start-up message printed for a client, before the button."""
    page = open_page("/sign-in", wide=360, bypass_csp=True)
    link = re.findall(r"as client\s+(\S+)", portal.said())[-1]
    page.goto(link)
    return page


def test_the_link_signs_in_and_the_button_signs_out(at_the_door: Page, portal: Server):
    page = at_the_door
    assert page.url == f"{portal.base}/sign-in/confirm"
    assert axe_findings(page) == []
    page.locator(".door-form button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{portal.base}/me")
    expect(page.get_by_role("heading", level=1)).to_have_text("Good to see you, Oskar Lindvale")
    assert all(one.get("httpOnly") for one in page.context.cookies())
    page.goto(f"{portal.base}/portal")
    assert page.url == f"{portal.base}/me"
    page.goto(f"{portal.base}/me/devices")
    page.get_by_role("button", name="Sign out", exact=True).last.click()
    page.wait_for_url(f"{portal.base}/")
    page.goto(f"{portal.base}/me")
    assert page.url == f"{portal.base}/sign-in"


def test_the_public_pages_lead_to_the_door(open_page: OpenPage, portal: Server):
    page = open_page("/it", wide=1280)
    page.get_by_role("navigation", name="Principale").get_by_role("link", name="Accedere").click()
    assert page.url == f"{portal.base}/it/sign-in"
