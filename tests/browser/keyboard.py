"""Filling in forms from the keyboard alone, as whoever cannot use a mouse does."""

import pytest


def type_in(page, *answers):
    """Fill in a form from the keyboard alone: Tab to each field, in the order of the page."""
    for field, text in answers:
        tab_to(page, f"#{field}")
        page.keyboard.type(text)


def tab_to(page, selector):
    for _step in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("each => document.activeElement.matches(each)", selector):
            return
    pytest.fail(f"{selector} cannot be reached with the tabulator")


def send(visitor, *, status=200):
    """Press the button of the form from the keyboard, and look at what comes back."""
    visitor.expected = {status} - {200}
    tab_to(visitor.page, "main [type=submit]")
    with visitor.page.expect_navigation() as answer:
        visitor.page.keyboard.press("Enter")
    assert answer.value.status == status
    visitor.look()


def heading(visitor):
    return visitor.page.locator("h1").inner_text()
