"""Small workbooks made to unfold to what eats memory and time: refused early, in the browser and at a terminal."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import config
from feedback_app.identity.rules import Role
from feedback_app.intake.imports.problems import UnreadableFileError
from feedback_app.intake.imports.sheets import sheet_rows
from feedback_app.survey.paper_tables import read_table
from feedback_app.survey.paper_workbooks import UnreadablePaperFileError
from feedback_app.workbooks import UPLOADED, WorkbookTooLargeError, check_size
from tests import factories as make
from tests.abuse.workbooks import ONE_SHEET, ROWS, book, zip_of_zips
from tests.blueprints.office import Login

Made = Callable[[], bytes]

MOST_SECONDS = 2.0
TOO_LARGE = "Buku kerja ini terlalu besar"
UNREADABLE = "tidak dapat dibaca"
LAUGHS = (
    '<!DOCTYPE sst [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, 10))
    + "]>"
)
OUTSIDE = '<!DOCTYPE sst [<!ENTITY outside SYSTEM "file:///etc/passwd">]>'
SHARED = '<row><c r="A1"><f t="shared" si="0" ref="A1:A9">' + "A1+" * 300_000 + "1</f></c></row>"

BOMBS: dict[str, tuple[Made, str, str]] = {
    "millions of empty texts": (lambda: book(texts="<si/>" * 1_500_000), TOO_LARGE, "texts"),
    "texts under a prefix": (lambda: book(texts="<x:si />" * 1_500_000), TOO_LARGE, "texts"),
    "one text of many pieces": (
        lambda: book(texts="<si>" + "<r><t/></r>" * 5_100_000 + "</si>"), TOO_LARGE, "elements in its sheets"
    ),
    "many styles": (lambda: book(styles="<xf/>" * 1_000_000), TOO_LARGE, "elements of styles"),
    "many parts": (lambda: book(more={f"a/{number}": b"" for number in range(20_000)}), TOO_LARGE, "500 parts"),
    "a sheet named many times": (lambda: book(sheets=ONE_SHEET * 5_000), TOO_LARGE, "200 sheets"),
    "gigabytes of blanks": (lambda: book(more={"a": b" " * 600_000_000}), TOO_LARGE, "512 MB"),
    "a row a trillion rows down": (
        lambda: book(ROWS + '<row r="1000000000000"><c><v>1</v></c></row>'), TOO_LARGE, "1,048,576"
    ),
    "a billion laughs": (
        lambda: book(before=LAUGHS, texts="<si><t>&a9;</t></si>"), UNREADABLE, r"\(ValueError\)"
    ),
    "an entity from outside": (
        lambda: book(before=OUTSIDE, texts="<si><t>&outside;</t></si>"), UNREADABLE, r"\(ValueError\)"
    ),
    "another way of packing": (lambda: book(packed=zipfile.ZIP_LZMA), UNREADABLE, "BadZipFile"),
    "zips within zips": (lambda: zip_of_zips(6, b"x" * 1000), UNREADABLE, "KeyError"),
    "a text that is not there": (lambda: book('<row><c t="s"><v>99</v></c></row>'), UNREADABLE, "IndexError"),
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_are_refused_in_little_time(bomb: str, tmp_path: Path) -> None:
    made, for_people, for_operators = BOMBS[bomb]
    content = made()
    (tmp_path / "bom.xlsx").write_bytes(content)
    began = time.process_time()
    if len(content) < 10 * 2**20:
        with pytest.raises(UnreadablePaperFileError, match=for_people):
            read_table(content)
    uploaded = time.process_time()
    with pytest.raises(UnreadableFileError, match=for_operators), sheet_rows(tmp_path / "bom.xlsx", None) as rows:
        for _row in rows:
            pass
    assert uploaded - began < MOST_SECONDS
    assert time.process_time() - uploaded < MOST_SECONDS


def test_a_formula_shared_by_a_hundred_thousand_cells_is_not_worked_out_for_each() -> None:
    taken = '<row><c><f t="shared" si="0"/></c></row>' * 30_000
    content = book(ROWS + SHARED + taken)
    began = time.process_time()
    # Nothing is computed in it: 20,000 rows of formulas without a value are too many, as of anything else.
    with pytest.raises(UnreadablePaperFileError, match="20000 baris"):
        read_table(content)
    assert time.process_time() - began < 2 * MOST_SECONDS


@pytest.mark.parametrize(
    "rows", [ROWS.replace("<v>", "<f>1+2</f><v>"), ROWS + '<row r="1048576"><c><v>1</v></c></row>', ROWS]
)
def test_what_every_program_writes_is_read(rows: str) -> None:
    assert read_table(book(rows)).header == ["u1"]


def test_a_part_in_sixteen_bits_counts_as_much() -> None:
    texts = '<?xml version="1.0" encoding="UTF-16"?><sst>' + "<si/>" * 500_000 + "</sst>"
    wide = book(more={"xl/sharedStrings2.xml": b""}, texts="")
    check_size(io.BytesIO(wide), UPLOADED)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("xl/sharedStrings.xml", texts.encode("utf-16"))
    with pytest.raises(WorkbookTooLargeError, match="400,000 texts"):
        check_size(content, UPLOADED)


def test_the_count_does_not_depend_on_where_a_piece_of_the_file_ends() -> None:
    for before in range(1_048_570, 1_048_580):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as written:
            written.writestr("xl/workbook.xml", b" " * before + b"<sheet />" * 201)
        with pytest.raises(WorkbookTooLargeError, match="200 sheets"):
            check_size(content, UPLOADED)
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as written:
            written.writestr("xl/workbook.xml", b" " * before + b"<sheet />" * 200)
        check_size(content, UPLOADED)


def test_who_uploads_one_is_told_what_to_do(session: Session, login: Login) -> None:
    agency = make.agency(session)
    clerk = make.user(session)
    make.grant(session, clerk, Role.PERSONNEL, agency)
    client: FlaskClient = login(clerk)
    began = time.process_time()
    answer = client.post(
        "/petugas/pegawai/impor", content_type="multipart/form-data",
        data={"instansi": agency.id, "file": (io.BytesIO(book(texts="<si/>" * 1_500_000)), "pegawai.xlsx")},
    )  # fmt: skip
    assert answer.status_code == 422
    assert "Simpan lembar datanya sebagai CSV" in answer.text
    assert time.process_time() - began < MOST_SECONDS


def test_the_reader_refuses_entities_wherever_it_is_installed() -> None:
    assert openpyxl.DEFUSEDXML
    needed = re.findall(r'^    "([\w-]+)', (config.project_root() / "pyproject.toml").read_text(), re.MULTILINE)
    assert "defusedxml" in needed[: needed.index("boto3")]


def test_workbooks_are_opened_in_one_place() -> None:
    root = config.project_root() / "feedback_app"
    opening = [path.name for path in root.rglob("*.py") if "load_workbook(" in path.read_text()]
    assert opening == ["workbooks.py"]
