"""`make bench`: measure against the targets, print ratios, note them in docs/measured.md with `--write`.

Written is the latest of each row; what was not measured again stays below its own date.

submit     P1, P7  a rating, fully checked, against pgbench and against hello; Redis commands
pages      P2, P3  the rating page and a unit's public page against hello
spike      P4      ratings on one unit at 250/s: latency, losses, backlog (--spike-seconds 600 for the whole of it)
helpdesk   P4      our submits against django-helpdesk's, installed from the package index into a folder of its own
hot        P5      the same load on one unit and over 500
dashboard  P8      a head's dashboard over 200,000 cases and their timelines, beside counting the timelines
inbox      P11     the inbox and its search over 200,000 cases against django-helpdesk's ticket list
drain      P6      the worker against the model alone and against one job a row
evaluation  P9     a cycle of 20,000 people over ten million ratings, against counting them and the naive SQL
skm                the index of a million questionnaires, of a file and from the sums, against pandas
duplicates         reports of one event among 100,000, against words TF-IDF of scikit-learn; the same in PostgreSQL
backup             an encrypted copy of a million ratings against pg_dump; restoring and drill
audit       R5      acts written to the trail beside a plain insert; a million sealed, verified, and a page of them
real-text          public text sets through import, worker and recount
"""

from __future__ import annotations

import argparse
import platform
import re
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench import (
    audit,
    backup,
    dashboard,
    drain,
    duplicates,
    evaluation,
    evaluation_rows,
    helpdesk,
    hot,
    inbox,
    pages,
    real_text,
    skm,
    skm_rows,
    spike,
    submit,
)
from bench.report import Row, kept, table
from bench.stage import Stage, open_stage
from feedback_app import config

MEASURED: Final = config.project_root() / "docs" / "measured.md"
MARKER: Final = "<!-- below this line `make bench ARGS=--write` writes -->"

Benchmark = Callable[[Stage, argparse.Namespace], list[Row]]

# In this order: the last two leave many rows behind, the same for both.
BENCHMARKS: Final[dict[str, Benchmark]] = {
    "submit": lambda stage, asked: submit.run(stage, seconds=asked.seconds, runs=asked.runs),
    "pages": lambda stage, asked: pages.run(stage, seconds=asked.seconds, runs=asked.runs),
    "hot": lambda stage, asked: hot.run(stage, seconds=asked.seconds, runs=asked.runs),
    "helpdesk": lambda stage, asked: helpdesk.run(
        stage, seconds=asked.seconds, runs=asked.runs, folder=asked.helpdesk_folder
    ),
    "spike": lambda stage, asked: spike.run(stage, seconds=asked.spike_seconds),
    "drain": lambda stage, asked: drain.run(stage, runs=asked.runs),
    "real-text": lambda stage, asked: real_text.run(stage, asked.data),
    "dashboard": lambda stage, asked: dashboard.run(stage, runs=asked.runs),
    "evaluation": lambda stage, asked: evaluation.run(stage, runs=asked.runs, ratings=asked.ratings),
    "skm": lambda stage, asked: skm.run(stage, runs=asked.runs, responses=asked.responses),
    "duplicates": lambda stage, _asked: duplicates.run(stage),
    "backup": lambda stage, asked: backup.run(stage, runs=asked.runs, ratings=asked.copied),
    "audit": lambda stage, asked: audit.run(stage, events=asked.events),
    "inbox": lambda stage, asked: inbox.run(stage, runs=asked.runs, folder=asked.helpdesk_folder),
}


def main() -> int:
    """Run the benchmarks asked for; return 1 if a target is missed."""
    asked = _arguments()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="suara-bench-") as home, open_stage(Path(home)) as stage:
        try:
            for name, benchmark in BENCHMARKS.items():
                if not asked.only or name in asked.only:
                    print(f"{name} ...", file=sys.stderr, flush=True)
                    rows += benchmark(stage, asked)
        finally:
            # What was measured before something failed is not lost with it.
            print(table(rows))
    if asked.write:
        _write(rows, _command())
    return 0 if all(row.holds for row in rows) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "only", nargs="*", choices=[*BENCHMARKS, []], metavar="name", help="which to run (default: all)"
    )
    parser.add_argument("--seconds", type=float, default=5.0, help="length of each timed run (%(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each; the median is printed (%(default)s)")
    parser.add_argument("--spike-seconds", type=float, default=20.0, help="length of the spike (%(default)s)")
    parser.add_argument("--data", type=Path, default=real_text.DEFAULT_DATA, help="folder of the public text sets")
    parser.add_argument(
        "--helpdesk-folder", type=Path, default=helpdesk.DEFAULT_FOLDER,
        help="where django-helpdesk is installed and kept (%(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--responses", type=int, default=skm_rows.RESPONSES, help="questionnaires of the survey (%(default)s)"
    )
    parser.add_argument(
        "--ratings", type=int, default=evaluation_rows.RATINGS, help="ratings of the evaluation (%(default)s)"
    )
    parser.add_argument("--copied", type=int, default=1_000_000, help="ratings in the copied database (%(default)s)")
    parser.add_argument("--events", type=int, default=audit.EVENTS, help="events of the audit trail (%(default)s)")
    parser.add_argument("--write", action="store_true", help=f"also write the table to docs/{MEASURED.name}")
    return parser.parse_args()


def _command() -> str:
    """Return the command as anybody would give it: without the folders of this machine."""
    told = " ".join(["python -m bench", *sys.argv[1:]])
    return re.sub(r" --(?:data|helpdesk-folder)[ =]\S+", "", told)


def _write(rows: list[Row], command: str) -> None:
    head, _, noted = MEASURED.read_text(encoding="utf-8").partition(MARKER)
    when = f"{datetime.now(UTC):%Y-%m-%d}, `{command}`, Python {platform.python_version()}, {platform.machine()}"
    MEASURED.write_text(f"{head}{MARKER}\n\n{kept(noted, rows, when)}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
