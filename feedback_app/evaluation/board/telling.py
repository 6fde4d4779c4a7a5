"""The board as plain data for files and programs: no cell says more than the page does, and each says its days."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from feedback_app.evaluation.board.candidates import Candidate, Candidates
from feedback_app.evaluation.board.control_charts import Chart, Point
from feedback_app.evaluation.board.queries import METHOD, Board
from feedback_app.evaluation.board.rates import RateRatio, Share
from feedback_app.evaluation.board.response import Group, UnitResponse
from feedback_app.evaluation.board.rules import FEW, LOT_MIN, SHARE_MIN
from feedback_app.evaluation.board.silence import ReceiptAlarm
from feedback_app.evaluation.board.training import TrainingNeed
from feedback_app.evaluation.board.trends import AspectTrend
from feedback_app.measures.release_rules import told_count
from feedback_app.organisation.rules import mask_nip

NOTES: Final = {
    "ratings": "proven visits (channel token), 1 to 4; not among them: confidential ones, allegations, odd runs",
    "lots": f"closed lots of at least {LOT_MIN} ratings, never changed; shares of at least {SHARE_MIN}",
    "points": "of the week of last_on; first_on: earliest visit in its lots; days may overlap, no rating counts twice",
    "limits": "three standard errors around the unit's own past, each point with its own number",
    "texts": f"rounded down to {FEW}; a ratio only where both numbers are at least {FEW}; Benjamini-Hochberg, 5 %",
    "response": "receipts that came back as ratings, of days whose receipts have all run out; 95 % interval (Wilson)",
    "people": "from frozen cycles only, by name, never ranked: a proposal to read the evidence, no judgement",
}
COLUMNS: Final = (
    "section", "unit", "unit_name", "figure", "first_on", "last_on", "n", "value", "low", "high", "note",
)  # fmt: skip


def told(board: Board, agency: str, *, now: datetime, people: Candidates | None) -> dict[str, Any]:
    """Return the whole board with where it comes from."""
    return {
        "provenance": _provenance(board, agency, now, people),
        "units": [_unit(board, row) for row in board.rows],
        "mean": _chart(board.means),
        "dissatisfied": _chart(board.shares),
        "aspects": [_aspect(one) for one in board.voices.aspects],
        "training": [_need(one) for one in board.needs],
        "response": {
            "whole": _share(board.response.whole),
            "places": [{"unit": _code(board, one.key), **_group(one)} for one in board.response.places],
            "hours": [{"hour": one.key, **_group(one)} for one in board.response.hours],
            "channels": [
                {"channel": one.channel.value, "n": one.now, **_ratio(one.change), "is_low": one.is_low}
                for one in board.response.channels
            ],
        },
        "silent_units": [_code(board, unit_id) for unit_id in board.silent],
        "receipt_alarms": [_alarm(board, one) for one in board.alarms],
        "people": _people(people),
    }


def rows_of(found: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a sheet in the order of `COLUMNS`, the provenance first."""
    for key, value in found["provenance"].items():
        yield _line("provenance", key, {}, note=value)
    for unit in found["units"]:
        note = " ".join((*unit["signals"], *(["silent"] if unit["is_silent"] else [])))
        yield _line("unit", "mean", unit["newest"] or {}, of=unit, note=note)
        yield _line("unit", f"response_{unit['response']['basis']}", unit["response"], of=unit)
    for name in ("mean", "dissatisfied"):
        for point in found[name]["points"]:
            yield _line("chart", name, point, note=" ".join(point["signals"]))
    for one in found["aspects"]:
        yield _line(
            "aspect", f"{one['aspect']}_{one['stance']}", one, n="texts_at_least", value="ratio",
            note="notable" if one["is_notable"] else None,
        )  # fmt: skip
    for one in found["training"]:
        yield _line("training", one["need"], one, n="texts_at_least", note=" ".join(one["aspects"]))
    for section, key in (("places", "unit"), ("hours", "hour")):
        for one in found["response"][section]:
            yield _line("response", f"{section}_{one[key]}", one, note="low" if one["is_low"] else None)
    for code in found["silent_units"]:
        yield _line("silent", "no_feedback", {}, of={"code": code})


def _line(
    section: str,
    figure: str,
    cells: dict[str, Any],
    *,
    of: dict[str, Any] | None = None,
    n: str = "n",
    value: str = "value",
    note: object = None,
) -> tuple[object, ...]:
    names = ("first_on", "last_on", n, value, "low", "high")
    unit = of or {}
    return (section, unit.get("code"), unit.get("name"), figure, *(cells.get(name) for name in names), note)


def _provenance(board: Board, agency: str, now: datetime, people: Candidates | None) -> dict[str, Any]:
    window, heard = board.voices.window, board.response.window
    found: dict[str, Any] = {
        "agency": agency, "method": METHOD, "counted_at": now.isoformat(), "day": board.day.isoformat(),
        "ratings_read_until": board.read_until.isoformat() if board.read_until else None,
        "texts_from": window.first_on.isoformat(), "texts_to": window.last_on.isoformat(),
        "texts_before_from": window.before_on.isoformat(), "texts_before_to": window.before_last_on.isoformat(),
        "receipts_from": heard.first_on.isoformat(), "receipts_to": heard.last_on.isoformat(),
        **{f"note_{name}": words for name, words in NOTES.items()},
    }  # fmt: skip
    if people is not None:
        for name, cycle in (("cycle", people.cycle), ("cycle_before", people.before)):
            if cycle is not None:
                found[name] = f"{cycle.name} v{cycle.version} {cycle.method_version}"
                found[f"{name}_input_hash"], found[f"{name}_output_hash"] = cycle.input_hash, cycle.output_hash
    return found


def _code(board: Board, unit_id: int) -> str:
    return board.area.units[unit_id].code


def _unit(board: Board, row: Any) -> dict[str, Any]:
    points = row.chart.points
    return {
        "code": row.unit.code, "name": row.unit.name, "place": board.area.place_of(row.unit.id).code,
        "newest": _point(points[-1]) if points else None,
        "signals": [f"{signal.rule.value}_{signal.side.value}" for signal in row.signals],
        "response": _response(row.response), "is_silent": row.is_silent, "has_receipt_alarm": row.has_alarm,
    }  # fmt: skip


def _response(one: UnitResponse | None) -> dict[str, Any]:
    if one is None:
        return {"basis": "none", "is_low": False}
    return {"basis": one.basis.value, "is_low": one.is_low, **(_share(one.share) or {}), **_ratio(one.past)}


def _chart(chart: Chart) -> dict[str, Any]:
    centre = None if chart.centre is None else round(chart.centre, 2)
    return {"centre": centre, "points": [_point(point) for point in chart.points]}


def _point(point: Point) -> dict[str, Any]:
    return {
        "first_on": point.batch.first_on.isoformat(), "last_on": point.batch.last_on.isoformat(), "n": point.batch.n,
        "value": round(point.value, 2), "low": round(point.low, 2), "high": round(point.high, 2),
        "is_judged": point.is_judged,
        "signals": [f"{signal.rule.value}_{signal.side.value}" for signal in point.signals],
    }  # fmt: skip


def _aspect(one: AspectTrend) -> dict[str, Any]:
    found = {
        "aspect": one.aspect.value, "stance": one.stance.value, "is_notable": one.is_notable,
        "texts_at_least": told_count(one.now), "texts_before_at_least": told_count(one.before),
    }  # fmt: skip
    return {**found, **_ratio(one.change)} if one.tells_ratio else found


def _need(one: TrainingNeed) -> dict[str, Any]:
    return {
        "need": one.need.value, "texts_at_least": told_count(one.share.part), "value": round(one.share.value, 2),
        "low": round(one.share.low, 2), "high": round(one.share.high, 2),
        "aspects": [aspect.aspect.value for aspect in one.aspects], "elements": list(one.elements),
    }  # fmt: skip


def _group(one: Group) -> dict[str, Any]:
    return {**(_share(one.share) or {}), "is_low": one.is_low}


def _share(share: Share | None) -> dict[str, Any] | None:
    if share is None:
        return None
    return {
        "n": share.whole, "value": round(share.value, 3), "low": round(share.low, 3), "high": round(share.high, 3)
    }  # fmt: skip


def _ratio(change: RateRatio | None) -> dict[str, Any]:
    if change is None:
        return {}
    high = None if math.isinf(change.high) else round(change.high, 1)
    ratio = None if math.isinf(change.ratio) else round(change.ratio, 1)
    return {"ratio": ratio, "low": round(change.low, 1), "high": high}


def _alarm(board: Board, one: ReceiptAlarm) -> dict[str, Any]:
    return {
        "unit": _code(board, one.unit_id), "week": one.starts_on.isoformat(), "transactions": one.transactions,
        "issued": one.issued, "used": one.used, "finding": one.finding.value if one.finding else None,
        "use": one.use.value if one.use else None,
    }  # fmt: skip


def _people(people: Candidates | None) -> dict[str, Any] | None:
    if people is None:
        return None
    return {
        "recognition": [_person(one) for one in people.recognised],
        "support": [_person(one) for one in people.supported],
    }


def _person(one: Candidate) -> dict[str, Any]:
    score = one.row.score
    return {
        "employee_number": mask_nip(one.row.nip), "name": one.row.name, "positions": one.row.positions,
        "band": score.band.value, "n": score.n, "score": round(score.score, 1), "low": round(score.low, 1),
        "high": round(score.high, 1), "reliability": round(score.reliability, 2), "is_twice": one.is_twice,
    }  # fmt: skip
