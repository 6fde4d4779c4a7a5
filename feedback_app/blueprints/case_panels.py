"""The further parts of a case's page, each read and drawn by its own module.

Append to `PANELS` what is shown, and to `ACTS` what an officer may do besides answering, one `<details class="act">`
each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from feedback_app.blueprints import (
    act_forms,
    assignment_panel,
    attachment_panel,
    citizen_panels,
    disposal_panel,
    duplicates_panel,
    extension_panel,
    life_panels,
    notes_panel,
    proof_panel,
    publication_panel,
    referral_panel,
)
from feedback_app.handling.queries import CaseFile


@dataclass(frozen=True, slots=True)
class Panel:
    """A template that finds what `read` returns under the name `panel`; it is left out where that is None.

    `read` is given the case and whether the reader answers for it.
    """

    template: str
    read: Callable[[CaseFile, bool], dict[str, Any] | None]


PANELS: Final[list[Panel]] = [
    Panel("cases/_act_review.html", life_panels.read_review),
    Panel("cases/_merged.html", duplicates_panel.read_merged),
    Panel("cases/_notes.html", notes_panel.read),
    Panel("cases/_requests.html", citizen_panels.read_requests),
    Panel("cases/_citizen_words.html", citizen_panels.read_words),
    Panel("cases/_followers.html", citizen_panels.read_followers),
    Panel("cases/_attachments.html", attachment_panel.read),
    Panel("cases/_proofs.html", proof_panel.read),
    Panel("cases/_referral.html", referral_panel.read),
    Panel("cases/_publish.html", publication_panel.read),
]


ACTS: Final[list[Panel]] = [
    Panel("cases/_act_verify.html", life_panels.read_verify),
    Panel("cases/_act_release.html", life_panels.read_release),
    Panel("cases/_act_ask.html", life_panels.read_ask),
    Panel("cases/_act_progress.html", life_panels.read_progress),
    Panel("cases/_act_assign.html", assignment_panel.read),
    Panel("cases/_act_dispose.html", disposal_panel.read),
    Panel("cases/_act_extend.html", extension_panel.read),
    Panel("cases/_act_reclassify.html", life_panels.read_reclassify),
    Panel("cases/_act_merge.html", duplicates_panel.read_merge),
    Panel("cases/_act_refer.html", referral_panel.read_act),
    Panel("cases/_act_archive.html", life_panels.read_archive),
    Panel("cases/_act_restore.html", life_panels.read_restore),
    Panel("cases/_act_labels.html", life_panels.read_labels),
    # The last to be read: it shows what no other part has taken up.
    Panel("cases/_act_unsent.html", act_forms.read_unsent),
]


def drawn(panels: list[Panel], file: CaseFile, *, can_answer: bool) -> list[tuple[str, dict[str, Any]]]:
    """Return the templates to include for a case, with what each shows."""
    found = ((panel.template, panel.read(file, can_answer)) for panel in panels)
    return [(template, shown) for template, shown in found if shown is not None]
