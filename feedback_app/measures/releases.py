"""Release public figures in epochs, and count every stored one again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, record
from feedback_app.measures.release_counts import (
    RATED,
    Figure,
    count_figure,
    count_judged_since,
    count_new,
    count_withdrawn,
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

# The part of each subject's figure that is drawn anew less often than the rest.
_SLOWER: Final = {
    ReleaseSubject.VISITS: "distribution",
    ReleaseSubject.OPEN: "distribution",
    ReleaseSubject.HANDLING: "outcomes",
}


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
    if not _may_release(session, cell, moment, before):
        return None
    figure = count_figure(session, cell, moment)
    figures = {"marked_at": moment.marked_at.isoformat(), **figure.told}
    figures.update(_slower_part(session, cell, moment, figure, before))
    release = Release(
        agency_id=cell.agency_id, unit_id=cell.unit_id, year=cell.year, subject=cell.subject, as_of=moment.as_of,
        released_at=now, n=figure.n, figures=figures,
    )  # fmt: skip
    session.add(release)
    return release


def _shown(session: Session, cell: Cell) -> Release | None:
    query = sa.select(Release).where(
        Release.agency_id == cell.agency_id, Release.unit_id == cell.unit_id, Release.year == cell.year,
        Release.subject == cell.subject,
    )  # fmt: skip
    return session.scalar(query.order_by(Release.as_of.desc()).limit(1))


def _may_release(session: Session, cell: Cell, moment: Moment, before: Release | None) -> bool:
    n, newly = count_new(session, cell, moment, before.as_of if before else None)
    if before is None:
        return may_release(n, newly)
    # What leaves the words and cases went past the unit, and how much that was is told nowhere.
    aside = count_withdrawn(session, cell, moment, _moment_of_release(before)) if cell.subject in RATED else 0
    return may_release(n, newly, shown=before.n, withdrawn=aside)


def _slower_part(
    session: Session, cell: Cell, moment: Moment, figure: Figure, before: Release | None
) -> dict[str, Any]:
    """Return the part of a figure that is drawn anew less often than the rest, else the one shown before."""
    name = _SLOWER.get(cell.subject)
    if name is None:
        return {}
    shown: dict[str, Any] | None = before.figures[name] if before else None
    redraws = _redraws_shares if cell.subject in RATED else _redraws_outcomes
    if not redraws(session, cell, moment, figure, _moment_of(shown) if shown else None):
        return {name: shown}
    return {
        name: {"as_of": moment.as_of.isoformat(), "marked_at": moment.marked_at.isoformat(), "counts": figure.slower}
    }


def _redraws_shares(session: Session, cell: Cell, moment: Moment, figure: Figure, shown: Moment | None) -> bool:
    newly = count_new(session, cell, moment, shown.as_of)[1] if shown else figure.n
    return may_redraw(figure.n, newly)


def _redraws_outcomes(session: Session, cell: Cell, moment: Moment, figure: Figure, shown: Moment | None) -> bool:
    judged = sum(figure.slower.values())
    newly = count_judged_since(session, cell, moment, shown) if shown else judged
    return may_tell_part(judged, figure.n, newly)


def _moment_of_release(release: Release) -> Moment:
    return Moment(release.as_of, datetime.fromisoformat(release.figures["marked_at"]))


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
    # Many epochs show the same part, drawn once.
    count = cache(partial(count_figure, session))
    found = []
    for release in releases:
        stored, counted = (release.n, release.figures), _recounted(count, release)
        if stored != counted:
            found.append(ReleaseDifference(release.id, _cell(release), str(stored), str(counted)))
    return len(releases), found


def _recounted(count: Callable[[Cell, Moment], Figure], release: Release) -> tuple[int, dict[str, Any]]:
    cell = _cell(release)
    figure = count(cell, _moment_of_release(release))
    figures = {"marked_at": release.figures["marked_at"], **figure.told}
    name = _SLOWER.get(cell.subject)
    if name is not None:
        part = release.figures[name]
        figures[name] = part and {**part, "counts": count(cell, _moment_of(part)).slower}
    return figure.n, figures
