"""`make bench`: measure against the targets, print ratios, note them in docs/measured.md with `--write`."""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench import drain, real_text, submit
from bench.report import Row, table
from bench.stage import open_stage
from feedback_app import config

MEASURED = config.project_root() / "docs" / "measured.md"
MARKER = "<!-- below this line `make bench ARGS=--write` writes -->"


def main() -> int:
    """Run the benchmarks asked for; return 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "only", nargs="*", choices=["submit", "drain", "real-text", []], help="which to run (all by default)"
    )
    parser.add_argument("--seconds", type=float, default=5.0, help="length of each timed run")
    parser.add_argument("--runs", type=int, default=3, help="runs of each; the median is printed")
    parser.add_argument("--data", type=Path, default=real_text.DEFAULT_DATA, help="folder of the public text sets")
    parser.add_argument("--write", action="store_true", help=f"also write the table to {MEASURED.name}")
    asked = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="suara-bench-") as home, open_stage(Path(home)) as stage:
        if not asked.only or "submit" in asked.only:
            rows += submit.run(stage, seconds=asked.seconds, runs=asked.runs)
        if not asked.only or "drain" in asked.only:
            rows += drain.run(stage, runs=asked.runs)
        if not asked.only or "real-text" in asked.only:
            rows += real_text.run(stage, asked.data)
    found = table(rows)
    print(found)
    if asked.write:
        _write(found, f"python -m bench {' '.join(sys.argv[1:])}")
    return 0 if all(row.holds for row in rows) else 1


def _write(found: str, command: str) -> None:
    head = MEASURED.read_text(encoding="utf-8").split(MARKER)[0]
    when = f"{datetime.now(UTC):%Y-%m-%d}, `{command}`, Python {platform.python_version()}, {platform.machine()}"
    MEASURED.write_text(f"{head}{MARKER}\n\n{when}\n\n{found}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
