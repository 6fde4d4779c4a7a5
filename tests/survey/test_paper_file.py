"""Files of questionnaires: read as they were meant, refused cell by cell where they cannot be, and never guessed."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from sqlalchemy.orm import Session

from feedback_app.audit.operations import person
from feedback_app.organisation.models import PublicService, Unit
from feedback_app.survey import batches
from feedback_app.survey.answer_columns import AnswerOrderMissingError
from feedback_app.survey.batches import FileRead
from feedback_app.survey.elements import OFFICIAL_QUESTIONS
from feedback_app.survey.instruments import make
from feedback_app.survey.models import Period
from feedback_app.survey.official import Draft, Variant, official_questions
from feedback_app.survey.paper_columns import PaperColumnsError
from feedback_app.survey.paper_file import PaperFile, read_paper_file
from feedback_app.survey.paper_preview import preview_of
from feedback_app.survey.paper_settings import paper_setting
from feedback_app.survey.paper_tables import read_table
from feedback_app.survey.paper_values import Problem
from feedback_app.survey.paper_workbooks import SheetNotNamedError, UnreadablePaperFileError
from feedback_app.survey.results import figures
from feedback_app.survey.rules import AgeBand, AnswerOrder, Education, HourBand, Occupation, Sex
from tests import factories
from tests.survey import makers

KEYS = [question.element for question in OFFICIAL_QUESTIONS]
NUMBERS = [f"u{number}" for number in range(1, 10)]
FULL = ["tanggal", "jam", "jenis_kelamin", "usia", "pendidikan", "pekerjaan", *NUMBERS]


def csv_of(header: Sequence[str], *rows: Sequence[object], delimiter: str = ",") -> bytes:
    lines = [delimiter.join(str(cell) for cell in row) for row in (header, *rows)]
    return "\n".join(lines).encode()


def workbook(*sheets: tuple[str, Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def with_sheet(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with its first sheet rewritten."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(written, "w") as made:
        for part in parts.namelist():
            held = parts.read(part)
            made.writestr(part, change(held) if part.endswith("sheet1.xml") else held)
    return written.getvalue()


class Pile:
    """A unit in an open period whose files are read."""

    def __init__(self, session: Session, *, services: int = 0, own: bool = False) -> None:
        self.session = session
        agency = factories.agency(session)
        self.unit: Unit = factories.unit(session, agency)
        self.services: list[PublicService] = [
            factories.service(session, self.unit, name=f"Layanan {number}") for number in range(services)
        ]
        asked = None
        if own:
            drafts = [*official_questions(), Draft(None, "Dari mana Anda tahu?", ("Teman", "Situs", "Lain"))]
            asked = make(session, agency.id, "Dengan tambahan", drafts, actor=person_of(session), now=factories.NOW)
        self.period: Period = makers.open_period(session, agency, self.services or [self.unit], asked)

    def read(
        self, content: bytes, order: AnswerOrder | None = AnswerOrder.FORM, *, day: date | None = makers.DAY,
        service: PublicService | None = None, sheet: str | None = None,
    ) -> PaperFile:  # fmt: skip
        setting = paper_setting(
            self.session, self.period, self.unit.id, service.id if service else None, day=day, today=factories.TODAY
        )
        return read_paper_file(content, setting, order=order, sheet=sheet)

    def store(self, read: PaperFile) -> None:
        batches.add_file(
            self.session, self.period, self.unit.id, None, read.filled,
            FileRead(read.sha256, "survei.csv", read.columns.order), actor=person_of(self.session), now=factories.NOW,
        )  # fmt: skip


def person_of(session: Session) -> Any:
    return person(factories.user(session).id)


@pytest.fixture
def pile(session: Session) -> Pile:
    return Pile(session)


def problems(read: PaperFile) -> list[tuple[int, str, Problem]]:
    return [(one.row, one.column, one.problem) for one in read.bad]


def test_a_full_row_is_read_with_bands_and_in_form_order(pile: Pile) -> None:
    read = pile.read(
        csv_of(FULL, ["12-05-2026", "08.00-12.00", "P", 34, "SLTA", "Petani", 1, 2, 3, 4, 1, 2, 3, 4, 1]), day=None
    )
    [one] = read.filled
    assert not read.bad
    assert (one.answered_on, one.hours) == (date(2026, 5, 12), HourBand.MORNING)
    assert (one.respondent.sex, one.respondent.age) == (Sex.FEMALE, AgeBand.FROM_30)
    assert (one.respondent.education, one.respondent.occupation) == (Education.SMA, Occupation.OTHER)
    assert one.answers == dict(zip(KEYS, (1, 2, 3, 4, 1, 2, 3, 4, 1), strict=True))
    assert (one.answers["sarana"], one.answers["pengaduan"]) == (4, 1)


def test_the_same_file_in_the_other_order_gives_the_same_index_and_other_elements(session: Session) -> None:
    rows = [[3, 3, 4, 4, 3, 3, 3, 4, 1], [3, 2, 3, 4, 3, 4, 3, 3, 2]]
    found = {}
    for order in (AnswerOrder.FORM, AnswerOrder.LIST):
        pile = Pile(session)
        pile.store(pile.read(csv_of(NUMBERS, *rows), order))
        makers.fold(session, pile.period)
        index = figures(session, pile.period).agency.index
        assert index is not None
        found[order] = (index.exact, {one.key: one.mean for one in index.elements})
    (form, of_form), (listed, of_list) = found[AnswerOrder.FORM], found[AnswerOrder.LIST]
    assert form == listed
    assert (of_form["sarana"], of_form["pengaduan"]) == (of_list["pengaduan"], of_list["sarana"])
    assert of_form["sarana"] != of_form["pengaduan"]


def test_numbered_columns_without_an_order_are_refused(pile: Pile) -> None:
    with pytest.raises(AnswerOrderMissingError):
        pile.read(csv_of(NUMBERS, [3] * 9), None)


def test_columns_named_by_key_need_no_order_and_stand_in_any(pile: Pile) -> None:
    read = pile.read(csv_of([*reversed(KEYS), "nama"], [*[4] * 8, 1, "Yohana"]), None)
    assert read.columns.order is AnswerOrder.KEYS
    assert read.columns.ignored == ("nama",)
    assert read.filled[0].answers["persyaratan"] == 1


def test_everything_wrong_is_told_by_row_and_column(pile: Pile) -> None:
    good = ["12-05-2026", "09.00", "L", 20, "S1", "PNS", *[3] * 9]
    bad = ["32-05-2026", "99", "X", "muda", "TK", "", 5, "a", "", 0, *[3] * 5]
    read = pile.read(csv_of(FULL, good, bad, ["", "", "", "", "", "", *[""] * 9], good), day=None)
    assert problems(read) == [
        (3, "tanggal", Problem.DAY), (3, "jenis_kelamin", Problem.SEX), (3, "usia", Problem.AGE),
        (3, "pendidikan", Problem.EDUCATION), (3, "jam", Problem.HOURS), (3, "u1", Problem.ANSWER),
        (3, "u2", Problem.ANSWER),
    ]  # fmt: skip
    assert (len(read.filled), read.bad_rows, read.rows, read.blank_rows) == (2, 1, (2, 5), 1)


def test_a_row_with_one_cell_too_many_is_refused_though_all_are_digits(pile: Pile) -> None:
    read = pile.read(csv_of(NUMBERS, [3, 4, 3, 3, 3, 3, 3, 3, 3, 3]))
    assert problems(read) == [(2, "", Problem.TOO_MANY_CELLS)]


def test_a_row_that_answers_nothing_inside_the_index_is_refused(pile: Pile) -> None:
    header = [*NUMBERS, "usia"]
    assert problems(pile.read(csv_of(header, [*[0] * 9, 40]))) == [(2, "", Problem.NOTHING)]


def test_days_outside_the_period_or_to_come_are_refused(pile: Pile) -> None:
    header = ["tanggal", *NUMBERS]
    rows = [[day, *[3] * 9] for day in ("2025-12-31", "2026-05-13", "2026-05-12", "")]
    read = pile.read(csv_of(header, *rows), day=None)
    assert [one.problem for one in read.bad] == [Problem.DAY_OUTSIDE, Problem.DAY_TO_COME, Problem.DAY_MISSING]
    assert [one.answered_on for one in read.filled] == [makers.DAY]


def test_a_service_is_named_by_code_or_name_and_an_unknown_one_is_told(session: Session) -> None:
    pile = Pile(session, services=2)
    first, second = pile.services
    header = ["layanan", *NUMBERS]
    rows = [[name, *[3] * 9] for name in (first.code, second.name.upper(), "Lain", "")]
    read = pile.read(csv_of(header, *rows))
    assert [one.service_id for one in read.filled] == [first.id, second.id]
    assert problems(read) == [(4, "layanan", Problem.SERVICE), (5, "layanan", Problem.SERVICE)]
    assert len(pile.read(csv_of(header, *rows), service=second).filled) == 3


def test_a_unit_surveyed_by_service_needs_one_or_a_column(session: Session) -> None:
    pile = Pile(session, services=2)
    with pytest.raises(PaperColumnsError, match="kolom layanan"):
        pile.read(csv_of(NUMBERS, [3] * 9))
    assert pile.read(csv_of(NUMBERS, [3] * 9), service=pile.services[0]).filled[0].service_id == pile.services[0].id


def test_own_questions_are_read_by_key_with_their_own_number_of_answers(session: Session) -> None:
    pile = Pile(session, own=True)
    read = pile.read(csv_of([*NUMBERS, "tambahan_1"], [*[3] * 9, 2], [*[3] * 9, 4], [*[3] * 9, ""]))
    assert read.filled[0].answers["tambahan_1"] == 2
    assert problems(read) == [(3, "tambahan_1", Problem.ANSWER)]
    assert "tambahan_1" not in read.filled[1].answers
    assert not pile.read(csv_of(NUMBERS, [3] * 9)).bad


def test_several_questions_of_an_element_are_named_by_their_keys(session: Session) -> None:
    agency = factories.agency(session)
    unit = factories.unit(session, agency)
    twice = [*official_questions(), official_questions()[0]]
    asked = make(session, agency.id, "Dua kali", twice, actor=person_of(session), now=factories.NOW)
    period = makers.open_period(session, agency, [unit], asked)
    setting = paper_setting(session, period, unit.id, None, day=makers.DAY, today=factories.TODAY)
    with pytest.raises(PaperColumnsError, match="bukan dengan nomor"):
        read_paper_file(csv_of(NUMBERS, [3] * 9), setting, order=AnswerOrder.FORM)
    with pytest.raises(PaperColumnsError, match="persyaratan_2"):
        read_paper_file(csv_of(KEYS, [3] * 9), setting, order=None)
    read = read_paper_file(csv_of([*KEYS, "persyaratan_2"], [*[3] * 9, 1]), setting, order=None)
    assert read.filled[0].answers["persyaratan_2"] == 1


def test_two_columns_for_the_same_are_refused(pile: Pile) -> None:
    with pytest.raises(PaperColumnsError, match="usia"):
        pile.read(csv_of(["usia", "umur", *NUMBERS], [30, 31, *[3] * 9]))


def test_a_replaced_element_is_read_under_its_own_key(session: Session) -> None:
    agency = factories.agency(session)
    unit = factories.unit(session, agency)
    period = makers.open_period(session, agency, [unit], makers.instrument(session, agency, Variant.WEB))
    setting = paper_setting(session, period, unit.id, None, day=makers.DAY, today=factories.TODAY)
    read = read_paper_file(csv_of(NUMBERS, [1, 2, 3, 4, 1, 2, 3, 4, 1]), setting, order=AnswerOrder.FORM)
    assert (read.filled[0].answers["kompetensi"], read.filled[0].answers["perilaku"]) == (2, 3)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_read_as_spreadsheets_save_it(pile: Pile, delimiter: str, encoding: str) -> None:
    content = csv_of(NUMBERS, [3] * 9, delimiter=delimiter).decode().replace("\n", "\r\n").encode(encoding)
    assert len(pile.read(content).filled) == 1


def test_a_workbook_is_read_with_its_own_days_and_times(pile: Pile) -> None:
    moment = datetime(2026, 5, 11, 14, 30)  # noqa: DTZ001 - a spreadsheet knows no zones
    content = workbook(("Data", [FULL, [moment.date(), moment.time(), "L", 40.0, "S2", "TNI", *[4.0] * 9]]))
    [one] = pile.read(content, day=None).filled
    assert (one.answered_on, one.hours, one.respondent.age) == (
        date(2026, 5, 11), HourBand.AFTERNOON, AgeBand.FROM_40,
    )  # fmt: skip
    assert set(one.answers.values()) == {4}


def test_of_several_filled_sheets_one_has_to_be_named(pile: Pile) -> None:
    rows = [NUMBERS, [3] * 9]
    content = workbook(("Januari", rows), ("Februari", [*rows, [4] * 9]), ("Kosong", []))
    with pytest.raises(SheetNotNamedError) as refused:
        pile.read(content)
    assert refused.value.sheets == ("Januari", "Februari", "Kosong")
    assert len(pile.read(content, sheet="februari").filled) == 2
    assert len(pile.read(workbook(("Data", rows), ("Kosong", []))).filled) == 1


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"), pytest.param(b"\n\n ,\n", id="blank"), pytest.param(b"u1,u2\n", id="only names"),
        pytest.param(b"\xd0\xcf\x11\xe0old", id="old workbook"), pytest.param(b"PK\x03\x04broken", id="broken zip"),
        pytest.param("u1,ü\n".encode("cp1252"), id="other encoding"), pytest.param(b"u1\0,u2\n1,2", id="binary"),
        pytest.param(b'u1,u2\n"1,2\n', id="open quote"), pytest.param(b"u1\n" + b"1\n" * 20_001, id="too many rows"),
        pytest.param(b",".join([b"x"] * 300) + b"\n" + b"1,\n", id="too many columns"),
        pytest.param(b"x" * (10 * 1024 * 1024 + 1), id="too large"),
    ],
)  # fmt: skip
def test_what_is_no_table_of_questionnaires_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(UnreadablePaperFileError):
        read_table(content)


def test_the_preview_is_what_the_sums_come_to_afterwards(pile: Pile) -> None:
    rows = [[answer, *[3] * 7, ""] for answer in (1, 2, 3, 4)] + [[4] * 9]
    read = pile.read(csv_of(NUMBERS, *rows))
    setting = paper_setting(pile.session, pile.period, pile.unit.id, None, day=None, today=factories.TODAY)
    period = pile.period
    asked = next(iter(setting.questionnaires.values()))
    preview = preview_of(
        read.filled, setting.questionnaires, ruleset=asked.ruleset, weight=period.weight, missing=period.missing
    )
    assert (preview.questionnaires, preview.incomplete, preview.first) == (5, 4, makers.DAY)
    pile.store(read)
    makers.fold(pile.session, period)
    assert preview.index == figures(pile.session, period).agency.index


@pytest.mark.slow
def test_five_thousand_questionnaires_cost_less_than_four_looks_into_their_workbook(
    pile: Pile, capsys: pytest.CaptureFixture[str]
) -> None:
    row = ["12-05-2026", "09.15", "P", 34, "SMA", "Swasta", 3, 4, 3, 2, 3, 4, 3, 3, 4]
    content = workbook(("Data", [FULL, *[row] * 5_000]))
    began = time.process_time()
    assert (
        sum(1 for _row in openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0].iter_rows())
        == 5_001
    )
    opened = time.process_time()
    read = pile.read(content, day=None)
    read_after = time.process_time()
    pile.store(read)
    stored = time.process_time()
    times = opened - began, read_after - opened, stored - read_after
    with capsys.disabled():
        print("\n5,000 rows of .xlsx: opened in {:.2f} s, read in {:.2f} s, stored in {:.2f} s".format(*times))
    # Against the same workbook in the same minute: how fast a machine is at the time is no property of this code.
    assert times[1] + times[2] < 4 * times[0]


def test_a_formula_that_was_never_computed_is_a_bad_cell_and_no_blank(pile: Pile) -> None:
    header = [*FULL, "rata-rata"]
    row = ["12-05-2026", "08.00", "L", 40, "S2", "TNI", *["=1+2"] * 8, 3, "=AVERAGE(G2:O2)"]
    whole = ["12-05-2026", "08.00", "L", 40, "S2", "TNI", *[4] * 9, "=AVERAGE(G3:O3)"]
    job = ["12-05-2026", "08.00", "L", 40, "S2", '=IF(1,"TNI")', *[4] * 9, None]
    read = pile.read(workbook(("Data", [header, row, whole, job])))
    assert problems(read) == [
        *((2, f"u{number}", Problem.FORMULA) for number in range(1, 9)), (4, "pekerjaan", Problem.FORMULA)
    ]  # fmt: skip
    assert (read.bad[0].text, read.bad_rows, read.rows) == ("=1+2", 2, (3,))


def test_a_formula_that_was_computed_is_its_value_and_an_empty_text_is_a_blank(pile: Pile) -> None:
    rows = [["tanggal", *NUMBERS], ["12-05-2026", *["=1+2"] * 9]]
    content = with_sheet(
        workbook(("Data", rows)),
        # An empty value is written in one way or another, as the library for XML has it.
        lambda sheet: re.sub(
            rb'<c r="J2"><f>1\+2</f><v(?: ?/>|></v>)',
            b'<c r="J2" t="str"><f>IF(1,"")</f><v></v>',
            re.sub(rb"<f>1\+2</f><v(?: ?/>|></v>)", b"<f>1+2</f><v>3</v>", sheet, count=8),
        ),
    )
    read = pile.read(content)
    assert not read.bad
    assert read.filled[0].answers == dict.fromkeys(KEYS[:8], 3)


def test_the_line_that_names_the_separator_is_no_row(pile: Pile) -> None:
    read = pile.read(b"sep=;\r\n" + csv_of(NUMBERS, [1] * 9, [9] * 9, delimiter=";"))
    assert (len(read.filled), read.rows, read.bad[0].row) == (1, (2,), 3)
