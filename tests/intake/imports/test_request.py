from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from feedback_app.intake.imports.directory import Directory
from feedback_app.intake.imports.mapping import Field
from feedback_app.intake.imports.moments import DateOrder
from feedback_app.intake.imports.problems import MappingError
from feedback_app.intake.imports.readers import Form, Layout
from feedback_app.intake.imports.request import ImportRequest
from feedback_app.intake.imports.values import parse_scale
from feedback_app.intake.rules import SubmissionKind

TODAY = date(2026, 5, 12)
COLUMNS = ["KOMENTAR", "NILAI", "TANGGAL", "UNIT", "LAYANAN"]
DIRECTORY = Directory(units={"dukcapil": 1, "rsud": 2}, services={(1, "ktp-el"): 7})
REQUEST = ImportRequest(
    path=Path("survei.csv"),
    layout=Layout(Form.CSV, "utf-8"),
    agency="kupang",
    source="survei",
    mapping={Field.TEXT: "KOMENTAR", Field.DATE: "TANGGAL"},
    unit="dukcapil",
)


def test_a_request_that_fits_says_where_the_columns_are() -> None:
    assert REQUEST.check(COLUMNS, DIRECTORY, TODAY) == {Field.TEXT: 0, Field.DATE: 2}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"unit": None}, "needs a unit", id="no unit"),
        pytest.param({"unit": "dukcapli"}, "did you mean 'dukcapil'", id="unknown unit"),
        pytest.param({"service": "kk"}, "does not give a service 'kk'", id="unknown service"),
        pytest.param({"mapping": {Field.TEXT: "KOMENTAR"}}, "needs a date", id="no date"),
        pytest.param({"mapping": {Field.DATE: "TANGGAL"}}, "text or rating", id="says nothing"),
        pytest.param({"day": TODAY}, "either --date", id="two dates"),
        pytest.param({"mapping": REQUEST.mapping | {Field.UNIT: "UNIT"}}, "either --unit", id="two units"),
        pytest.param(
            {"mapping": REQUEST.mapping | {Field.SERVICE: "LAYANAN"}, "service": "ktp-el"},
            "either --service", id="two services",
        ),
        pytest.param(
            {"mapping": REQUEST.mapping | {Field.REPLY: "UNIT"}, "history": True}, "either --history", id="two wishes"
        ),
        pytest.param(
            {"mapping": REQUEST.mapping | {Field.KIND: "UNIT"}, "kind": SubmissionKind.COMPLAINT},
            "either --kind", id="two kinds",
        ),
        pytest.param(
            {"mapping": {Field.TEXT: "KOMENTAR"}, "day": TODAY + timedelta(days=1)}, "in the future", id="future day"
        ),
        pytest.param({"source": ""}, "--source", id="no source"),
        pytest.param({"source": "a\x00"}, "--source", id="unreadable source"),
        pytest.param({"source": "a" * 101}, "--source", id="long source"),
    ],
)  # fmt: skip
def test_a_request_that_does_not_fit_is_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(MappingError, match=says):
        replace(REQUEST, **change).check(COLUMNS, DIRECTORY, TODAY)


def test_one_column_full_of_semicolons_is_advice_on_the_delimiter() -> None:
    with pytest.raises(MappingError, match="try --delimiter ';'"):
        REQUEST.check(["KOMENTAR;NILAI;TANGGAL"], DIRECTORY, TODAY)


@pytest.mark.parametrize(
    "change",
    [
        {"unit": "rsud"}, {"service": "ktp-el"}, {"mapping": {Field.TEXT: "NILAI", Field.DATE: "TANGGAL"}},
        {"day": TODAY}, {"utc_offset": UTC}, {"utc_offset": timezone(timedelta(hours=8))},
        {"date_order": DateOrder.MDY}, {"scale": parse_scale(["1=1"])}, {"kind": SubmissionKind.PRAISE},
        {"history": True}, {"layout": Layout(Form.CSV, "cp1252")}, {"layout": Layout(Form.CSV, "utf-8", quoted=False)},
    ],
)  # fmt: skip
def test_everything_that_decides_how_rows_are_read_is_an_option_of_the_import(change: dict[str, Any]) -> None:
    assert replace(REQUEST, **change).options() != REQUEST.options()


def test_where_the_file_lies_and_the_order_of_the_options_make_no_other_import() -> None:
    turned = dict(reversed(REQUEST.mapping.items()))
    assert replace(REQUEST, path=Path("/tmp/lain.csv"), mapping=turned).options() == REQUEST.options()
