"""How fast a list of people is looked through, applied, and found known again: rows a second on an empty database.

.venv/bin/python -m bench.people_import --rows 20000
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy.orm import Session

from bench.stage import open_stage
from feedback_app.audit.operations import SYSTEM
from feedback_app.db import db
from feedback_app.organisation.models import UnitKind
from feedback_app.organisation.operations import create_unit
from feedback_app.organisation.people.imports import applying, preview, undoing
from feedback_app.organisation.people.imports.fields import guess
from feedback_app.organisation.people.imports.mapping import read_choices
from feedback_app.organisation.people.imports.preview import Source
from feedback_app.organisation.people.models import PeopleImport
from feedback_app.organisation.people.post_rules import OfficeMoment

NOW = datetime(2026, 5, 12, 3, 0, tzinfo=UTC)
AT = OfficeMoment(NOW, date(2026, 5, 12), None)
HEADER = ("NIP", "Nama", "Unit Kerja", "Jabatan", "TMT Jabatan", "Nomor SK", "Pangkat")
UNITS = 200

Value = TypeVar("Value")


def main() -> None:
    """Run on servers of its own and print what each step took."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=20_000)
    rows = asked.parse_args().rows
    with (
        tempfile.TemporaryDirectory(prefix="suara-bench-") as home,
        open_stage(Path(home)) as stage,
        stage.app.app_context(),
    ):
        _run(db.session(), stage.agency_id, rows)


def _run(session: Session, agency_id: int, rows: int) -> None:
    _units(session, agency_id)
    first = _timed("look through, nobody known", rows, lambda: _look(session, agency_id, rows, "01/06/2026"))
    _timed("apply", rows, lambda: _apply(session, first))
    _timed("look through again, all known", rows, lambda: _look(session, agency_id, rows, "01/06/2026"))
    moved = _timed("look through, everybody moves", rows, lambda: _look(session, agency_id, rows, "01/07/2026", 1))
    _timed("apply, everybody moves", rows, lambda: _apply(session, moved))
    _timed("undo", rows, lambda: _undo(session, moved))


def _units(session: Session, agency_id: int) -> None:
    for number in range(UNITS):
        create_unit(
            session, agency_id=agency_id, code=f"unit-{number}", name=f"Unit Layanan {number}",
            kind=UnitKind.SECTION, starts_on=date(2020, 1, 1), now=NOW,
        )  # fmt: skip
    session.commit()


def _look(session: Session, agency_id: int, rows: int, day: str, shift: int = 0) -> PeopleImport:
    cells = [
        (
            number + 2,
            dict(enumerate((
                nip_of(number), f"Pegawai Ke-{number}", f"Unit Layanan {(number + shift) % UNITS}", "Petugas Loket",
                day, f"800/{shift}/{number}", "Penata Muda / III a",
            ))),
        )
        for number in range(rows)
    ]  # fmt: skip
    made = preview.take_in(
        session, agency_id, Source("cli", "uji.csv", f"{shift:064d}"), HEADER, cells, actor=SYSTEM, now=NOW
    )
    choices = read_choices(made.mapping)
    preview.choose(session, made, replace(choices, columns=guess(HEADER)), at=AT)
    session.commit()
    return made


def _apply(session: Session, made: PeopleImport) -> None:
    done = applying.apply(session, made, seen=made.counts["digest"], only_good=False, reason="", actor=SYSTEM, at=AT)
    assert done is applying.Outcome.APPLIED, done
    session.commit()


def _undo(session: Session, made: PeopleImport) -> None:
    assert undoing.undo(session, made, reason="", actor=SYSTEM, at=AT) is None
    session.commit()


def nip_of(number: int) -> str:
    """The number of the n-th civil servant; twenty thousand differ in birthday and sequence."""
    day, sequence = divmod(number, 999)
    born = date(1980, 1, 1).toordinal() + day
    return f"{date.fromordinal(born):%Y%m%d}2010011{sequence + 1:03d}"


def _timed(words: str, rows: int, act: Callable[[], Value]) -> Value:
    began = time.perf_counter()
    found = act()
    seconds = time.perf_counter() - began
    print(f"{words}: {seconds:.1f} s, {rows / seconds:,.0f} rows/s", flush=True)
    return found


if __name__ == "__main__":
    main()
