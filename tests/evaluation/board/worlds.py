"""Ratings, receipts and texts of a unit in numbers, as the drain and the counter would have left them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.evaluation.board.closing import close_days, close_lots
from feedback_app.evaluation.models import Cycle, CycleSignature
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import METHOD_VERSION, Band, CycleKind, CycleStatus
from feedback_app.intake.models import Submission, VisitToken
from feedback_app.intake.rules import AnalysisState, Channel, SubmissionKind
from feedback_app.measures.operations import recount
from feedback_app.nlp.labels import Aspect, Kind, Sentiment
from feedback_app.organisation.models import Agency, Unit, UnitKind
from tests import factories as make

DAY = date(2026, 6, 1)
NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)


def receipts(session: Session, unit: Unit, day: date, count: int, *, hour: int = 9) -> list[bytes]:
    """Receipts handed out at an hour of Makassar's clock, not used yet; return their marks."""
    issued_at = datetime.combine(day, time(hour), tzinfo=UTC) - timedelta(hours=8)
    hashes = [secrets.token_bytes(32) for _ in range(count)]
    rows = [
        {
            "agency_id": unit.agency_id, "token_hash": mark, "unit_id": unit.id, "visited_on": day,
            "issued_at": issued_at, "expires_at": issued_at + timedelta(days=14),
        }
        for mark in hashes
    ]  # fmt: skip
    session.execute(sa.insert(VisitToken), rows)
    return hashes


def ratings(session: Session, unit: Unit, day: date, values: Sequence[int], **other: Any) -> list[int]:
    """Proven ratings of a day, read two hours after it began; `read_at`, `hour` and columns may say otherwise."""
    read_at = other.pop("read_at", datetime.combine(day, time(2), tzinfo=UTC))
    marks = receipts(session, unit, day, len(values), hour=other.pop("hour", 9))
    rows = [
        {
            "agency_id": unit.agency_id, "unit_id": unit.id, "kind": SubmissionKind.RATING, "channel": Channel.TOKEN,
            "rating": value, "occurred_on": day, "received_at": read_at, "visit_token_hash": mark,
            "analysis": AnalysisState.DONE, **other,
        }
        for value, mark in zip(values, marks, strict=True)
    ]  # fmt: skip
    return _stored(session, rows, read_at, {})


def texts(session: Session, unit: Unit, day: date, count: int, *, labels: dict[str, Any], **other: Any) -> list[int]:
    """Complaints of a day with the labels given."""
    read_at = datetime.combine(day, time(2), tzinfo=UTC)
    row = {
        "agency_id": unit.agency_id, "unit_id": unit.id, "kind": SubmissionKind.COMPLAINT, "channel": Channel.OPEN,
        "text": "Loket tutup sebelum waktunya.", "occurred_on": day, "received_at": read_at,
        "analysis": AnalysisState.DONE, **other,
    }  # fmt: skip
    return _stored(session, [row] * count, read_at, labels)


def _stored(session: Session, rows: list[dict[str, Any]], read_at: datetime, labels: dict[str, Any]) -> list[int]:
    ids = list(session.scalars(sa.insert(Submission).returning(Submission.id), rows))
    marks = {f"{head}_confidence": 0.9 for head in ("kind", "sentiment", "aspect", "urgency")}
    session.execute(
        sa.insert(Labels),
        [
            {
                "agency_id": rows[0]["agency_id"], "submission_id": one, "urgency_source": "model",
                "model_version": "uji-1", "labelled_at": read_at, **marks, **labels,
            }
            for one in ids
        ],
    )  # fmt: skip
    return ids


def fold(session: Session) -> None:
    """Let the daily figures say what the rows say."""
    recount(session, repair=True)
    session.expire_all()


def mixed(count: int, *, low: int = 0) -> list[int]:
    """Ratings of 3 and 4 in turn, with `low` ratings of 1 among them."""
    return [1] * low + [3 + place % 2 for place in range(count - low)]


def year_of_weeks(session: Session, unit: Unit, weeks: int, *, each: int = 40, until: date = DAY) -> None:
    """A number of weeks of ratings up to a day, the same every week."""
    for number in range(weeks):
        ratings(session, unit, until - timedelta(weeks=weeks - number), mixed(each, low=2 + number % 3))


@dataclass(frozen=True, slots=True)
class BusyAgency:
    """An agency whose board has something to say in every part."""

    agency: Agency
    top: Unit
    fallen: Unit
    silent: Unit
    people: dict[str, int]
    cycle: Cycle


def busy_agency(session: Session, now: datetime) -> BusyAgency:
    """Four units over 20 weeks: one fell, one is silent, noon is hardly heard, queues rise, two people stand out."""
    agency = make.agency(session, name="Pemerintah Kota Kupang")
    top = make.unit(session, agency, name="Kecamatan Oebobo", kind=UnitKind.DISTRICT)
    fallen, steady, silent = (
        make.unit(session, agency, parent=top, name=name, kind=UnitKind.SUBDISTRICT)
        for name in ("Kelurahan Fatululi", "Kelurahan Liliba", "Kelurahan Tuak Daun Merah")
    )
    day = now.date()
    for unit, low in ((top, 4), (fallen, 30), (steady, 4)):
        year_of_weeks(session, unit, 20, each=60, until=day - timedelta(days=7))
        ratings(session, unit, day - timedelta(days=2), mixed(60, low=low))
        for week in range(4, 8):
            ratings(session, unit, day - timedelta(weeks=week), mixed(2), hour=12)
            receipts(session, unit, day - timedelta(weeks=week), 60, hour=12)
    for ago, queue in ((120, 12), (20, 60)):
        for aspect, count in ((Aspect.QUEUE_HOURS, queue), (Aspect.CONDUCT, 25)):
            marks = {"kind": Kind.COMPLAINT, "sentiment": Sentiment.NEGATIVE, "aspect": aspect}
            texts(session, fallen, day - timedelta(days=ago), count, labels=marks)
        praise = {"kind": Kind.PRAISE, "sentiment": Sentiment.POSITIVE, "aspect": Aspect.COMPETENCE}
        texts(session, steady, day - timedelta(days=ago), 40, labels=praise)
    recount(session, repair=True)
    close_lots(session, now=now)
    close_days(session, now=now)
    cycle, people = _frozen_cycle(session, agency, fallen, day)
    session.flush()
    return BusyAgency(agency, top, fallen, silent, people, cycle)


def _frozen_cycle(session: Session, agency: Agency, unit: Unit, day: date) -> tuple[Cycle, dict[str, int]]:
    ends = day.replace(day=1) - timedelta(days=1)
    cycle = reviewed_cycle(session, agency, ends.replace(day=1), ends)
    people = {}
    for name, band in (("Yohana Lende", Band.ABOVE), ("Umbu Tara", Band.BELOW), ("Petrus Bili", Band.AS_EXPECTED)):
        who = make.employee(session, agency, name=name)
        make.assignment(session, who, unit)
        score(session, cycle, who.id, band)
        people[name] = who.id
    freeze(session, cycle)
    return cycle, people


def reviewed_cycle(session: Session, agency: Agency, first: date, last: date, **values: Any) -> Cycle:
    """A month that is reviewed and not signed yet."""
    moment = datetime.combine(last, time(4), tzinfo=UTC) + timedelta(days=25)
    row = Cycle(
        agency_id=agency.id,
        **{
            "name": f"Bulan {first:%m.%Y}", "kind": CycleKind.MONTHLY, "starts_on": first, "ends_on": last,
            "status": CycleStatus.REVIEWED, "method_version": METHOD_VERSION, "opened_at": moment,
            "computed_at": moment, "inputs_until": moment, "input_hash": "a" * 64, "output_hash": "b" * 64,
            "tau2": 30.0, "sigma2": 500.0, "delta": 2.5, **values,
        },
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def sign(session: Session, cycle: Cycle) -> None:
    """Two signatures under a reviewed cycle."""
    moment = cycle.opened_at + timedelta(days=1)
    for _ in range(2):
        who = make.user(session)
        session.add(
            CycleSignature(
                agency_id=cycle.agency_id, cycle_id=cycle.id, user_id=who.id, signed_at=moment,
                input_hash=cycle.input_hash, output_hash=cycle.output_hash,
            )
        )  # fmt: skip
    session.flush()
    cycle.status, cycle.signed_at = CycleStatus.SIGNED, moment
    session.flush()


def freeze(session: Session, cycle: Cycle) -> None:
    """Sign a reviewed cycle and freeze it."""
    sign(session, cycle)
    cycle.status, cycle.frozen_at = CycleStatus.FROZEN, cycle.signed_at
    session.flush()


def score(session: Session, cycle: Cycle, employee_id: int, band: Band) -> None:
    """A score of a cycle with the band given."""
    value = {Band.ABOVE: 6.0, Band.BELOW: -6.0}.get(band, 0.0)
    ends = {"score": value, "low": value - 2, "high": value + 2}
    values = {
        "agency_id": cycle.agency_id, "cycle_id": cycle.id, "employee_id": employee_id, "n": 80, "n_effective": 80.0,
        "own_share": 1.0, "n_beside": 0, "mean_residual": value, "standard_error": 1.2, "reliability": 0.8,
        "band": band, "shadow_band": band, **ends, **{f"shadow_{name}": end for name, end in ends.items()},
    }  # fmt: skip
    session.execute(sa.insert(Score).values(**values))
