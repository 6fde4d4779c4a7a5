"""What an act on many cases met in each: how it stood before and the version it left, or why it was refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from feedback_app.handling.bulk.collective import ChangedSinceChosenError
from feedback_app.handling.bulk.models import BulkAct, BulkItem
from feedback_app.handling.models import Case

# Where the act was refused this stands instead of how the case stood: the sentence that says why.
REFUSED: Final = "refused"
# Where the act could not be taken back, the sentence that says why is added to how the case stood.
KEPT: Final = "kept"


def standing(case: Case) -> dict[str, Any]:
    """Return how a case stands, as far as an act on many changes it."""
    return {
        "status": case.status.value,
        "unit_id": case.unit_id,
        "assigned_to": case.assigned_to,
        "duplicate_of": case.duplicate_of,
        "verified_at": _text(case.verified_at),
        "escalation_step": case.escalation_step,
        "escalate_at": _text(case.escalate_at),
    }


def check_version(case: Case, version: int | None) -> None:
    """Refuse what was chosen in front of an older state of a case.

    Raises
    ------
    feedback_app.handling.bulk.collective.ChangedSinceChosenError
    """
    if version is not None and version != case.version:
        raise ChangedSinceChosenError("Kasus ini berubah sejak Anda memilihnya. Baca dahulu, lalu ulangi bila perlu.")


def note_item(session: Session, act: BulkAct, case: Case, before: dict[str, Any]) -> None:
    """Note what an act met in one case, with the version it left."""
    session.flush()
    session.add(
        BulkItem(
            agency_id=act.agency_id, act_id=act.id, case_id=case.id, before=before, version_after=case.version,
            undone=False,
        )
    )  # fmt: skip
    session.flush()


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
