from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from feedback_app.intake.imports.problems import MappingError, Reason, UnreadableFileError
from feedback_app.intake.imports.readers import Form, Layout, form_of, open_table
from feedback_app.intake.imports.rows import SourceRow

CSV = Layout(Form.CSV, "utf-8")
TSV = Layout(Form.TSV, "utf-8", delimiter="\t", has_header=False)
JSONL = Layout(Form.JSONL, "utf-8")
XLSX = Layout(Form.XLSX, None)


def table(path: Path, layout: Layout) -> tuple[list[str], list[SourceRow]]:
    with open_table(path, layout) as opened:
        return opened.columns, list(opened.rows)


def written(folder: Path, content: str | bytes, name: str = "berkas.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    columns, rows = table(written(tmp_path, "A,B\n1,x\n\n2,y\n"), CSV)
    assert columns == ["A", "B"]
    assert [(row.number, list(row.cells)) for row in rows] == [(2, ["1", "x"]), (4, ["2", "y"])]


def test_windows_line_ends_and_newlines_in_quotes_are_read(tmp_path: Path) -> None:
    _, rows = table(written(tmp_path, 'A,B\r\n1,"satu\r\ndua, ""tiga"""\r\n2,b\r\n'), CSV)
    assert [list(row.cells) for row in rows] == [["1", 'satu\r\ndua, "tiga"'], ["2", "b"]]


def test_a_byte_order_mark_is_not_part_of_the_first_column(tmp_path: Path) -> None:
    columns, _ = table(written(tmp_path, "\ufeffA,B\n1,2\n"), Layout(Form.CSV, "utf-8-sig"))
    assert columns == ["A", "B"]


def test_without_a_header_columns_are_numbered_from_one(tmp_path: Path) -> None:
    columns, rows = table(written(tmp_path, "bagus\tpositive\njelek\tnegative\n", "a.tsv"), TSV)
    assert columns == ["1", "2"]
    assert [row.number for row in rows] == [1, 2]


def test_short_rows_are_filled_up_and_empty_cells_too_many_cut_off(tmp_path: Path) -> None:
    _, rows = table(written(tmp_path, "A,B\n1\n2,b,,\n"), CSV)
    assert [list(row.cells) for row in rows] == [["1", None], ["2", "b"]]
    assert all(row.problem is None for row in rows)


def test_a_row_with_more_cells_than_columns_is_bad_and_loses_nothing(tmp_path: Path) -> None:
    _, (row,) = table(written(tmp_path, "A,B\n1,lama, sekali\n"), CSV)
    assert row.problem is not None
    assert row.problem.reason is Reason.TOO_MANY_CELLS
    assert row.cells == ["1", "lama", " sekali"]


def test_a_quotation_mark_that_is_never_closed_stops_the_import(tmp_path: Path) -> None:
    path = written(tmp_path, 'A,B\n1,a\n2,"lama\n3,c\n')
    with pytest.raises(UnreadableFileError, match=r"begins in line 3 .*--no-quotes"):
        table(path, CSV)


def test_quotation_marks_can_be_part_of_the_text(tmp_path: Path) -> None:
    path = written(tmp_path, '"bagus" katanya\tx\nbiasa "saja\ty\n', "a.tsv")
    with pytest.raises(UnreadableFileError):
        table(path, TSV)
    _, rows = table(path, Layout(Form.TSV, "utf-8", delimiter="\t", quoted=False, has_header=False))
    assert [row.cells[0] for row in rows] == ['"bagus" katanya', 'biasa "saja']


def test_a_cell_of_a_hundred_thousand_letters_is_read(tmp_path: Path) -> None:
    _, (row,) = table(written(tmp_path, "A\n" + "a" * 200_000 + "\n"), CSV)
    assert row.cells == ["a" * 200_000]


@pytest.mark.parametrize("content", ["", "\n\n", " , \n"])
@pytest.mark.parametrize("layout", [CSV, TSV], ids=["header", "no header"])
def test_an_empty_file_is_refused(tmp_path: Path, content: str, layout: Layout) -> None:
    with pytest.raises(UnreadableFileError, match="is empty"):
        table(written(tmp_path, content.replace(",", layout.delimiter)), layout)


def test_lines_of_json_have_their_keys_as_columns(tmp_path: Path) -> None:
    lines = [{"id": 1, "text": "a"}, {"text": "b", "tags": ["x"]}, {"id": None, "text": "c\nd"}]
    path = written(tmp_path, "\n".join([json.dumps(lines[0]), "", *map(json.dumps, lines[1:])]), "a.jsonl")
    columns, rows = table(path, JSONL)
    assert columns == ["id", "text", "tags"]
    assert [(row.number, row.cells) for row in rows] == [
        (1, [1, "a", None]),
        (3, [None, "b", '["x"]']),
        (4, [None, "c\nd", None]),
    ]


@pytest.mark.parametrize("line", ["{", "[1]", "3", '{"a": ' + "[" * 100_000])
def test_a_line_that_is_no_object_is_a_bad_row(tmp_path: Path, line: str) -> None:
    _, rows = table(written(tmp_path, '{"text": "a"}\n' + line + "\n", "a.jsonl"), JSONL)
    assert [row.problem and row.problem.reason for row in rows] == [None, Reason.NOT_A_RECORD]


def test_a_file_without_any_object_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="JSON object"):
        table(written(tmp_path, "halo\n", "a.jsonl"), JSONL)


def workbook(folder: Path, *sheets: str) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name in sheets:
        sheet = book.create_sheet(name)
        sheet.append(["KOMENTAR", "NILAI", "TANGGAL"])
        sheet.append([f"dari {name}", 3, datetime(2026, 3, 1, 10, 0)])  # noqa: DTZ001
        sheet.append([None, None, None])
        sheet.append(["#N/A", 4.0, date(2026, 3, 2)])
    path = folder / "buku.xlsx"
    book.save(path)
    return path


def test_a_workbook_gives_values_with_their_types_and_no_errors_of_formulas(tmp_path: Path) -> None:
    columns, rows = table(workbook(tmp_path, "2026"), XLSX)
    assert columns == ["KOMENTAR", "NILAI", "TANGGAL"]
    assert [(row.number, list(row.cells)) for row in rows] == [
        (2, ["dari 2026", 3, datetime(2026, 3, 1, 10, 0)]),  # noqa: DTZ001
        (4, [None, 4, datetime(2026, 3, 2)]),  # noqa: DTZ001
    ]


def test_of_several_sheets_one_must_be_named(tmp_path: Path) -> None:
    path = workbook(tmp_path, "2025", "2026")
    with pytest.raises(MappingError, match="'2025', '2026'"):
        table(path, XLSX)
    with pytest.raises(MappingError, match="no sheet '202'"):
        table(path, Layout(Form.XLSX, None, sheet="202"))
    _, rows = table(path, Layout(Form.XLSX, None, sheet="2026"))
    assert rows[0].cells[0] == "dari 2026"


def test_what_is_no_workbook_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="save it again as"):
        table(written(tmp_path, "A,B\n", "a.xlsx"), XLSX)


def test_a_workbook_that_breaks_off_is_refused_in_words(tmp_path: Path) -> None:
    path = workbook(tmp_path, "2026")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(UnreadableFileError, match="cannot be read as an XLSX workbook"):
        table(path, XLSX)


@pytest.mark.parametrize(
    ("name", "form"), [("a.csv", Form.CSV), ("A.TSV", Form.TSV), ("a.b.xlsx", Form.XLSX), ("a.jsonl", Form.JSONL)]
)
def test_the_form_is_known_by_the_name(name: str, form: Form) -> None:
    assert form_of(Path(name)) is form


@pytest.mark.parametrize(
    ("name", "says"), [("a.xls", "Save it as .xlsx"), ("a.pdf", "none of .csv"), ("berkas", "none of")]
)
def test_other_forms_are_refused(name: str, says: str) -> None:
    with pytest.raises(UnreadableFileError, match=says):
        form_of(Path(name))
