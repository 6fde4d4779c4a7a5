"""Give a case more time, once, where its rule allows that, with a reason that the citizen reads."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from feedback_app.audit.operations import person
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.handling.answers.saying import say
from feedback_app.handling.clocks.in_force import Clocks, clocks_of
from feedback_app.handling.clocks.models import ChangeCause
from feedback_app.handling.clocks.running import recompute
from feedback_app.handling.models import Case
from feedback_app.handling.moves import note_act
from feedback_app.handling.rules import CaseStatus, EventKind, ReplyKind

REASON_MIN, REASON_MAX = 20, 2000
# Where the clock runs on the office; while the citizen is asked it stands still anyhow.
EXTENDABLE: Final = frozenset({CaseStatus.NEW, CaseStatus.VERIFIED, CaseStatus.IN_PROGRESS})


class NotExtendableError(ConflictError):
    """The case has no clock that may be given more time, or had it already, or too late."""

    code = "not_extendable"


class ExtensionReasonError(InvalidInputError):
    """The reason for needing more time is too short to be one, or too long."""

    code = "extension_reason"


def extension_days(case: Case, clocks: Clocks, now: datetime) -> int | None:
    """Return the working days a case may be given now, None where it may not.

    UU 14/2008 Ps 22 gives a request for public information seven working days more, once, with the reasons in writing;
    that is said while the first term runs, for afterwards it is no notice but an excuse.
    """
    limit = case.resolve_due_at or case.reply_due_at
    if case.status not in EXTENDABLE or case.extended_at is not None or limit < now:
        return None
    return clocks.rule(case.classification, case.clocks_start_at, case.unit_id).extension_working_days


def extend(session: Session, case: Case, reason: str, *, user_id: int, now: datetime) -> None:
    """Extend the clocks of a case and tell the citizen why.

    Raises
    ------
    NotExtendableError, ExtensionReasonError
    """
    words = reason.strip()
    if extension_days(case, clocks_of(session, case.agency_id), now) is None:
        raise NotExtendableError(
            "Tenggat kasus ini tidak dapat diperpanjang: jenisnya tidak mengenal perpanjangan, sudah pernah "
            "diperpanjang, atau tenggatnya sudah lewat."
        )
    if not REASON_MIN <= len(words) <= REASON_MAX:
        raise ExtensionReasonError(
            f"Tulis alasan perpanjangan, {REASON_MIN} sampai {REASON_MAX} huruf; ini {len(words)} huruf."
        )
    actor, before = person(user_id), case.resolve_due_at
    case.extended_at = now
    recompute(session, case, ChangeCause.EXTENDED, actor=actor, now=now)
    note_act(session, case, EventKind.EXTENDED, actor=actor, now=now, action="handling.extend", **_days(case, before))
    say(session, case, ReplyKind.PROGRESS, words, user_id=user_id, now=now)


def _days(case: Case, before: datetime | None) -> dict[str, str | None]:
    after = case.resolve_due_at
    return {"old_due_at": before.isoformat() if before else None, "new_due_at": after.isoformat() if after else None}
