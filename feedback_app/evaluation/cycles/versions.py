"""Later versions of a frozen cycle: the same period and the same ratings, posts and decisions as known by then."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.db import add_unless_taken
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.evaluation.attribution.models import RatingExclusion
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.models import Objection
from feedback_app.evaluation.replies.rules import asks_for_version
from feedback_app.evaluation.rules import CycleStatus

REASON_MIN, REASON_MAX = 10, 1000


class VersionReasonError(InvalidInputError):
    """A version says why it is needed."""

    code = "version_reason"


class VersionExistsError(ConflictError):
    """Only the last version can be followed, and only once it is frozen."""

    code = "version_exists"


def open_version(
    session: Session, cycle: Cycle, *, reason: str, actor: Actor, now: datetime, objection: Objection | None = None
) -> Cycle:
    """Open a new version of a frozen cycle, as a draft; the frozen one stays as it is.

    It takes in the same ratings (`inputs_until`) and what was decided to be left out, so that it differs by what was
    corrected since. An upheld `objection` is answered by it.

    Raises
    ------
    VersionReasonError, VersionExistsError
    """
    reason = " ".join(reason.split())
    if not REASON_MIN <= len(reason) <= REASON_MAX:
        raise VersionReasonError(f"Tulis alasan versi baru, {REASON_MIN} sampai {REASON_MAX} huruf.")
    session.refresh(cycle, with_for_update=True)
    if cycle.status is not CycleStatus.FROZEN:
        raise VersionExistsError("Versi baru dibuka dari siklus yang sudah dibekukan. Siklus ini masih berjalan.")
    version = Cycle(
        agency_id=cycle.agency_id, name=cycle.name, version=cycle.version + 1, replaces_id=cycle.id,
        version_reason=reason, kind=cycle.kind, starts_on=cycle.starts_on, ends_on=cycle.ends_on,
        status=CycleStatus.DRAFT, method_version=cycle.method_version, delta_in_tau=cycle.delta_in_tau,
        reference_id=cycle.reference_id, inputs_until=cycle.inputs_until, opened_by=actor.user_id, opened_at=now,
    )  # fmt: skip
    add_unless_taken(session, version, VersionExistsError("Siklus ini sudah mempunyai versi yang lebih baru."))
    _copy_exclusions(session, cycle, version)
    if objection is not None and asks_for_version(objection.outcome):
        objection.new_cycle_id = version.id
        session.flush()
    record(
        session, agency_id=cycle.agency_id, actor=actor, action="evaluation.open_version", subject_type="cycle",
        subject_id=version.id, now=now, replaces_id=cycle.id, version=version.version,
    )  # fmt: skip
    return version


def lineage(session: Session, cycle: Cycle) -> list[Cycle]:
    """Return all versions of a cycle, the first one first."""
    return list(
        session.scalars(
            sa.select(Cycle).where(Cycle.agency_id == cycle.agency_id, Cycle.name == cycle.name).order_by(Cycle.version)
        )
    )


def _copy_exclusions(session: Session, cycle: Cycle, version: Cycle) -> None:
    kept = (
        RatingExclusion.agency_id, RatingExclusion.submission_id, RatingExclusion.employee_id, RatingExclusion.reason,
        RatingExclusion.contest_id, RatingExclusion.decided_by, RatingExclusion.decided_at,
    )  # fmt: skip
    session.execute(
        sa.insert(RatingExclusion).from_select(
            [column.key for column in kept] + ["cycle_id"],
            sa.select(*kept, sa.literal(version.id)).where(
                RatingExclusion.agency_id == cycle.agency_id, RatingExclusion.cycle_id == cycle.id
            ),
        )
    )
