"""The further parts of a case's page, each read and drawn by its own module.

Append to `PANELS` what is shown, and to `ACTS` what an officer may do besides answering, one `<details class="act">`
each, in the group it belongs to.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext

from feedback_app.blueprints import (
    assignment_panel,
    attachment_panel,
    citizen_panels,
    disposal_panel,
    duplicates_panel,
    extension_panel,
    life_panels,
    notes_panel,
    placing_panel,
    proof_panel,
    publication_panel,
    referral_panel,
)
from feedback_app.blueprints.case_card import waits_with_another
from feedback_app.handling.queries import CaseFile

Drawn = list[tuple[str, dict[str, Any]]]


class ActGroup(enum.StrEnum):
    """What an act is for."""

    TELL = "tell"
    HAND_ON = "hand_on"
    CORRECT = "correct"


@dataclass(frozen=True, slots=True)
class Panel:
    """A template that finds what `read` returns under the name `panel`; it is left out where that is None.

    `read` is given the case and whether the reader answers for it.
    """

    template: str
    read: Callable[[CaseFile, bool], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Act(Panel):
    """A panel with which an officer does something; `for_copies` where also a case merged into another knows it."""

    group: ActGroup
    for_copies: bool = False


# Where the page has to know of one of them.
PROOFS: Final = "cases/_proofs.html"
REVIEW: Final = "cases/_act_review.html"

PANELS: Final[list[Panel]] = [
    Panel("cases/_place.html", placing_panel.read),
    Panel("cases/_merged.html", duplicates_panel.read_merged),
    Panel("cases/_notes.html", notes_panel.read),
    Panel("cases/_requests.html", citizen_panels.read_requests),
    Panel("cases/_corrections.html", citizen_panels.read_corrections),
    Panel("cases/_citizen_words.html", citizen_panels.read_words),
    Panel("cases/_followers.html", citizen_panels.read_followers),
    Panel("cases/_attachments.html", attachment_panel.read),
    Panel(PROOFS, proof_panel.read),
    Panel("cases/_referral.html", referral_panel.read),
    Panel("cases/_publish.html", publication_panel.read),
]


ACTS: Final[list[Act]] = [
    Act("cases/_act_ask.html", life_panels.read_ask, ActGroup.TELL),
    Act("cases/_act_progress.html", life_panels.read_progress, ActGroup.TELL),
    Act("cases/_act_extend.html", extension_panel.read, ActGroup.TELL),
    Act("cases/_act_release.html", life_panels.read_release, ActGroup.HAND_ON),
    Act("cases/_act_assign.html", assignment_panel.read, ActGroup.HAND_ON),
    Act("cases/_act_dispose.html", disposal_panel.read, ActGroup.HAND_ON),
    Act("cases/_act_merge.html", duplicates_panel.read_merge, ActGroup.HAND_ON),
    Act("cases/_act_refer.html", referral_panel.read_act, ActGroup.HAND_ON),
    Act("cases/_act_reclassify.html", life_panels.read_reclassify, ActGroup.CORRECT),
    Act("cases/_act_labels.html", life_panels.read_labels, ActGroup.CORRECT, for_copies=True),
    Act("cases/_act_archive.html", life_panels.read_archive, ActGroup.CORRECT),
    Act("cases/_act_restore.html", life_panels.read_restore, ActGroup.CORRECT),
]


def drawn(panels: list[Panel], file: CaseFile, *, can_answer: bool) -> Drawn:
    """Return the templates to include for a case, with what each shows."""
    found = ((panel.template, panel.read(file, can_answer)) for panel in panels)
    return [(template, shown) for template, shown in found if shown is not None]


def drawn_acts(file: CaseFile, *, can_answer: bool) -> list[tuple[str, Drawn]]:
    """Return what can be done with a case: the title of each group that has something, with its templates."""
    is_copy = waits_with_another(file.case)
    known = [act for act in ACTS if act.for_copies or not is_copy]
    groups: list[tuple[str, Drawn]] = []
    for group in ActGroup:
        found = drawn([act for act in known if act.group is group], file, can_answer=can_answer)
        if found:
            groups.append((_title(group), found))
    return groups


def _title(group: ActGroup) -> str:
    titles: dict[ActGroup, str] = {
        ActGroup.TELL: gettext("Tanya atau kabari pelapor"),
        ActGroup.HAND_ON: gettext("Serahkan"),
        ActGroup.CORRECT: gettext("Koreksi"),
    }
    return titles[group]
