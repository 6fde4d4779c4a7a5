"""Ask axe-core about a page, on a phone and at a desk."""

from __future__ import annotations

from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

# Levels A and AA of WCAG 2.0, 2.1 and 2.2, as axe names them.
LEVELS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SIZES: Final[Any] = ({"width": 360, "height": 740}, {"width": 1280, "height": 800})
OPTIONS: Final = {"runOnly": {"type": "tag", "values": LEVELS}, "resultTypes": ["violations"]}
_SCRIPT: Final[str] = Axe().axe_script


def violations(page: Page) -> list[str]:
    """Return what axe objects to on this page in either size, one line for each element."""
    found = []
    # Evaluated by the browser's own tools, so the content policy of the page is neither asked nor loosened.
    page.evaluate(_SCRIPT)
    for size in SIZES:
        page.set_viewport_size(size)
        for violation in page.evaluate("options => axe.run(options)", OPTIONS)["violations"]:
            found += [f"{size['width']} px: {violation['id']}: {node['html'][:160]}" for node in violation["nodes"]]
    return found
