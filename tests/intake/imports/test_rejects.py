from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from feedback_app.intake.imports.problems import Reason, RowProblemError
from feedback_app.intake.imports.rejects import default_rejects_path, rejects_file
from feedback_app.intake.imports.rows import SourceRow
from feedback_app.safe_table import harmless

BAD = RowProblemError(Reason.DATE_MISSING, "Tanggal tidak diisi.")


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_rejects_stand_beside_the_file_under_its_whole_name() -> None:
    assert default_rejects_path(Path("/a/survei.csv")) == Path("/a/survei.csv.rejects.csv")


def test_a_rejected_row_keeps_its_columns_and_gets_its_number_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    with rejects_file(path, ["A", "B"], ";") as rejects:
        rejects.add(SourceRow(7, ["satu; dua\ntiga", None]), BAD)
        rejects.add(SourceRow(9, ["x", "y", "z"]), BAD)
        assert not path.exists()
        rejects.finish()
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file, delimiter=";")) == [
            ["A", "B", "nomor_baris", "alasan_ditolak"],
            ["satu; dua\ntiga", "", "7", "Tanggal tidak diisi."],
            ["x", "y", "9", "Tanggal tidak diisi.", "z"],
        ]


def test_without_rejected_rows_there_is_no_file(tmp_path: Path) -> None:
    with rejects_file(tmp_path / "r.csv", ["A"], ",") as rejects:
        rejects.finish()
    assert list(tmp_path.iterdir()) == []


def test_an_unfinished_run_leaves_nothing_behind_and_the_last_complete_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("yang lama")
    with rejects_file(path, ["A"], ",") as rejects:
        rejects.add(SourceRow(2, ["x"]), BAD)
        assert [file.name for file in tmp_path.iterdir()] == ["r.csv"]
    assert [file.name for file in tmp_path.iterdir()] == ["r.csv"]
    assert path.read_text() == "yang lama"


@pytest.mark.parametrize(
    "cell", ["=1+1", "+62", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", '=HYPERLINK("http://x")', "＝1"]
)
def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "r.csv"
    with rejects_file(path, ["=A"], ",") as rejects:
        rejects.add(SourceRow(2, [cell]), BAD)
        rejects.finish()
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in table(path):
        sheet.append(row)
    book.save(tmp_path / "r.xlsx")
    read = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert all(found.data_type != "f" for row in read.worksheets[0].iter_rows() for found in row)
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["bagus", "", "a=b", "08123", None, 3])
def test_other_cells_stay_as_they_are(cell: object) -> None:
    assert harmless(cell) == ("" if cell is None else str(cell))
