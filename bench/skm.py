"""The satisfaction index of a million questionnaires: of a file, and from the sums, beside pandas on the same rows."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench import skm_rows
from bench.report import Row
from bench.stage import Stage
from feedback_app import config
from feedback_app.db import db
from feedback_app.survey.elements import RULESETS, RuleSetCode
from feedback_app.survey.folding import fold_batch
from feedback_app.survey.index import Index, Total, index_of_totals, mean_index
from feedback_app.survey.models import Period
from feedback_app.survey.recount import recount
from feedback_app.survey.results import figures

TARGET: Final = "SKM"
NINE: Final = RuleSetCode.PERMENPANRB_14_2017
# Larger than in everyday work, where a batch is what came since the last one.
BATCH: Final = 50_000
RAW: Final = f"""
SELECT unit_id, {", ".join(f"count(answers[{n}]), sum(answers[{n}])::bigint" for n in range(1, 10))}
FROM skm_responses WHERE agency_id = :agency AND period_id = :period AND NOT is_withdrawn GROUP BY unit_id
"""

Found = TypeVar("Found")


class DifferentFiguresError(Exception):
    """Two ways to the same figure disagree: what was measured is worth nothing."""


def run(stage: Stage, *, runs: int, responses: int) -> list[Row]:
    """Return the seconds of computing a file and of making all figures of a period, beside pandas."""
    return [*_of_file(stage.settings.home, runs, responses), *_of_sums(stage, runs, responses)]


def _of_file(home: Path, runs: int, responses: int) -> list[Row]:
    path = str(skm_rows.written(home / "jawaban.csv", responses))
    ours, theirs = [], []
    for _ in range(runs):
        seconds, told = _timed(lambda: _told("feedback_app", "skm", "compute", path, "--order", "form", "--json"))
        ours.append(seconds)
        seconds, pandas = _timed(lambda: _told("bench.skm_pandas", "csv", path))
        theirs.append(seconds)
        if json.loads(told)["index"] != pandas.strip():
            raise DifferentFiguresError(f"file: {told} against {pandas}")
    what = f"index of a file of {responses:,} against pandas, whole processes"
    return [_row(what, statistics.median(ours), statistics.median(theirs))]


def _of_sums(stage: Stage, runs: int, responses: int) -> list[Row]:
    period_id = skm_rows.filled(stage, responses)
    with stage.app.app_context():
        session = db.session()
        folding, folded = _timed(lambda: _fold(session, (stage.agency_id, period_id)))
        skm_rows.swept(stage)
        period = session.scalars(sa.select(Period).where(Period.id == period_id)).one()
        from_sums, index = _median(runs, lambda: _index_of(session, period))
        raw, counted = _median(runs, lambda: _raw_index(session, period))
        recounting, differences = _timed(lambda: recount(session, agency_id=stage.agency_id))
        session.rollback()
    pandas = json.loads(_told("bench.skm_pandas", "rows", str(stage.settings.database_url), str(period_id)))
    if folded != responses or differences or index.exact != counted or abs(pandas["index"] - counted) > 1e-9:
        raise DifferentFiguresError(f"{folded} folded, {len(differences)} differ, {index.exact}, {counted}, {pandas}")
    reading = pandas["read"] + pandas["all"]
    what = f"figures of a period of {responses:,} from the sums, {skm_rows.UNITS} units"
    return [
        _row(f"{what}, against SQL over the rows", from_sums, raw),
        _row(f"{what}, against pandas with reading the rows", from_sums, reading),
        _row(f"{what}, against pandas once the rows are in memory", from_sums, pandas["all"]),
        _row(f"{what}, against the indexes alone by pandas in memory", from_sums, pandas["indexes"], None),
        _row(f"folding {responses:,}, against counting all sums again in SQL", folding, recounting, None),
    ]


def _row(what: str, ours: float, other: float, limit: float | None = 1.0) -> Row:
    return Row(TARGET, what, ours, other, "s", limit, at_least=False)


def _fold(session: Session, of: tuple[int, int]) -> int:
    done = 0
    while folded := fold_batch(session, limit=BATCH, period=of):
        done += folded
        session.commit()
    session.rollback()
    return done


def _index_of(session: Session, period: Period) -> Index:
    index = figures(session, period).agency.index
    if index is None:
        raise DifferentFiguresError("the sums give no index")
    return index


def _raw_index(session: Session, period: Period) -> Fraction:
    """Return the agency's index from the questionnaires themselves, without any stored sum."""
    rows = session.execute(sa.text(RAW), {"agency": period.agency_id, "period": period.id}).all()
    keys = RULESETS[NINE].form_order
    units = [
        index_of_totals(
            {key: [Total(row[1 + 2 * place], row[2 + 2 * place])] for place, key in enumerate(keys)}, ruleset=NINE
        )
        for row in rows
    ]
    return mean_index(units).exact


def _told(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=config.project_root(), capture_output=True, text=True, check=True
    )
    return done.stdout


def _timed(work: Callable[[], Found]) -> tuple[float, Found]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def _median(runs: int, work: Callable[[], Found]) -> tuple[float, Found]:
    timed = [_timed(work) for _ in range(runs)]
    return statistics.median(seconds for seconds, _ in timed), timed[-1][1]
