"""What pandas needs for the same figures, in a process of its own: `python -m bench.skm_pandas csv|rows …`.

`csv FILE` reads a file of answers and prints the index, as somebody would in a notebook. `rows URL PERIOD` reads a
period's questionnaires by the database driver, then makes from what is in memory what we make from the sums: the index
of each unit and of the agency, the spread behind the intervals, blanks, and the shares of channels and hours that
warnings look at. It prints how long both took, and how long the indexes alone.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import pandas as pd  # type: ignore[import-untyped]
import psycopg

Found = TypeVar("Found")

ELEMENTS = [f"u{number}" for number in range(1, 10)]
ROWS = f"""
SELECT unit_id, channel, hours, {", ".join(f"answers[{number}] AS u{number}" for number in range(1, 10))}
FROM skm_responses WHERE period_id = %s AND NOT is_withdrawn
"""


def from_csv(path: str) -> None:
    """Print the index of a file."""
    print(f"{pd.read_csv(path)[ELEMENTS].mean().mean() * 25:.2f}")


def from_rows(url: str, period_id: str) -> None:
    """Print, as JSON, the agency's index and the seconds of reading and of computing (the median of five)."""
    began = time.perf_counter()
    with psycopg.connect(url) as connection, connection.cursor(binary=True) as cursor:
        rows = cursor.execute(ROWS, [int(period_id)]).fetchall()
        frame = pd.DataFrame(rows, columns=["unit_id", "channel", "hours", *ELEMENTS])
    read = time.perf_counter() - began
    index, indexes = _median(lambda: _index(frame))
    _, everything = _median(lambda: (_index(frame), _beside(frame)))
    print(json.dumps({"rows": len(frame), "read": read, "indexes": indexes, "all": everything, "index": index}))


def _index(frame: pd.DataFrame) -> float:
    return float((frame.groupby("unit_id")[ELEMENTS].mean().mean(axis=1) * 25).mean())


def _beside(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """Return what else a period's figures hold: spreads, blanks, channels and hours by unit."""
    scores = frame[ELEMENTS].sum(axis=1, skipna=False).groupby(frame["unit_id"]).agg(["count", "mean", "var"])
    by_unit = frame.groupby("unit_id")
    return [scores, by_unit[ELEMENTS].count(), by_unit["channel"].value_counts(), by_unit["hours"].value_counts()]


def _median(work: Callable[[], Found]) -> tuple[Found, float]:
    """Return what came out, and the median seconds of five times."""
    taken, found = [], work()
    for _ in range(5):
        began = time.perf_counter()
        found = work()
        taken.append(time.perf_counter() - began)
    return found, statistics.median(taken)


if __name__ == "__main__":
    if sys.argv[1] == "csv":
        from_csv(sys.argv[2])
    else:
        from_rows(sys.argv[2], sys.argv[3])
