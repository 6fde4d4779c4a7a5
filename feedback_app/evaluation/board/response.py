"""Who is heard: ratings received against those to be expected, by unit, place, hour and channel."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.board.area import Area
from feedback_app.evaluation.board.models import BoardVisits
from feedback_app.evaluation.board.rates import RateRatio, Share, rate_ratio, share_of
from feedback_app.evaluation.board.rules import CLOSED_AFTER_DAYS, FEW
from feedback_app.intake.counter_models import VisitCount
from feedback_app.intake.rules import Channel
from feedback_app.intake.withholding import N_MIN, USUAL_SWING
from feedback_app.measures.models import PORTAL_RATING, DailyMeasure
from feedback_app.measures.release_sets import PROVEN

WINDOW_DAYS: Final = 28
PAST_DAYS: Final = 84


class Basis(enum.StrEnum):
    """What the number of ratings is set against."""

    RECEIPTS = "receipts"  # receipts handed out, and how many came back
    VISITS = "visits"  # the unit's own count of finished transactions
    PAST = "past"  # nobody counts the visits: what the unit had before
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ResponseWindow:
    """The days looked at; the last receipt of each has run out."""

    first_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class UnitResponse:
    """How far one unit is heard; `share` of the receipts or visits, `past` against its own earlier days."""

    unit_id: int
    basis: Basis
    share: Share | None
    past: RateRatio | None
    is_low: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The receipts of one place or one block of hours, and the others'; `is_low` where it is clearly heard less."""

    key: int
    share: Share
    others: Share | None
    is_low: bool


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """Ratings through one channel in the window and, by the same number of days, before."""

    channel: Channel
    now: int
    change: RateRatio
    is_low: bool


@dataclass(frozen=True, slots=True)
class Response:
    """Who is heard and who is not, in the days of the window."""

    window: ResponseWindow
    whole: Share | None
    units: tuple[UnitResponse, ...]
    places: tuple[Group, ...]
    hours: tuple[Group, ...]
    channels: tuple[ChannelChange, ...]

    def of_unit(self, unit_id: int) -> UnitResponse | None:
        """Return what is said of one unit."""
        return next((one for one in self.units if one.unit_id == unit_id), None)


def window_on(day: date) -> ResponseWindow:
    """Return the last four weeks of which no receipt can be used any more."""
    last = day - timedelta(days=CLOSED_AFTER_DAYS)
    return ResponseWindow(last - timedelta(days=WINDOW_DAYS - 1), last)


def response(session: Session, area: Area, unit_ids: Sequence[int], day: date) -> Response:
    """Return how far some units are heard."""
    window = window_on(day)
    cells = _receipts(session, area.agency_id, unit_ids, window)
    by_unit, by_hour, by_place = Counter[int](), Counter[int](), Counter[int]()
    used_by_unit, used_by_hour, used_by_place = Counter[int](), Counter[int](), Counter[int]()
    for unit_id, block, issued, used in cells:
        place = area.place_of(unit_id).id
        for counts, key, n in (
            (by_unit, unit_id, issued), (by_hour, block, issued), (by_place, place, issued),
            (used_by_unit, unit_id, used), (used_by_hour, block, used), (used_by_place, place, used),
        ):  # fmt: skip
            counts[key] += n
    issued, used = sum(by_unit.values()), sum(used_by_unit.values())
    return Response(
        window=window,
        whole=share_of(used, issued) if issued >= FEW else None,
        units=_units(session, area.agency_id, unit_ids, window, by_unit, used_by_unit),
        places=_groups(by_place, used_by_place),
        hours=_groups(by_hour, used_by_hour),
        channels=_channels(session, area.agency_id, unit_ids, window),
    )


def is_heard_less(part: Share, others: Share) -> bool:
    """Tell whether a group is clearly heard less than the others: beyond chance, and by more than a fifth.

    >>> is_heard_less(share_of(4, 100), share_of(180, 1000)), is_heard_less(share_of(15, 100), share_of(180, 1000))
    (True, False)
    """
    return part.whole >= N_MIN and part.high < others.low and part.value < USUAL_SWING * others.value


def _groups(issued: Counter[int], used: Counter[int]) -> tuple[Group, ...]:
    whole, hits = sum(issued.values()), sum(used.values())
    found = []
    for key in sorted(key for key in issued if issued[key] >= FEW):
        share = share_of(used[key], issued[key])
        rest = whole - issued[key]
        others = share_of(hits - used[key], rest) if rest >= FEW else None
        found.append(Group(key, share, others, bool(others and is_heard_less(share, others))))
    return tuple(found)


def _receipts(
    session: Session, agency_id: int, unit_ids: Sequence[int], window: ResponseWindow
) -> list[tuple[int, int, int, int]]:
    rows = session.execute(
        sa.select(
            BoardVisits.unit_id, BoardVisits.block, sa.func.sum(BoardVisits.issued), sa.func.sum(BoardVisits.used)
        )
        .where(BoardVisits.agency_id == agency_id, BoardVisits.unit_id.in_(unit_ids))
        .where(BoardVisits.day.between(window.first_on, window.last_on))
        .group_by(BoardVisits.unit_id, BoardVisits.block)
    )
    return [(unit_id, block, int(issued), int(used)) for unit_id, block, issued, used in rows]


def _units(
    session: Session,
    agency_id: int,
    unit_ids: Sequence[int],
    window: ResponseWindow,
    issued: Counter[int],
    used: Counter[int],
) -> tuple[UnitResponse, ...]:
    visits = _visits(session, agency_id, unit_ids, window)
    ratings = _ratings(session, agency_id, unit_ids, window)
    whole = share_of(sum(used.values()), sum(issued.values())) if sum(issued.values()) >= FEW else None
    found = []
    for unit_id in unit_ids:
        now, proven, before = ratings.get(unit_id, (0, 0, 0))
        if issued[unit_id] >= FEW:
            found.append(_by_share(unit_id, Basis.RECEIPTS, share_of(used[unit_id], issued[unit_id]), whole))
        elif visits.get(unit_id, 0) >= FEW:
            share = share_of(min(proven, visits[unit_id]), visits[unit_id])
            found.append(_by_share(unit_id, Basis.VISITS, share, whole))
        elif max(now, before) >= FEW:
            change = rate_ratio(now, WINDOW_DAYS, before, PAST_DAYS)
            found.append(UnitResponse(unit_id, Basis.PAST, None, change, change.high < USUAL_SWING))
        else:
            found.append(UnitResponse(unit_id, Basis.NONE, None, None, is_low=False))
    return tuple(found)


def _by_share(unit_id: int, basis: Basis, share: Share, whole: Share | None) -> UnitResponse:
    return UnitResponse(unit_id, basis, share, None, bool(whole and is_heard_less(share, whole)))


def _visits(session: Session, agency_id: int, unit_ids: Sequence[int], window: ResponseWindow) -> dict[int, int]:
    rows = session.execute(
        sa.select(VisitCount.unit_id, sa.func.sum(VisitCount.transactions))
        .where(VisitCount.agency_id == agency_id, VisitCount.unit_id.in_(unit_ids))
        .where(VisitCount.day.between(window.first_on, window.last_on))
        .group_by(VisitCount.unit_id)
    )
    return {unit_id: int(n) for unit_id, n in rows}


def _ratings(
    session: Session, agency_id: int, unit_ids: Sequence[int], window: ResponseWindow
) -> dict[int, tuple[int, int, int]]:
    """Return the ratings of each unit: in the window, of them with proof, and in the days before it."""
    table = DailyMeasure
    is_now = table.day >= window.first_on
    n = sa.func.sum(table.n)
    rows = session.execute(
        sa.select(
            table.unit_id, n.filter(is_now), n.filter(is_now, table.channel.in_(PROVEN)), n.filter(sa.not_(is_now))
        )
        .where(table.agency_id == agency_id, table.unit_id.in_(unit_ids), table.element == PORTAL_RATING)
        .where(table.day.between(window.first_on - timedelta(days=PAST_DAYS), window.last_on))
        .group_by(table.unit_id)
    )
    return {unit_id: (int(now or 0), int(proven or 0), int(before or 0)) for unit_id, now, proven, before in rows}


def _channels(
    session: Session, agency_id: int, unit_ids: Sequence[int], window: ResponseWindow
) -> tuple[ChannelChange, ...]:
    table = DailyMeasure
    is_now = table.day >= window.first_on
    n = sa.func.sum(table.n)
    rows = session.execute(
        sa.select(table.channel, n.filter(is_now), n.filter(sa.not_(is_now)))
        .where(table.agency_id == agency_id, table.unit_id.in_(unit_ids), table.element == PORTAL_RATING)
        .where(table.day.between(window.first_on - timedelta(days=PAST_DAYS), window.last_on))
        .where(table.channel != Channel.IMPORTED)
        .group_by(table.channel)
    )
    found = []
    for channel, now, before in rows:
        if max(now or 0, before or 0) < FEW:
            continue
        change = rate_ratio(int(now or 0), WINDOW_DAYS, int(before or 0), PAST_DAYS)
        found.append(ChannelChange(channel, int(now or 0), change, change.high < USUAL_SWING))
    return tuple(sorted(found, key=lambda one: one.channel))
