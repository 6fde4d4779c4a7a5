"""Go through an agency's data and forget what is old enough, or only count it; a row says what a run did.

A run may be killed anywhere: each batch is committed with its count by whoever drives it, and the next run finds what
is left by the rows themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.organisation.models import Agency
from feedback_app.privacy.models import RetentionRun
from feedback_app.privacy.retention.holds import Held
from feedback_app.privacy.retention.keepers import KEEPERS, Keeper, Reach, count
from feedback_app.privacy.retention.queries import in_force
from feedback_app.privacy.retention.rules import RetentionKind, cutoff_of
from feedback_app.storage import Storage


def dry_run(
    session: Session,
    agency_id: int,
    *,
    further: Held = (),
    without: Collection[RetentionKind] = (),
    actor: Actor,
    now: datetime,
) -> RetentionRun:
    """Count what a run would forget now, and what is old enough and held; nothing goes.

    `without` are kinds that whoever asks may not even look at, as the web may not at files being imported.
    """
    run = _begin(session, agency_id, is_dry=True, actor=actor, now=now)
    for keeper, reach in _reaches(session, agency_id, further, now):
        if keeper.kind not in without:
            _add(run, keeper, reach, count(session, keeper.due(reach)))
            _note_held(session, run, keeper, reach)
    return _end(session, run, actor=actor, now=now)


def run(
    session: Session, storage: Storage, agency_id: int, *, further: Held = (), actor: Actor, now: datetime
) -> Iterator[RetentionRun]:
    """Forget what is old enough; the caller commits after each step, and the last one ends the run."""
    made = _begin(session, agency_id, is_dry=False, actor=actor, now=now)
    yield made
    for keeper, reach in _reaches(session, agency_id, further, now):
        _add(made, keeper, reach, 0)
        while n := keeper.forget(session, storage, reach, now):
            _add(made, keeper, reach, n)
            session.flush()
            yield made
        _note_held(session, made, keeper, reach)
    yield _end(session, made, actor=actor, now=now)


def _begin(session: Session, agency_id: int, *, is_dry: bool, actor: Actor, now: datetime) -> RetentionRun:
    made = RetentionRun(
        agency_id=agency_id, started_at=now, is_dry=is_dry, run_by=actor.user_id, counts={}, held={}, cutoffs={}
    )
    session.add(made)
    session.flush()
    return made


def _reaches(session: Session, agency_id: int, further: Held, now: datetime) -> list[tuple[Keeper, Reach]]:
    zone = ZoneInfo(session.get_one(Agency, agency_id).time_zone)
    days = {rule.kind: rule.days for rule in in_force(session, agency_id, now.astimezone(zone).date())}
    return [(keeper, Reach(agency_id, cutoff_of(days[keeper.kind], now), further)) for keeper in KEEPERS]


def _add(made: RetentionRun, keeper: Keeper, reach: Reach, n: int) -> None:
    key = keeper.kind.value
    made.counts = {**made.counts, key: made.counts.get(key, 0) + n}
    made.cutoffs = {**made.cutoffs, key: reach.before.isoformat()}


def _note_held(session: Session, made: RetentionRun, keeper: Keeper, reach: Reach) -> None:
    if keeper.held is not None and (n := count(session, keeper.held(reach))):
        made.held = {**made.held, keeper.kind.value: n}


def _end(session: Session, made: RetentionRun, *, actor: Actor, now: datetime) -> RetentionRun:
    made.finished_at = now
    session.flush()
    record(
        session, agency_id=made.agency_id, actor=actor,
        action="privacy.count_retention" if made.is_dry else "privacy.run_retention",
        subject_type="retention_run", subject_id=made.id, now=now, **made.counts,
        **{f"held_{kind}": n for kind, n in made.held.items()},
    )  # fmt: skip
    return made
