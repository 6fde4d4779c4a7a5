"""P2 and P3: what a citizen opens, the rating page and the public page of a unit, against a route that does nothing."""

from __future__ import annotations

import statistics
from typing import Final

from bench import load
from bench.report import Row
from bench.stage import Stage, cpu_seconds
from bench.submit import PATH as RATING_PATH
from bench.units import unit_codes
from bench.web import CLIENTS, GRANIAN, GUNICORN, Served, hello, measured, opened, serving

UNIT_PATH: Final = "/unit/bench/{code}"
HOT: Final = "unit"

Costs = dict[str, list[float]]


def run(stage: Stage, *, seconds: float, runs: int) -> list[Row]:
    """Measure each page in turn, `runs` times; return the medians of CPU milliseconds a request."""
    codes, costs = unit_codes(stage), Costs()
    for _ in range(runs):
        for name, cost in _costs(stage, codes, seconds).items():
            costs.setdefault(name, []).append(cost)
    middle = {name: statistics.median(found) for name, found in costs.items()}
    return [
        *_rows("P2", "the rating page", middle["rate"], middle, 1.5),
        *_rows("P3", "a unit's page, known to the browser (304),", middle["known"], middle, 1.5),
        *_rows("P3", "a unit's page, kept by the server (200),", middle["kept"], middle, 1.5),
        *_rows("P3", f"a unit's page, not kept ({len(codes)} units, each once),", middle["drawn"], middle, 4),
    ]


def _rows(target: str, what: str, cost: float, costs: dict[str, float], limit: float) -> list[Row]:
    return [
        Row(target, f"CPU of {what} against hello on {name}", cost, costs[name], "ms", limit, at_least=False)
        for name in ("granian", "gthread 2×8")
    ]


def _costs(stage: Stage, codes: list[str], seconds: float) -> dict[str, float]:
    hot = UNIT_PATH.format(code=HOT)
    with serving(stage) as web:
        page = opened(web.port, hot)
        if page.status != 200:
            raise RuntimeError(f"{hot} answered {page.status}")
        costs = {
            "rate": measured(web, [load.get(RATING_PATH)], seconds=seconds, status=200)[1],
            "kept": measured(web, [load.get(hot)], seconds=seconds, status=200)[1],
            "known": measured(web, [load.get(hot, If_None_Match=page.etag)], seconds=seconds, status=304)[1],
            # The hot page above has warmed both processes; what is left is the page itself.
            "drawn": _each_once(web, [load.get(UNIT_PATH.format(code=code)) for code in codes]),
        }
    costs["granian"] = hello(stage, GRANIAN, seconds)
    costs["gthread 2×8"] = hello(stage, GUNICORN, seconds)
    return costs


def _each_once(web: Served, requests: list[bytes]) -> float:
    before = cpu_seconds(web.process)
    done = load.once(web.port, requests, clients=CLIENTS).expect(200)
    return 1000 * (cpu_seconds(web.process) - before) / done.requests
