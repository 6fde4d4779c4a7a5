"""Real Indonesian text through the whole line: import, read, look into the inboxes, count again.

The public sets lie outside the project (see the model card for what they are); without them this part is skipped.
"""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench.report import Row
from bench.stage import Stage, environment
from feedback_app import clock, config, jobs
from feedback_app.analysis.models import Labels
from feedback_app.db import db
from feedback_app.handling.inbox.feedback_list import feedback
from feedback_app.handling.models import Case
from feedback_app.handling.visibility import may_see
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import GrantSource, Permission, Role
from feedback_app.intake.models import Submission
from feedback_app.measures.operations import recount

DEFAULT_DATA = config.project_root().parent / "shared" / "data"
ROWS_A_SECOND = 5_000


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file of real text and how its columns are called."""

    path: Path
    rows: int
    options: tuple[str, ...]


def run(stage: Stage, data: Path) -> list[Row]:
    """Import the public sets and the project's corpus, read them, and compare with an exact recount.

    Raises
    ------
    RuntimeError
        A row is missing, unread, invisible or counted wrongly.
    """
    files = [found for found in _files(data) if found.path.exists()]
    if len(files) == 1:
        print(f"The public sets are not in {data}: only the project's own corpus is imported.", file=sys.stderr)
    rows = []
    for file in files:
        seconds = _import(stage, file)
        if file.rows >= ROWS_A_SECOND:
            rows.append(
                Row("import", f"{file.path.name}, {file.rows} rows, whole command", file.rows / seconds, ROWS_A_SECOND,
                    "rows/s", 1.0, at_least=True)
            )  # fmt: skip
    expected = sum(file.rows for file in files)
    with stage.app.app_context():
        read, seconds = _read_all()
        _check(stage, expected)
    speed = f"{read} read in {seconds:.1f} s ({read / seconds:.0f}/s)"
    print(f"{expected} texts imported, {speed}, all visible, 0 differences")
    return rows


def _files(data: Path) -> list[TextFile]:
    corpus = sorted((config.project_root() / "feedback_app" / "nlp" / "corpus").glob("*.jsonl"))
    joined = Path(config.load({}).home.parent / "build" / "corpus.jsonl")
    joined.parent.mkdir(exist_ok=True)
    joined.write_text("".join(file.read_text(encoding="utf-8") for file in corpus), encoding="utf-8")
    return [
        TextFile(data / "indonlu" / "smsa_train.tsv", 10_531, ("--no-header", "--map", "text=1", "--no-quotes")),
        TextFile(data / "indonlu" / "hoasa_train.csv", 2_283, ("--map", "text=review")),
        TextFile(joined, 3_150, ("--map", "text=text", "--map", "id=id")),
    ]


def _import(stage: Stage, file: TextFile) -> float:
    command = [
        sys.executable, "-m", "feedback_app", "import", "submissions", str(file.path), "--agency", "bench", "--unit",
        "unit", "--date", clock.utcnow().date().isoformat(), "--rejects", str(stage.settings.home / "rejects.csv"),
        *file.options,
    ]  # fmt: skip
    started = time.monotonic()
    done = subprocess.run(
        command, env=environment(stage), cwd=config.project_root(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return time.monotonic() - started


def _read_all() -> tuple[int, float]:
    started = time.monotonic()
    read = 0
    while done := jobs.drain():
        read += done
    return read, time.monotonic() - started


def _check(stage: Stage, expected: int) -> None:
    session, now = db.session(), clock.utcnow()
    imported = session.scalar(
        sa.select(sa.func.count()).select_from(Submission).where(Submission.import_id.is_not(None))
    )
    labelled = session.scalar(
        sa.select(sa.func.count())
        .select_from(Labels)
        .join(Submission, sa.and_(Submission.agency_id == Labels.agency_id, Submission.id == Labels.submission_id))
        .where(Submission.import_id.is_not(None))
    )
    if not imported == labelled == expected:
        raise RuntimeError(f"{expected} rows in the files, {imported} imported, {labelled} read")
    head, inspector = _account(stage, stage.unit_id), _account(stage, stage.overseer_id)
    cases = session.scalar(sa.select(sa.func.count()).select_from(Case)) or 0
    in_inboxes = sum(_visible(session, who, now.date()) for who in (head, inspector))
    # Other benchmarks mark rows as read without reading them, so the rows themselves are counted.
    ours = sa.select(sa.func.count()).select_from(Submission).where(Submission.unit_id == stage.unit_id)
    read = session.scalar(ours.where(Submission.analysis != "pending")) or 0
    same = sa.and_(Labels.agency_id == Submission.agency_id, Labels.submission_id == Submission.id)
    kept = session.scalar(ours.join(Labels, same).where(Labels.integrity)) or 0
    _, seen = feedback(session, head, day=now.date())
    if seen + kept != read or in_inboxes != cases:
        raise RuntimeError(
            f"{read} read, {seen} seen, {kept} kept from the unit; {cases} cases, {in_inboxes} in inboxes"
        )
    print(f"{kept} of {read} texts went past the unit to the overseer")
    differences = recount(session)
    if differences:
        raise RuntimeError(f"{len(differences)} figures differ from the rows: {differences[:3]}")


def _visible(session: Session, user_id: int, day: date) -> int:
    """Return how many cases an inbox holds; the page itself counts to a thousand."""
    mine = may_see(user_id, Permission.READ_INBOX, day)
    return session.scalar(sa.select(sa.func.count()).select_from(Case).where(mine)) or 0


def _account(stage: Stage, unit_id: int) -> int:
    """Make an account with the unit's inbox; return its id."""
    session, now = db.session(), clock.utcnow()
    who = User(
        email=f"kepala{unit_id}@bench.go.id",
        name="Kepala",
        fs_uniquifier=f"bench{unit_id}",
        created_at=now,
        active=True,
    )
    session.add(who)
    session.flush()
    session.add(
        RoleGrant(
            agency_id=stage.agency_id, user_id=who.id, role=Role.UNIT_HEAD, unit_id=unit_id,
            starts_on=now.date() - timedelta(days=1), created_at=now, reason="Untuk pengukuran.",
            source=GrantSource.CLI,
        )
    )  # fmt: skip
    session.flush()
    return who.id
