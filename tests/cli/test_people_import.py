"""`feedback people import`, `undo` and `sync-key` at a terminal."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from feedback_app import clock
from feedback_app.cli import main
from feedback_app.db import db
from feedback_app.organisation.models import Assignment
from feedback_app.organisation.people.models import PeopleImport
from tests import factories as make
from tests.conftest import Live
from tests.organisation.people.imports.lists import MARIA


class Terminal:
    """A town, a list beside it, and the command."""

    def __init__(self, live: Live, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        for name, value in live.environ.items():
            monkeypatch.setenv(name, value)
        self.live, self.file = live, folder / "pegawai.csv"
        with live.app.app_context():
            agency = make.agency(db.session(), code="kupang")
            make.unit(db.session(), agency, code="loket-ktp", name="Loket KTP")
            db.session.commit()
            db.session.remove()

    def write(self, nip: str = MARIA, *, header: str = "NIP,Nama,Unit Kerja,Jabatan,TMT Jabatan,Nomor SK") -> None:
        day = (clock.utcnow() + timedelta(days=30)).date()
        self.file.write_text(f"{header}\n{nip},Maria Bere,Loket KTP,Petugas Loket,{day},800/1\n")

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(main, ["people", *words])

    def bring(self, *options: str) -> Result:
        return self.run("import", str(self.file), "--agency", "kupang", *options)

    def count(self, table: type[Assignment] | type[PeopleImport]) -> int:
        with self.live.app.app_context():
            found = db.session().scalar(sa.select(sa.func.count()).select_from(table))
            db.session.remove()
            return found or 0


@pytest.fixture
def terminal(live: Live, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Terminal:
    return Terminal(live, monkeypatch, tmp_path)


def test_a_list_is_rehearsed_applied_and_undone(terminal: Terminal) -> None:
    terminal.write()
    rehearsed = terminal.bring("--dry-run")
    assert rehearsed.exit_code == 0, rehearsed.output
    assert "new_person" in rehearsed.output
    assert "Maria Bere: dicatat sebagai pegawai baru" in rehearsed.output
    assert terminal.count(PeopleImport) == 0
    applied = terminal.bring("--apply")
    assert applied.exit_code == 0, applied.output
    assert terminal.count(Assignment) == 1
    assert "Nothing to do" in terminal.bring("--apply").output
    number = applied.output.rpartition("import ")[2].strip(". \n")
    undone = terminal.run("undo", number, "--agency", "kupang")
    assert undone.exit_code == 0, undone.output


def test_columns_are_named_and_the_difference_is_printed_for_programs(terminal: Terminal) -> None:
    terminal.write(header="Nomor,Siapa,Di mana,Apa,Sejak,Surat")
    pairs = ("nip=Nomor", "name=Siapa", "unit=Di mana", "position=Apa", "starts_on=Sejak", "decree=Surat")
    done = terminal.bring("--json", *[word for pair in pairs for word in ("--map", pair)])
    assert done.exit_code == 0, done.output
    told = json.loads(next(line for line in done.output.splitlines() if line.startswith("{")))
    assert told["changes"] == {"new_person": 1}
    assert told["columns"]["nip"] == "Nomor"


def test_refused_rows_are_told_without_their_numbers(terminal: Terminal) -> None:
    terminal.write("131234567")
    done = terminal.bring("--apply")
    assert done.exit_code != 0
    assert "131234567" not in done.output
    assert "NIP lama" in done.output
    assert ": :" not in done.output


def test_a_list_that_repeats_what_is_refused_says_so(terminal: Terminal) -> None:
    terminal.write()
    terminal.file.write_text(terminal.file.read_text() + terminal.file.read_text().splitlines()[1] + "\n")
    said = terminal.bring().output
    assert "row 3: refused: Baris ini menyebut jabatan yang sama dengan baris 2." in said


def test_only_a_near_code_is_suggested(terminal: Terminal) -> None:
    assert "did you mean" not in terminal.run("sync-key", "list", "salah").output
    assert "did you mean 'kupang'?" in terminal.run("sync-key", "list", "kupng").output


def test_a_key_is_printed_once_listed_and_revoked(terminal: Terminal) -> None:
    assert "No keys yet" in terminal.run("sync-key", "list", "kupang").output
    made = terminal.run("sync-key", "create", "kupang", "--name", "SIMPEG")
    assert made.output.startswith("spk_")
    listed = terminal.run("sync-key", "list", "kupang").output
    assert "SIMPEG" in listed
    assert "in use" in listed
    number = listed.split("\t")[0]
    assert terminal.run("sync-key", "revoke", "kupang", number).exit_code == 0
    assert "revoked" in terminal.run("sync-key", "list", "kupang").output
