"""The files of a report: the same bytes from the same report, and what is in them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date

import pytest

from feedback_app.config import project_root
from feedback_app.reporting import typeset
from feedback_app.reporting.files import CHECKSUMS, FOR_EVERYBODY, ReportFile, archive, kinds_of, make, make_all
from feedback_app.reporting.matrix import matrix_sha256
from feedback_app.reporting.protection import TooFewToPublishError, protected
from feedback_app.reporting.report_data import Signing
from tests.reporting import samples

AGAIN = """
from tests.reporting import samples
from feedback_app.reporting.files import archive
print(archive(samples.report((20, 15))).sha256)
"""


def test_the_same_report_gives_the_same_bytes_in_two_processes() -> None:
    seen = {
        subprocess.run(
            [sys.executable, "-c", AGAIN], cwd=project_root(), env={"PYTHONHASHSEED": seed, "TZ": zone, "HOME": "/"},
            check=True, capture_output=True, text=True,
        ).stdout.strip()
        for seed, zone in (("1", "Asia/Jakarta"), ("2", "America/Lima"))
    }  # fmt: skip
    assert seen == {archive(samples.report((20, 15))).sha256}


@pytest.mark.parametrize("kind", list(ReportFile))
def test_a_file_changes_with_what_it_is_made_of(kind: ReportFile) -> None:
    one, other = make(samples.report((20,)), kind), make(samples.report((21,)), kind)
    assert one.content != other.content
    assert one.name == f"skm-kupang-dukcapil-2026-s1-{kind.value}"


def test_the_list_of_hashes_is_that_of_the_files() -> None:
    *files, sums = make_all(samples.report((20,)))
    lines = {line[66:]: line[:64] for line in sums.content.decode().splitlines()}
    assert sums.name == f"skm-kupang-dukcapil-2026-s1-{CHECKSUMS}"
    assert lines == {one.name: hashlib.sha256(one.content).hexdigest() for one in files}


def test_the_archive_holds_every_file_as_it_is_by_itself() -> None:
    report = samples.report((20,))
    with zipfile.ZipFile(io.BytesIO(archive(report).content)) as pack:
        assert {name: pack.read(name) for name in pack.namelist()} == {
            one.name: one.content for one in make_all(report)
        }


@pytest.mark.parametrize("kind", sorted(FOR_EVERYBODY))
def test_the_sheet_and_open_data_of_the_staff_are_those_for_everybody(kind: ReportFile) -> None:
    report = samples.report((40, 7))
    assert make(report, kind).content == make(protected(report), kind).content


def test_no_small_group_stands_on_the_sheet_of_the_staff(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def drawn(_template: str, document: object, _on: date) -> bytes:
        seen.append(str(document))
        return b""

    monkeypatch.setattr(typeset, "pdf", drawn)
    report = samples.report((40,))
    make(report, ReportFile.SHEET)
    assert "['S3', '3']" not in seen[0]
    assert "['S3', '–']" in seen[0]


def test_where_too_few_answered_the_staff_get_their_files_and_no_others() -> None:
    report = samples.report((9,))
    assert set(kinds_of(report)) == set(ReportFile) - FOR_EVERYBODY
    assert len(make_all(report)) == len(ReportFile) - len(FOR_EVERYBODY) + 1
    with pytest.raises(TooFewToPublishError, match="dibaca semua orang"):
        make(report, ReportFile.SHEET)


def test_a_pdf_says_its_title_its_language_its_day_and_that_it_is_tagged() -> None:
    signed = replace(samples.report((20,)), signing=Signing("Kupang", date(2026, 7, 3)))
    pdf = make(signed, ReportFile.REPORT).content
    assert pdf.startswith(b"%PDF-")
    for said in (b"/Lang(id", b"/Marked true", b"/StructTreeRoot", b"/CreationDate(D:20260703"):
        assert said in pdf.replace(b" (", b"(")
    assert b"Dinas Kependudukan" in pdf or "Dinas Kependudukan".encode("utf-16-be") in pdf


def test_the_matrix_file_counts_every_questionnaire_and_says_nothing_else() -> None:
    report = samples.report((30, 12))
    content = make(report, ReportFile.MATRIX).content
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert sum(int(row["jumlah"]) for row in rows) == 42
    assert set(rows[0]) == {"unit", "layanan", "jumlah", *(column.key for column in samples.COLUMNS)}
    assert matrix_sha256(report) == hashlib.sha256(content).hexdigest()
    assert json.loads(make(report, ReportFile.METADATA).content)["sha256_matriks"] == matrix_sha256(report)


def test_open_data_holds_the_index_and_every_element_of_every_place() -> None:
    report = samples.report((30, 12))
    data = json.loads(make(report, ReportFile.DATA_JSON).content)
    table = list(csv.DictReader(io.StringIO(make(report, ReportFile.DATA_CSV).content.decode())))
    assert [row["nilai"] for row in data["data"]] == [str(place.value) for place in report.place.walk()]
    assert len(table) == 3 * 10
    assert {row["nilai"] for row in table if not row["unsur"]} == {str(place.value) for place in report.place.walk()}


def test_metadata_says_what_a_portal_asks() -> None:
    told = json.loads(make(samples.report((20,)), ReportFile.METADATA).content)
    asked = {"konsep", "definisi", "rumus", "satuan", "ukuran", "klasifikasi", "level_estimasi", "periode", "cakupan",
             "produsen_data", "aturan_hitung", "sumber"}  # fmt: skip
    assert asked <= told.keys()
    assert told["satuan"] == "Indeks"
    assert all(told[name] for name in asked)
