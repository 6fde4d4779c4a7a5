"""Ask axe-core about a page, on a phone and at a desk."""

from __future__ import annotations

from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

# Levels A and AA of WCAG 2.0, 2.1 and 2.2, as axe names them.
LEVELS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SIZES: Final[Any] = ({"width": 360, "height": 740}, {"width": 1280, "height": 800})
OPTIONS: Final[dict[str, Any]] = {"runOnly": {"type": "tag", "values": LEVELS}, "resultTypes": ["violations"]}
# Colours are the same in every language, and to measure them takes longer than all the rest.
WITHOUT_COLOURS: Final = {**OPTIONS, "rules": {"color-contrast": {"enabled": False}}}
_SCRIPT: Final[str] = Axe().axe_script


def violations(page: Page) -> list[str]:
    """Return what axe objects to on this page in either size, one line for each element; of colours in Indonesian."""
    found = []
    options = OPTIONS if page.locator("html").get_attribute("lang") == "id" else WITHOUT_COLOURS
    # Evaluated by the browser's own tools, so the content policy of the page is neither asked nor loosened.
    page.evaluate(_SCRIPT)
    for size in SIZES:
        page.set_viewport_size(size)
        for violation in page.evaluate("options => axe.run(options)", options)["violations"]:
            found += [f"{size['width']} px: {violation['id']}: {node['html'][:160]}" for node in violation["nodes"]]
    return found
