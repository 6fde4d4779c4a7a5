"""Release public figures in epochs, and count every stored one again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, record
from feedback_app.measures.release_counts import (
    RATED,
    count_handling,
    count_judged_since,
    count_new,
    count_ratings,
    count_set_aside,
    count_voices,
)
from feedback_app.measures.release_models import Release, ReleaseSubject
from feedback_app.measures.release_rules import (
    COUNTING_MARGIN,
    FIRST_RELEASE,
    MARKING_MARGIN,
    NEXT_RELEASE,
    may_redraw,
    may_release,
    may_tell_part,
)
from feedback_app.measures.release_sets import Cell, Moment
from feedback_app.measures.release_sizes import sizes

# One run at a time: two that both miss the other's release could show figures that differ by a few answers.
_LOCK: Final = 7_202_601


def release_all(session: Session, *, now: datetime) -> list[Release]:
    """Release every figure that has enough new answers; return the new ones. Safe to run twice, and two at once."""
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    moment = Moment(now - COUNTING_MARGIN, now - MARKING_MARGIN)
    found = [_release(session, cell, moment, now) for cell in candidates(session)]
    made = [release for release in found if release is not None]
    session.flush()
    for agency_id in sorted({release.agency_id for release in made}):
        record(
            session, agency_id=agency_id, actor=SYSTEM, action="measures.release", subject_type="release",
            subject_id=None, now=now, count=sum(release.agency_id == agency_id for release in made),
        )  # fmt: skip
    return made


def figures_are_due(session: Session) -> bool:
    """Tell whether any figure may have enough new answers, by the daily figures alone."""
    return next(iter(candidates(session)), None) is not None


def candidates(session: Session) -> list[Cell]:
    """Return the cells that seem to have enough new answers; what is left out of a release may be among them."""
    shown = {_cell(release): release.n for release in newest(session)}
    return [cell for cell, n in sizes(session) if n >= FIRST_RELEASE and n - shown.get(cell, 0) >= NEXT_RELEASE]


def newest(session: Session, agency_id: int | None = None, unit_id: int | None = None) -> Sequence[Release]:
    """Return the release shown of each cell: of all, of an agency, or of a unit."""
    wanted = []
    if agency_id is not None:
        wanted.append(Release.agency_id == agency_id)
    if unit_id is not None:
        wanted.append(Release.unit_id == unit_id)
    cell = (Release.agency_id, Release.unit_id, Release.year, Release.subject)
    query = sa.select(Release).where(*wanted).ext(distinct_on(*cell)).order_by(*cell, Release.as_of.desc())
    return session.scalars(query).all()


def _cell(release: Release) -> Cell:
    return Cell(release.agency_id, release.unit_id, release.year, release.subject)


def _release(session: Session, cell: Cell, moment: Moment, now: datetime) -> Release | None:
    before = _shown(session, cell)
    n, newly = count_new(session, cell, moment, before.as_of if before else None)
    if not may_release(n, newly, is_first=before is None):
        return None
    figures = {"marked_at": moment.marked_at.isoformat(), **_figures(session, cell, moment)}
    figures.update(_slower_part(session, cell, moment, n, before))
    release = Release(
        agency_id=cell.agency_id, unit_id=cell.unit_id, year=cell.year, subject=cell.subject, as_of=moment.as_of,
        released_at=now, n=n, figures=figures,
    )  # fmt: skip
    session.add(release)
    return release


def _shown(session: Session, cell: Cell) -> Release | None:
    query = sa.select(Release).where(
        Release.agency_id == cell.agency_id, Release.unit_id == cell.unit_id, Release.year == cell.year,
        Release.subject == cell.subject,
    )  # fmt: skip
    return session.scalar(query.order_by(Release.as_of.desc()).limit(1))


def _figures(session: Session, cell: Cell, moment: Moment) -> dict[str, Any]:
    if cell.subject in RATED:
        rated = count_ratings(session, cell, moment)
        return {"total": rated["total"], "set_aside": count_set_aside(session, cell, moment)}
    if cell.subject is ReleaseSubject.VOICES:
        return count_voices(session, cell, moment)
    return {"median_days": count_handling(session, cell, moment)["median_days"]}


def _slower_part(session: Session, cell: Cell, moment: Moment, n: int, before: Release | None) -> dict[str, Any]:
    """Return the part of a figure that is drawn anew less often than the rest, else the one shown before."""
    if cell.subject is ReleaseSubject.VOICES:
        return {}
    name, counting = ("distribution", _distribution) if cell.subject in RATED else ("outcomes", _outcomes)
    shown: dict[str, Any] | None = before.figures[name] if before else None
    counts = counting(session, cell, moment, n, _moment_of(shown) if shown else None)
    if counts is None:
        return {name: shown}
    return {name: {"as_of": moment.as_of.isoformat(), "marked_at": moment.marked_at.isoformat(), "counts": counts}}


def _distribution(session: Session, cell: Cell, moment: Moment, n: int, shown: Moment | None) -> list[int] | None:
    newly = count_new(session, cell, moment, shown.as_of)[1] if shown else n
    counts: list[int] = count_ratings(session, cell, moment)["counts"]
    return counts if may_redraw(n, newly) else None


def _outcomes(session: Session, cell: Cell, moment: Moment, n: int, shown: Moment | None) -> dict[str, int] | None:
    counts: dict[str, int] = count_handling(session, cell, moment)["outcomes"]
    judged = sum(counts.values())
    newly = count_judged_since(session, cell, moment, shown) if shown else judged
    return counts if may_tell_part(judged, n, newly) else None


def _moment_of(part: dict[str, Any]) -> Moment:
    return Moment(datetime.fromisoformat(part["as_of"]), datetime.fromisoformat(part["marked_at"]))


@dataclass(frozen=True, slots=True)
class ReleaseDifference:
    """A stored release that a recount does not reproduce."""

    release_id: int
    cell: Cell
    stored: str
    counted: str


def verify(session: Session) -> tuple[int, list[ReleaseDifference]]:
    """Count every stored release again from the raw rows; return how many there are, and those that differ."""
    releases = session.scalars(sa.select(Release).order_by(Release.agency_id, Release.id)).all()
    found = []
    for release in releases:
        stored, counted = (release.n, release.figures), _recounted(session, release)
        if stored != counted:
            found.append(ReleaseDifference(release.id, _cell(release), str(stored), str(counted)))
    return len(releases), found


def _recounted(session: Session, release: Release) -> tuple[int, dict[str, Any]]:
    cell, marked_at = _cell(release), release.figures["marked_at"]
    moment = Moment(release.as_of, datetime.fromisoformat(marked_at))
    n, _ = count_new(session, cell, moment, None)
    figures = {"marked_at": marked_at, **_figures(session, cell, moment)}
    for name in ("distribution", "outcomes"):
        if name in release.figures:
            figures[name] = _recounted_part(session, cell, release.figures[name])
    return n, figures


def _recounted_part(session: Session, cell: Cell, part: dict[str, Any] | None) -> dict[str, Any] | None:
    if part is None:
        return None
    moment = _moment_of(part)
    if cell.subject in RATED:
        return {**part, "counts": count_ratings(session, cell, moment)["counts"]}
    return {**part, "counts": count_handling(session, cell, moment)["outcomes"]}
