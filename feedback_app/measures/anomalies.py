"""Set odd runs of ratings aside, and put back what a person has looked at. Nothing is ever deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, Actor, record
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.intake.rules import clean_text
from feedback_app.measures.anomaly_counts import (
    LOOK_BACK,
    Stream,
    count_covered,
    fresh_automatic,
    fresh_bins,
    fresh_networks,
    network_past_of,
    past_of,
)
from feedback_app.measures.anomaly_rules import (
    BIN,
    bursts,
    expected_from_one_network,
    has_most_of_a_day,
    is_candidate,
    is_one_network,
)
from feedback_app.measures.anomaly_runs import is_newest, newest_of, quarantined_within
from feedback_app.measures.release_models import Anomaly, AnomalyKind, AnomalyState
from feedback_app.organisation.models import Agency

REASON_MIN: Final = 10
REASON_MAX: Final = 500
# Both ends of an anomaly belong to it, and a moment is stored to the microsecond.
_INSTANT: Final = timedelta(microseconds=1)
# What a newer row of a run takes over from the one before; the decision on that one is not among it.
_KEPT: Final = (
    "agency_id", "unit_id", "channel", "kind", "starts_at", "ends_at", "network_mark", "n", "expected",
)  # fmt: skip
_ONE_AT_A_TIME: Final = sa.text("SELECT pg_advisory_xact_lock(hashtext('measures.anomalies'))")


class AnomalyDecidedError(ConflictError):
    """Somebody has decided in between."""

    code = "anomaly_decided"


class AnomalyReasonError(InvalidInputError):
    """Putting ratings back needs a reason that others can read later."""

    code = "anomaly_reason"


@dataclass(frozen=True, slots=True)
class Found:
    """How many anomalies a look added, and how many it found to go on."""

    new: int
    extended: int


@dataclass(frozen=True, slots=True)
class _Odd:
    """What a rule found; `ends_at` belongs to it."""

    stream: Stream
    kind: AnomalyKind
    starts_at: datetime
    ends_at: datetime
    expected: float
    n: int | None = None
    mark: bytes | None = None


def detect(session: Session, *, now: datetime) -> Found:
    """Look at the ratings of the last hours; note what is odd, or lengthen what is noted already.

    A unit's past is read only where a window reaches the floor of its channel, so a normal look is three counts.
    """
    session.execute(_ONE_AT_A_TIME)
    new = extended = 0
    for odd in [*_bursts(session, now), *_networks(session, now), *_automatic(session, now)]:
        outcome = _note(session, odd, now)
        new += outcome == "new"
        extended += outcome == "extended"
    session.flush()
    return Found(new, extended)


def _bursts(session: Session, now: datetime) -> list[_Odd]:
    found = []
    for stream, bins in fresh_bins(session, now=now).items():
        if is_candidate(stream.channel, bins):
            past = past_of(session, stream, before=now - LOOK_BACK)
            found += [
                _Odd(stream, AnomalyKind.BURST, run.starts_at, run.ends_at - _INSTANT, run.expected)
                for run in bursts(stream.channel, bins, past)
            ]
    return found


def _networks(session: Session, now: datetime) -> list[_Odd]:
    found = []
    for one in fresh_networks(session, now=now):
        if not has_most_of_a_day(one.n, one.total):
            continue
        zone = _zone(session, one.stream.agency_id)
        starts_at, ends_at = _day(one.day, zone)
        past = network_past_of(session, one.stream, before=starts_at, time_zone=zone)
        if is_one_network(one.n, one.total, past):
            expected = expected_from_one_network(one.total, past)
            found.append(
                _Odd(one.stream, AnomalyKind.ONE_NETWORK, starts_at, ends_at, expected, one.n, one.mark)
            )  # fmt: skip
    return found


def _automatic(session: Session, now: datetime) -> list[_Odd]:
    found = []
    for one in fresh_automatic(session, now=now):
        starts_at, ends_at = _day(one.day, _zone(session, one.stream.agency_id))
        found.append(_Odd(one.stream, AnomalyKind.AUTOMATIC, starts_at, ends_at, 0.0, one.n))
    return found


def _zone(session: Session, agency_id: int) -> str:
    return session.get_one(Agency, agency_id).time_zone


def _day(day: date, zone: str) -> tuple[datetime, datetime]:
    starts_at = datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
    return starts_at, datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(zone)) - _INSTANT


def _note(session: Session, odd: _Odd, now: datetime) -> str:
    """Write what was found; return whether it is "new", "extended", or "known"."""
    known = _known(session, odd)
    if known is None:
        _add(session, odd, now)
        return "new"
    # Who has cleared a run has seen it; what follows at once belongs to the same run.
    if known.state is AnomalyState.CLEARED:
        return "known"
    starts_at, ends_at = min(known.starts_at, odd.starts_at), max(known.ends_at, odd.ends_at)
    n = max(known.n, _count(session, odd, starts_at, ends_at))
    expected = max(known.expected, odd.expected)
    if (starts_at, ends_at) != (known.starts_at, known.ends_at):
        _copy(session, known, now, starts_at=starts_at, ends_at=ends_at, n=n, expected=expected)
        return "extended"
    outcome = "known" if n == known.n else "extended"
    known.n, known.expected = n, expected
    return outcome


def _known(session: Session, odd: _Odd) -> Anomaly | None:
    query = sa.select(Anomaly).where(
        Anomaly.agency_id == odd.stream.agency_id, Anomaly.unit_id == odd.stream.unit_id,
        Anomaly.channel == odd.stream.channel, Anomaly.kind == odd.kind,
        Anomaly.network_mark.is_not_distinct_from(odd.mark),
        Anomaly.starts_at <= odd.ends_at + _gap(odd), Anomaly.ends_at >= odd.starts_at - _gap(odd), is_newest(),
    )  # fmt: skip
    return session.scalars(query.order_by(Anomaly.starts_at.desc(), Anomaly.id.desc()).limit(1)).first()


def _gap(odd: _Odd) -> timedelta:
    # A burst may pause; a day is a day.
    return BIN if odd.kind is AnomalyKind.BURST else timedelta()


def _count(session: Session, odd: _Odd, starts_at: datetime, ends_at: datetime) -> int:
    return odd.n or count_covered(session, odd.stream, starts_at, ends_at, odd.mark)


def _add(session: Session, odd: _Odd, now: datetime) -> None:
    n = _count(session, odd, odd.starts_at, odd.ends_at)
    row = Anomaly(
        agency_id=odd.stream.agency_id, unit_id=odd.stream.unit_id, channel=odd.stream.channel, kind=odd.kind,
        starts_at=odd.starts_at, ends_at=odd.ends_at, network_mark=odd.mark, n=n, expected=odd.expected,
        detected_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _record(session, row, "measures.set_aside", SYSTEM, now)


def _copy(session: Session, known: Anomaly, now: datetime, **changed: Any) -> Anomaly:
    """Write a newer row of a run: what holds from now on, while the older row keeps what held before."""
    kept = {name: getattr(known, name) for name in _KEPT}
    row = Anomaly(**{**kept, **changed}, detected_at=now)
    session.add(row)
    session.flush()
    return row


def clear(session: Session, anomaly: Anomaly, reason: str | None, *, actor: Actor, now: datetime) -> None:
    """Put the ratings of an anomaly back among those that count.

    Raises
    ------
    AnomalyReasonError
        There is no reason, or one that is no sentence.
    AnomalyDecidedError
        It has been cleared already.
    """
    words = clean_text(reason) or ""
    if not REASON_MIN <= len(words) <= REASON_MAX:
        raise AnomalyReasonError(f"Tuliskan alasannya, {REASON_MIN} sampai {REASON_MAX} huruf.")
    newest = _expect(session, anomaly, AnomalyState.QUARANTINED)
    for row in quarantined_within(session, newest):
        row.state, row.reason = AnomalyState.CLEARED, words
        row.decided_at, row.decided_by = now, actor.user_id
    session.flush()
    _record(session, newest, "measures.clear_anomaly", actor, now)


def set_aside_again(session: Session, anomaly: Anomaly, *, actor: Actor, now: datetime) -> None:
    """Take back that an anomaly was cleared, from now on: what was counted in between stays as it was counted.

    Raises
    ------
    AnomalyDecidedError
        It is set aside already.
    """
    newest = _copy(session, _expect(session, anomaly, AnomalyState.CLEARED), now)
    _record(session, newest, "measures.set_aside_again", actor, now)


def _expect(session: Session, anomaly: Anomaly, state: AnomalyState) -> Anomaly:
    """Return the row that tells how the run of an anomaly stands, if that is as expected."""
    session.execute(_ONE_AT_A_TIME)
    newest = newest_of(session, anomaly)
    session.refresh(newest, with_for_update=True)
    if newest.state is not state:
        raise AnomalyDecidedError("Kejanggalan ini sudah diputuskan orang lain. Muat ulang halaman untuk melihatnya.")
    return newest


def _record(session: Session, anomaly: Anomaly, action: str, actor: Actor, now: datetime) -> None:
    record(
        session, agency_id=anomaly.agency_id, actor=actor, action=action, subject_type="anomaly",
        subject_id=anomaly.id, now=now, kind=anomaly.kind.value, n=anomaly.n, unit_id=anomaly.unit_id,
    )  # fmt: skip
