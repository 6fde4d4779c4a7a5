"""The released figures of a unit as its pages tell them: never finer than the rules of release allow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from feedback_app.blueprints.places import AgencyCard
from feedback_app.handling.rules import Outcome
from feedback_app.measures.release_models import Release, ReleaseSubject
from feedback_app.measures.release_rules import interval, told_count, told_mean, told_share
from feedback_app.measures.releases import newest
from feedback_app.nlp.labels import Aspect


@dataclass(frozen=True, slots=True)
class Shares:
    """Percentages rounded to five, of how many, counted up to which day."""

    shares: tuple[tuple[Any, int], ...]
    n: int
    counted_on: date


@dataclass(frozen=True, slots=True)
class RatingFigure:
    """The mean of ratings from 1 to 4 with its interval, and the shares of the four where those may be told."""

    year: int
    n: int
    counted_on: date
    mean: Decimal
    low: Decimal
    high: Decimal
    set_aside: int
    distribution: Shares | None


@dataclass(frozen=True, slots=True)
class VoicesFigure:
    """What texts praise and criticise most, in shares of at least `n` texts."""

    year: int
    n: int
    counted_on: date
    praised: tuple[tuple[Aspect, int], ...]
    criticised: tuple[tuple[Aspect, int], ...]


@dataclass(frozen=True, slots=True)
class HandlingFigure:
    """The median wait for a first reply over at least `n` cases, and how the answered ones ended for citizens."""

    year: int
    n: int
    counted_on: date
    median_days: float | None
    outcomes: Shares | None


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """All figures of a unit, the newest year of each subject first."""

    visits: tuple[RatingFigure, ...]
    open: tuple[RatingFigure, ...]
    voices: tuple[VoicesFigure, ...]
    handling: tuple[HandlingFigure, ...]


def figures_of(session: Session, agency: AgencyCard, unit_id: int) -> UnitFigures:
    """Return what is released of a unit."""
    releases = sorted(newest(session, agency.id, unit_id), key=lambda release: -release.year)
    by_subject = {subject: [r for r in releases if r.subject is subject] for subject in ReleaseSubject}
    return UnitFigures(
        tuple(rating_figure(r, agency) for r in by_subject[ReleaseSubject.VISITS]),
        tuple(rating_figure(r, agency) for r in by_subject[ReleaseSubject.OPEN]),
        tuple(_voices(r, agency) for r in by_subject[ReleaseSubject.VOICES]),
        tuple(_handling(r, agency) for r in by_subject[ReleaseSubject.HANDLING]),
    )


def means_by_unit(session: Session, agency: AgencyCard) -> dict[int, RatingFigure]:
    """Return the newest released mean after proven visits of each unit of an agency."""
    visits = [r for r in newest(session, agency.id) if r.subject is ReleaseSubject.VISITS]
    return {r.unit_id: rating_figure(r, agency) for r in sorted(visits, key=lambda release: release.year)}


def rating_figure(release: Release, agency: AgencyCard) -> RatingFigure:
    """Return a release of ratings as it is told."""
    mean = told_mean(release.figures["total"], release.n)
    low, high = interval(mean, release.n)
    part = release.figures["distribution"]
    return RatingFigure(
        release.year, release.n, agency.day_of(release.as_of), mean, low, high, release.figures["set_aside"],
        _shares(part, enumerate(part["counts"], start=1), agency) if part else None,
    )  # fmt: skip


def _voices(release: Release, agency: AgencyCard) -> VoicesFigure:
    def told(counts: Sequence[Sequence[Any]]) -> tuple[tuple[Aspect, int], ...]:
        return tuple((Aspect(aspect), told_share(count, release.n)) for aspect, count in counts)

    return VoicesFigure(
        release.year, told_count(release.n), agency.day_of(release.as_of), told(release.figures["praised"]),
        told(release.figures["criticised"]),
    )  # fmt: skip


def _handling(release: Release, agency: AgencyCard) -> HandlingFigure:
    part = release.figures["outcomes"]
    counts = [(outcome, part["counts"][outcome.value]) for outcome in Outcome] if part else []
    shares = _shares(part, counts, agency) if part else None
    if shares:
        shares = Shares(shares.shares, told_count(shares.n), shares.counted_on)
    return HandlingFigure(
        release.year, told_count(release.n), agency.day_of(release.as_of), release.figures["median_days"], shares
    )


def _shares(part: Mapping[str, Any], counts: Iterable[tuple[Any, int]], agency: AgencyCard) -> Shares:
    pairs = list(counts)
    n = sum(count for _, count in pairs)
    told = tuple((name, told_share(count, n)) for name, count in pairs)
    return Shares(told, n, agency.day_of(datetime.fromisoformat(part["as_of"])))
