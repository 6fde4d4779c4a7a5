"""`feedback import submissions` as an operator meets it: its words, its exit codes, and what a kill leaves behind."""

from __future__ import annotations

import csv
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask
from redis import Redis
from sqlalchemy.orm import Session

from feedback_app.cli.import_ import import_group
from feedback_app.db import db
from feedback_app.intake.models import Import, ImportRow, Submission
from feedback_app.organisation.models import Agency
from feedback_app.queue import queue_on
from tests import factories
from tests.conftest import Live

Command = Callable[..., Result]
MAPPED = ("--map", "text=KOMENTAR", "--map", "rating=NILAI", "--map", "date=TANGGAL")


@pytest.fixture
def agency(session: Session) -> Agency:
    row = factories.agency(session, code="kupang")
    factories.unit(session, row, code="dukcapil")
    factories.unit(session, row, code="rsud")
    session.commit()
    return row


@pytest.fixture
def command(app: Flask, agency: Agency) -> Iterator[Command]:
    def invoke(path: Path, *options: str) -> Result:
        return CliRunner().invoke(import_group, ["submissions", str(path), "--agency", "kupang", *options])

    with app.app_context():
        yield invoke


def written(folder: Path, content: str | bytes, name: str = "survei.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def texts(session: Session) -> list[str | None]:
    return list(session.scalars(sa.select(Submission.text).order_by(Submission.id)))


SURVEY = "KOMENTAR,NILAI,TANGGAL\nAntre lama,2,2026-03-01\nRamah sekali,4,1 Maret 2026\n"


def test_a_survey_is_imported_and_the_end_is_told(command: Command, session: Session, tmp_path: Path) -> None:
    result = command(written(tmp_path, SURVEY), "--unit", "dukcapil", *MAPPED)
    assert result.exit_code == 0, result.output
    assert "Imported: survei.csv into kupang, source 'survei'" in result.stdout
    assert "2 rows read" in result.stdout
    assert "2 new" in result.stdout
    assert "2 rows read, 0 rejected" in result.stderr
    assert texts(session) == ["Antre lama", "Ramah sekali"]
    assert [path.name for path in tmp_path.iterdir()] == ["survei.csv"]


def test_the_same_file_again_is_already_imported(command: Command, session: Session, tmp_path: Path) -> None:
    path = written(tmp_path, SURVEY)
    command(path, "--unit", "dukcapil", *MAPPED)
    again = command(path, "--unit", "dukcapil", *MAPPED)
    assert again.exit_code == 0
    assert "sudah diimpor" in again.stdout
    assert "0 new rows now" in again.stdout
    assert len(texts(session)) == 2


def test_rejected_rows_are_counted_by_reason_and_written_down(command: Command, tmp_path: Path) -> None:
    path = written(tmp_path, SURVEY + ",,2026-03-01\nBesok,1,kapan\n")
    result = command(path, "--unit", "dukcapil", *MAPPED)
    assert result.exit_code == 0
    assert "2 rejected" in result.stdout
    assert "1   says nothing" in result.stdout
    assert "1   date unreadable" in result.stdout
    rejects = tmp_path / "survei.csv.rejects.csv"
    assert str(rejects) in result.stdout
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        assert [row["nomor_baris"] for row in csv.DictReader(file)] == ["4", "5"]


def test_the_corrected_rejects_are_imported_by_the_same_mapping(
    command: Command, session: Session, tmp_path: Path
) -> None:
    command(written(tmp_path, SURVEY + "Besok,1,kapan\n"), "--unit", "dukcapil", *MAPPED)
    rejects = tmp_path / "survei.csv.rejects.csv"
    rejects.write_text(rejects.read_text(encoding="utf-8-sig").replace("kapan,", "2026-03-02,"), encoding="utf-8")
    result = command(rejects, "--unit", "dukcapil", "--source", "survei", *MAPPED)
    assert result.exit_code == 0, result.output
    assert texts(session)[-1] == "Besok"


def test_only_a_file_of_bad_rows_is_a_failure(command: Command, session: Session, tmp_path: Path) -> None:
    result = command(written(tmp_path, "KOMENTAR,NILAI,TANGGAL\n,,2026-03-01\n"), "--unit", "dukcapil", *MAPPED)
    assert result.exit_code == 1
    assert "Nothing was imported" in result.stdout
    assert texts(session) == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param(("--unit", "dukcapil", "--map", "text=KOMEN", "--date", "2026-03-01"), "'KOMENTAR'?", id="column"),
        pytest.param(("--unit", "dukcapil", "--map", "txt=KOMENTAR"), "did you mean 'text'?", id="field"),
        pytest.param(("--unit", "dukcapl", *MAPPED), "did you mean 'dukcapil'?", id="unit"),
        pytest.param(("--unit", "dukcapil", "--service", "kk", *MAPPED), "does not give a service 'kk'", id="service"),
        pytest.param(("--unit", "dukcapil", "--map", "date=TANGGAL"), "text or rating", id="says nothing"),
        pytest.param(("--unit", "dukcapil", "--map", "text=KOMENTAR"), "needs a date", id="no date"),
        pytest.param(MAPPED, "needs a unit", id="no unit"),
        pytest.param(("--unit", "dukcapil", "--utc-offset", "WITA", *MAPPED), "--utc-offset takes", id="offset"),
        pytest.param(("--unit", "dukcapil", "--rating-values", "5=5", *MAPPED), "--rating-values takes", id="scale"),
        pytest.param(("--unit", "dukcapil", "--delimiter", "::", *MAPPED), "--delimiter takes", id="delimiter"),
        pytest.param(("--unit", "dukcapil", "--sheet", "2026", *MAPPED), "--sheet has no meaning", id="sheet"),
        pytest.param(("--unit", "dukcapil", "--encoding", "x", *MAPPED), "no encoding 'x'", id="encoding"),
        pytest.param(("--unit", "dukcapil", "--rejects", "/tidak/ada/r.csv", *MAPPED), "--rejects", id="rejects"),
    ],
)
def test_what_does_not_fit_is_told_before_anything_is_read_in(
    command: Command, session: Session, tmp_path: Path, options: tuple[str, ...], says: str
) -> None:
    result = command(written(tmp_path, SURVEY), *options)
    assert result.exit_code == 2
    assert says in result.stderr
    assert session.scalar(sa.select(sa.func.count()).select_from(Import)) == 0


def test_an_unknown_agency_is_refused_with_the_ones_there_are(app: Flask, agency: Agency, tmp_path: Path) -> None:
    arguments = ["submissions", str(written(tmp_path, SURVEY)), "--agency", "kupan", "--unit", "dukcapil", *MAPPED]
    with app.app_context():
        result = CliRunner().invoke(import_group, arguments)
    assert result.exit_code == 2
    assert "There is no agency 'kupan'; did you mean 'kupang'?" in result.stderr


def test_a_file_of_another_encoding_is_refused_by_line_and_read_when_named(
    command: Command, session: Session, tmp_path: Path
) -> None:
    path = written(tmp_path, "KOMENTAR,NILAI,TANGGAL\nKafé ramai,3,2026-03-01\n".encode("cp1252"))
    refused = command(path, "--unit", "dukcapil", *MAPPED)
    assert refused.exit_code == 2
    assert "Line 2 of survei.csv is not utf-8" in refused.stderr
    assert command(path, "--unit", "dukcapil", "--encoding", "cp1252", *MAPPED).exit_code == 0
    assert texts(session) == ["Kafé ramai"]


def test_a_semicolon_file_of_windows_is_read(command: Command, session: Session, tmp_path: Path) -> None:
    path = written(tmp_path, b"\xef\xbb\xbf" + SURVEY.replace(",", ";").replace("\n", "\r\n").encode())
    assert "try --delimiter ';'" in command(path, "--unit", "dukcapil", *MAPPED).stderr
    assert command(path, "--unit", "dukcapil", "--delimiter", ";", *MAPPED).exit_code == 0
    assert texts(session) == ["Antre lama", "Ramah sekali"]


def test_a_workbook_of_several_units_is_read(command: Command, session: Session, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (["UNIT", "NILAI", "NO"], ["dukcapil", 4, 1], ["rsud", 5, 2], ["rsud", None, 3]):
        sheet.append(row)
    book.save(tmp_path / "kiosk.xlsx")
    result = command(
        tmp_path / "kiosk.xlsx", "--map", "unit=UNIT", "--map", "rating=NILAI", "--map", "id=NO",
        "--date", "2026-03-01", "--rating-values", "1=1,2=1,3=2,4=3,5=4",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    found = session.execute(sa.select(Submission.rating, Submission.external_id).order_by(Submission.id)).all()
    assert [tuple(row) for row in found] == [(3, "1"), (4, "2")]
    assert "1 rejected" in result.stdout


def test_lines_of_json_and_files_without_a_header_are_read(command: Command, session: Session, tmp_path: Path) -> None:
    lines = written(tmp_path, '{"id": "c1-001", "text": "ktp blm jadi", "kind": "complaint"}\n', "corpus.jsonl")
    plain = written(tmp_path, "warung ini enak\tpositive\n", "smsa.tsv")
    one = command(
        lines,
        "--unit",
        "dukcapil",
        "--map",
        "text=text",
        "--map",
        "id=id",
        "--map",
        "kind=kind",
        "--date",
        "2026-01-01",
    )
    two = command(plain, "--unit", "rsud", "--map", "text=1", "--no-header", "--date", "2026-01-01", "--history")
    assert (one.exit_code, two.exit_code) == (0, 0)
    found = session.execute(sa.select(Submission.text, Submission.kind, Submission.wants_reply).order_by(Submission.id))
    assert [tuple(row) for row in found] == [
        ("ktp blm jadi", "complaint", None),
        ("warung ini enak", "unspecified", False),
    ]


def test_a_rehearsal_stores_nothing_and_tells_the_same_end(command: Command, session: Session, tmp_path: Path) -> None:
    path = written(tmp_path, SURVEY)
    rehearsed = command(path, "--unit", "dukcapil", "--dry-run", *MAPPED)
    assert rehearsed.exit_code == 0
    assert "Rehearsed, nothing stored" in rehearsed.stdout
    assert "2 new" in rehearsed.stdout
    assert session.scalar(sa.select(sa.func.count()).select_from(Import)) == 0
    assert "2 new" in command(path, "--unit", "dukcapil", *MAPPED).stdout


def test_help_shows_examples_and_exit_codes() -> None:
    text = CliRunner().invoke(import_group, ["submissions", "--help"]).output
    assert "--map text=KOMENTAR" in text
    assert "Exit codes: 0 imported" in text


ROWS = 40_000
REJECTED = ROWS // 1000
PROCESS = (sys.executable, "-m", "feedback_app", "import", "submissions")
PLACE = ("--agency", "kupang", "--unit", "dukcapil")


class Island:
    """A database of its own with one unit, a big file, and the command as a process."""

    def __init__(self, live: Live, folder: Path) -> None:
        self.app, self.environ, self.folder = live.app, live.environ, folder
        self.path = folder / "besar.csv"
        with self.path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["KOMENTAR", "NILAI", "TANGGAL"])
            for number in range(ROWS):
                bad = number % 1000 == 7
                writer.writerow([f"Komentar nomor {number % 20_000}", "9" if bad else number % 4 + 1, "2026-03-01"])
        with self.app.app_context():
            agency = factories.agency(db.session(), code="kupang")
            factories.unit(db.session(), agency, code="dukcapil")
            db.session.commit()

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*PROCESS, str(self.path), *PLACE, *MAPPED],
            env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            # A shell that runs the tests in the background passes an ignored SIGINT on.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip

    def figure(self, query: sa.Select[Any]) -> Any:
        with self.app.app_context():
            return db.session.scalar(query)

    def rows_read(self) -> int:
        return self.figure(sa.select(Import.rows_read)) or 0

    def held_up(self) -> bool:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(self.figure(sa.select(sa.text(f"({waiting})"))))

    def stop_once_read(self, rows: int, how: signal.Signals) -> int:
        """Start the command, stop it when so many rows are staged, return how many were."""
        self.stop_when(lambda: self.rows_read() >= rows, how)
        return self.rows_read()

    def stop_when(self, reached: Callable[[], bool], how: signal.Signals) -> None:
        """Start the command and stop it at a moment."""
        with self.start() as process:
            try:
                wait_for(lambda: reached() or process.poll() is not None)
            finally:
                process.send_signal(how)
            _, told = process.communicate(timeout=60)
        assert process.returncode == (130 if how is signal.SIGINT else -how)
        assert ("run the same command again" in told) == (how is signal.SIGINT)

    def finish(self) -> tuple[str, str]:
        with self.start() as process:
            out, told = process.communicate(timeout=100)
        assert process.returncode == 0, told
        return out, told

    def check_the_end(self) -> None:
        count = sa.select(sa.func.count())
        assert self.figure(count.select_from(Submission)) == ROWS - REJECTED
        assert self.figure(sa.select(sa.func.count(Submission.external_id.distinct()))) == ROWS - REJECTED
        assert self.figure(count.select_from(ImportRow)) == 0
        rejects = self.folder / "besar.csv.rejects.csv"
        assert not list(self.folder.glob(".*.part"))
        with rejects.open(encoding="utf-8-sig", newline="") as file:
            assert [int(row["nomor_baris"]) for row in csv.DictReader(file)] == [1000 * k + 9 for k in range(REJECTED)]


def wait_for(reached: Callable[[], Any]) -> None:
    ends_at = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < ends_at
        time.sleep(0.002)


@pytest.fixture
def island(live: Live, tmp_path: Path) -> Island:
    return Island(live, tmp_path)


@pytest.mark.slow
def test_killed_and_interrupted_an_import_goes_on_and_ends_exact(island: Island) -> None:
    first = island.stop_once_read(5000, signal.SIGKILL)
    assert 5000 <= first < ROWS
    assert island.figure(sa.select(sa.func.count()).select_from(Submission)) == 0
    second = island.stop_once_read(first + 1, signal.SIGINT)
    assert first < second <= ROWS
    out, told = island.finish()
    assert f"Continuing where an earlier run stopped: {second:,} rows are staged already." in told
    assert f"{ROWS - REJECTED:,} new" in out
    island.check_the_end()


@pytest.mark.slow
def test_killed_while_publishing_nothing_is_published_and_then_everything(island: Island) -> None:
    with island.app.app_context(), db.engine.connect() as other, other.begin():
        # The audit record is the last thing written: the submissions are inserted and not committed when it waits.
        other.execute(sa.text("LOCK TABLE audit_events IN SHARE MODE"))
        island.stop_when(island.held_up, signal.SIGKILL)
    assert island.figure(sa.select(sa.func.count()).select_from(Submission)) == 0
    out, told = island.finish()
    assert f"{ROWS:,} rows are staged already" in told
    assert f"{ROWS - REJECTED:,} new" in out
    island.check_the_end()
    assert "sudah diimpor" in island.finish()[0]


def small_island(live: Live, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    with live.app.app_context():
        factories.unit(db.session(), factories.agency(db.session(), code="kupang"), code="dukcapil")
        db.session.commit()
    return subprocess.run(
        [*PROCESS, str(written(folder, SURVEY)), *PLACE, *MAPPED],
        env=live.environ | environ, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_the_worker_is_reminded_before_the_command_ends(live: Live, redis: Redis, tmp_path: Path) -> None:
    assert small_island(live, tmp_path).returncode == 0
    assert "drain" in {job.description for job in queue_on(redis, "drain").jobs}


@pytest.mark.slow
def test_without_redis_an_import_succeeds_all_the_same(live: Live, tmp_path: Path) -> None:
    done = small_island(live, tmp_path, REDIS_URL="redis://127.0.0.1:1/0")
    assert done.returncode == 0, done.stderr
    assert "2 new" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_without_a_database_the_command_says_so_and_what_to_do(live: Live, tmp_path: Path) -> None:
    path = written(tmp_path, SURVEY)
    environ = live.environ | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    done = subprocess.run(
        [*PROCESS, str(path), *PLACE, *MAPPED],
        env=environ, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert "The database does not answer" in done.stderr
    assert "run the same command again" in done.stderr
    assert "Traceback" not in done.stderr
