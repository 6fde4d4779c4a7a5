"""The further parts of a case's page, each read and drawn by its own module.

Append to `PANELS` what is shown, and to `ACTS` what an officer may do besides answering, one `<details class="act">`
each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from feedback_app.blueprints import attachment_panel, citizen_panels, disposal_panel, publication_panel
from feedback_app.handling.queries import CaseFile


@dataclass(frozen=True, slots=True)
class Panel:
    """A template that finds what `read` returns under the name `panel`; it is left out where that is None.

    `read` is given the case and whether the reader answers for it.
    """

    template: str
    read: Callable[[CaseFile, bool], dict[str, Any] | None]


PANELS: Final[list[Panel]] = [
    Panel("cases/_requests.html", citizen_panels.read_requests),
    Panel("cases/_citizen_words.html", citizen_panels.read_words),
    Panel("cases/_followers.html", citizen_panels.read_followers),
    Panel("cases/_attachments.html", attachment_panel.read),
    Panel("cases/_publish.html", publication_panel.read),
    Panel("cases/_dispose.html", disposal_panel.read),
]


ACTS: Final[list[Panel]] = []


def drawn(panels: list[Panel], file: CaseFile, *, can_answer: bool) -> list[tuple[str, dict[str, Any]]]:
    """Return the templates to include for a case, with what each shows."""
    found = ((panel.template, panel.read(file, can_answer)) for panel in panels)
    return [(template, shown) for template, shown in found if shown is not None]
