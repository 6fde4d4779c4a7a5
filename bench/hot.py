"""P5: the same load of ratings on one unit and spread over many; nothing of a submit may wait for the unit's others."""

from __future__ import annotations

import statistics

from bench import load
from bench.report import Row
from bench.stage import Stage
from bench.submit import PATH, RATING, nothing_pending
from bench.units import unit_codes
from bench.web import CLIENTS, filled, measured, serving


def run(stage: Stage, *, seconds: float, runs: int) -> list[Row]:
    """Measure both in turn, `runs` times; return the medians of accepted ratings a second."""
    paths = [f"/nilai/bench/{code}" for code in unit_codes(stage)]
    hot, spread = [], []
    for _ in range(runs):
        hot.append(_rate(stage, [PATH], seconds))
        spread.append(_rate(stage, paths, seconds))
    what = f"submits on one unit against the same over {len(paths)} units"
    return [Row("P5", what, statistics.median(hot), statistics.median(spread), "/s", 0.9, at_least=True)]


def _rate(stage: Stage, paths: list[str], seconds: float) -> float:
    nothing_pending(stage)
    with serving(stage) as web:
        # As many pages for either: a cookie and a form token are good for any unit.
        form = filled(web.port, paths[0], RATING)
        aimed = [form.replace(paths[0].encode(), path.encode(), 1) for path in paths]
        if len(aimed) > 1:
            load.once(web.port, aimed, clients=CLIENTS)
        return measured(web, aimed, seconds=seconds, status=303)[0].rate
