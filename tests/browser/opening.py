"""Open an address in a browser window, also one that answers with a file to keep."""

from __future__ import annotations

from playwright.sync_api import APIResponse, Error, Page, Response


def open_address(page: Page, url: str) -> Response | APIResponse:
    """Return the answer to an address; a download leaves the page open that was open before.

    The browser shows no answer for a download, so that one is asked for again, with the cookies of the window.
    """
    try:
        answer = page.goto(url)
    except Error as error:
        if "Download is starting" not in error.message:
            raise
        return page.request.get(url)
    assert answer is not None
    return answer
