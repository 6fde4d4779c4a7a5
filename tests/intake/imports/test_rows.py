from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.intake.imports.directory import Directory
from feedback_app.intake.imports.mapping import Field
from feedback_app.intake.imports.moments import DateReading
from feedback_app.intake.imports.problems import MappingError, Reason, RowProblemError
from feedback_app.intake.imports.rows import Entry, RowReader, RowRules, SourceRow
from feedback_app.intake.imports.values import Cell
from feedback_app.intake.rules import SubmissionKind

WITA = ZoneInfo("Asia/Makassar")
DUKCAPIL, RSUD, KTP = 11, 12, 101
DIRECTORY = Directory(
    units={"dukcapil": DUKCAPIL, "dinas kependudukan": DUKCAPIL, "rsud": RSUD},
    services={(DUKCAPIL, "ktp-el"): KTP, (DUKCAPIL, "ktp elektronik"): KTP},
)
PLACES = {name: place for place, name in enumerate(Field)}
RULES = RowRules(
    source="kiosk",
    places=PLACES,
    directory=DIRECTORY,
    dates=DateReading(agency_zone=WITA, written_in=WITA),
    now=datetime(2026, 5, 12, 3, 0, tzinfo=UTC),
)
GOOD: dict[str, Cell] = {"text": "Antre lama sekali.", "rating": "2", "date": "2026-03-01 10:00", "unit": "dukcapil"}


def row(number: int = 2, /, **cells: Cell) -> SourceRow:
    filled = GOOD | cells
    return SourceRow(number, [filled.get(name.value) for name in Field])


def read(rules: RowRules = RULES, /, **cells: Cell) -> Entry:
    return RowReader(rules).read(row(**cells))


def test_a_row_becomes_an_entry() -> None:
    entry = read(service="KTP-el", kind="pengaduan", id=" A-7 ", reply="ya")
    assert entry == Entry(
        row_number=2, unit_id=DUKCAPIL, service_id=KTP, kind="complaint", rating=2, text="Antre lama sekali.",
        wants_reply=True, occurred_on=date(2026, 3, 1), received_at=datetime(2026, 3, 1, 2, 0, tzinfo=UTC),
        external_id="A-7",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"text": "", "rating": None}, Reason.SAYS_NOTHING),
        ({"text": " \x00 ", "rating": " "}, Reason.SAYS_NOTHING),
        ({"text": "a" * 4001}, Reason.TEXT_TOO_LONG),
        ({"rating": "5"}, Reason.RATING_NOT_IN_SCALE),
        ({"date": ""}, Reason.DATE_MISSING),
        ({"date": "kemarin"}, Reason.DATE_UNREADABLE),
        ({"date": "2026-05-12 11:01"}, Reason.DATE_IN_FUTURE),
        ({"date": "2027-01-01"}, Reason.DATE_IN_FUTURE),
        ({"unit": "dukcapi"}, Reason.UNIT_UNKNOWN),
        ({"unit": ""}, Reason.UNIT_UNKNOWN),
        ({"service": "kk"}, Reason.SERVICE_UNKNOWN),
        ({"unit": "rsud", "service": "ktp-el"}, Reason.SERVICE_UNKNOWN),
        ({"kind": "curhat"}, Reason.KIND_UNKNOWN),
        ({"kind": "pengaduan", "text": None}, Reason.KIND_NEEDS_TEXT),
        ({"kind": "penilaian", "rating": None}, Reason.KIND_NEEDS_RATING),
        ({"reply": "mungkin"}, Reason.REPLY_UNREADABLE),
        ({"id": "x" * 201}, Reason.ID_TOO_LONG),
    ],
)
def test_a_bad_row_has_its_reason_and_an_indonesian_sentence(cells: dict[str, Cell], reason: Reason) -> None:
    with pytest.raises(RowProblemError) as caught:
        read(**cells)
    assert caught.value.reason is reason
    assert caught.value.sentence.endswith(".")


@pytest.mark.parametrize(
    "cells", [{"text": "a" * 4000}, {"date": "2026-05-12 11:00"}, {"date": "2026-05-12"}, {"id": "x" * 200}]
)
def test_the_limits_themselves_are_allowed(cells: dict[str, Cell]) -> None:
    assert read(**cells).unit_id == DUKCAPIL


def test_a_problem_of_the_reader_is_passed_on() -> None:
    with pytest.raises(RowProblemError, match="rusak"):
        RowReader(RULES).read(SourceRow(2, [], RowProblemError(Reason.NOT_A_RECORD, "rusak")))


def test_names_do_as_well_as_codes_in_any_capitals() -> None:
    entry = read(unit="DINAS  Kependudukan", service="KTP Elektronik")
    assert (entry.unit_id, entry.service_id) == (DUKCAPIL, KTP)


def test_what_is_not_mapped_comes_from_the_options() -> None:
    rules = replace(
        RULES,
        places={Field.TEXT: 0},
        unit="rsud",
        day=date(2025, 12, 31),
        kind=SubmissionKind.PRAISE,
        wants_reply=False,
    )
    entry = RowReader(rules).read(SourceRow(1, ["Dokternya ramah."]))
    assert (entry.unit_id, entry.kind, entry.wants_reply) == (RSUD, "praise", False)
    assert (entry.rating, entry.service_id, entry.occurred_on) == (None, None, date(2025, 12, 31))


def test_a_text_of_unsaid_kind_is_left_to_the_classifier_and_a_mere_rating_is_a_rating() -> None:
    assert read().kind == "unspecified"
    assert read(text=None).kind == "rating"


def test_without_a_text_there_is_nothing_to_answer() -> None:
    assert read(text=None, reply="ya").wants_reply is None


def test_the_same_words_twice_in_a_file_are_two_people() -> None:
    reader = RowReader(RULES)
    first, second = (reader.read(row(number)) for number in (2, 3))
    assert first.external_id != second.external_id


def test_a_longer_file_gives_its_old_rows_their_old_names() -> None:
    short, long = RowReader(RULES), RowReader(RULES)
    texts = ["bagus", "lambat", "bagus"]
    old = [short.read(row(number, text=text)).external_id for number, text in enumerate(texts)]
    new = [long.read(row(number, text=text)).external_id for number, text in enumerate(["baru", *texts, "bagus"])]
    assert set(old) < set(new)
    assert len(set(new)) == 5


def test_copying_does_not_change_the_name_of_a_row() -> None:
    assert read(text="Antre  LAMA\nsekali.").external_id == read(text="antre lama sekali. ").external_id
    assert read(text="Caf\u00e9").external_id == read(text="Cafe\u0301").external_id


@pytest.mark.parametrize(
    "other", [{"text": "Antre lama"}, {"rating": "3"}, {"rating": ""}, {"date": "2026-03-02"}, {"unit": "rsud"}]
)
def test_other_content_has_another_name(other: dict[str, Cell]) -> None:
    assert read(**other).external_id != read().external_id


def test_another_source_gives_other_names() -> None:
    assert read(replace(RULES, source="loket")).external_id != read().external_id


CELLS = st.none() | st.text(max_size=20) | st.integers() | st.floats() | st.booleans() | st.datetimes() | st.dates()


@given(st.lists(CELLS, min_size=len(Field), max_size=len(Field)))
def test_whatever_a_row_holds_it_is_read_or_rejected(cells: list[Cell]) -> None:
    try:
        entry = RowReader(RULES).read(SourceRow(2, cells))
    except RowProblemError:
        return
    assert entry.rating in (None, 1, 2, 3, 4)
    assert "\x00" not in (entry.text or "") + entry.external_id


def test_the_directory_refuses_what_the_options_name_wrongly_and_suggests() -> None:
    with pytest.raises(MappingError, match="no unit 'dukcapill'; did you mean 'dukcapil'"):
        DIRECTORY.check_unit("dukcapill")
    with pytest.raises(MappingError, match="'rsud' does not give a service 'ktp-el'"):
        DIRECTORY.check_service("rsud", "ktp-el")
    with pytest.raises(MappingError, match="No unit of the agency gives a service 'sim'"):
        DIRECTORY.check_service(None, "sim")
    DIRECTORY.check_unit("Dinas Kependudukan")
    DIRECTORY.check_service(None, "ktp-el")


def test_the_digest_of_the_directory_changes_with_its_meaning() -> None:
    moved = replace(DIRECTORY, units={**DIRECTORY.units, "rsud": 99})
    assert moved.digest() != DIRECTORY.digest()
    assert replace(DIRECTORY, units=dict(reversed(list(DIRECTORY.units.items())))).digest() == DIRECTORY.digest()
