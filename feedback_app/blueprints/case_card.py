"""The card on top of a case's page: what to do next with it, and what it waits for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from feedback_app.blueprints.case_story import CAN_TAKE, next_step
from feedback_app.handling.models import Case
from feedback_app.handling.queries import CaseFile
from feedback_app.handling.rules import ENDED, CaseStatus

Shown = dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Card:
    """What the card says; `review` and `verify` are forms that stand at it, None where there is nothing to send.

    `main_id` is the case into which this one was merged, None also where the reader may not see that one.
    """

    step: str
    is_merged: bool
    main_id: int | None
    review: Shown
    verify: Shown
    can_take: bool
    says_how_it_ends: bool


def is_open(case: Case) -> bool:
    """Tell whether a case waits for its office, or for what that asked the reporter."""
    return case.status not in {*ENDED, CaseStatus.ANSWERED}


def waits_with_another(case: Case) -> bool:
    """Tell whether a case is open and answered with the one it was merged into."""
    return case.duplicate_of is not None and is_open(case)


def card(file: CaseFile, *, can_answer: bool, review: Shown, verify: Shown, merged: Shown) -> Card:
    """Return the card of a case; `review`, `verify` and `merged` are what the parts of the page found out."""
    case = file.case
    is_merged, decides = waits_with_another(case), review is not None and review["form"] is not None
    may_end = is_open(case) and case.status is not CaseStatus.ON_HOLD and not is_merged and not decides
    return Card(
        step=_step(case, can_answer=can_answer, decides=decides),
        is_merged=is_merged,
        main_id=merged["main_id"] if is_merged and merged else None,
        review=review if decides else None,
        verify=None if is_merged else verify,
        can_take=can_answer and case.status in CAN_TAKE and not is_merged,
        says_how_it_ends=can_answer and may_end,
    )


def _step(case: Case, *, can_answer: bool, decides: bool) -> str:
    if decides:
        return str(gettext("Tinjau tanggapan ini: kembalikan ke petugas, atau nyatakan tetap."))
    if waits_with_another(case):
        return str(gettext("Tidak ada yang perlu Anda lakukan di sini: laporan ini ditanggapi bersama kasus utamanya."))
    if is_open(case) and not can_answer:
        return str(gettext("Anda dapat membaca kasus ini; yang menanggapi adalah petugas unit."))
    return next_step(case.status, reopened=case.reopened_count > 0)
