"""What of a case's past keeps it from being put away: an answer, and whom its reporter objected to."""

from __future__ import annotations

from collections.abc import Sequence

from feedback_app.audit.models import ActorKind
from feedback_app.errors import ConflictError
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.rules import ArchiveReason, CaseStatus


class AnsweredBeforeError(ConflictError):
    """What was answered once ends by its reporter's word, by silence or by a reviewer, and not by being put away."""

    code = "answered_before"


def check_never_answered(case: Case) -> None:
    """Refuse to put away what was answered: only its reporter, silence or a reviewer ends that.

    Raises
    ------
    AnsweredBeforeError
    """
    if case.first_replied_at is not None:
        raise AnsweredBeforeError(
            "Laporan ini sudah pernah ditanggapi, sehingga tidak dapat diarsipkan atau dirujuk. Kirim tanggapan baru "
            "kepada pelapor, atau minta peninjau memutuskan tanggapan yang disanggah."
        )


def objections(events: Sequence[CaseEvent]) -> int:
    """Return how often a reporter brought back what somebody else had put away."""
    withdrawn, count = False, 0
    for event in events:
        if event.to_status is CaseStatus.ARCHIVED:
            withdrawn = event.detail.get("archive_reason", ArchiveReason.WITHDRAWN) == ArchiveReason.WITHDRAWN
        elif event.from_status is CaseStatus.ARCHIVED and event.actor_kind is ActorKind.CITIZEN:
            count += not withdrawn
    return count


def archivers(events: Sequence[CaseEvent]) -> frozenset[int]:
    """Return the accounts that put a case away."""
    return frozenset(
        event.actor_id
        for event in events
        if event.to_status is CaseStatus.ARCHIVED
        and event.from_status is not CaseStatus.ARCHIVED
        and event.actor_id is not None
    )
