"""The whole import against a real database: staged, published at once, continued, recognised."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import AuditEvent
from feedback_app.audit.operations import SYSTEM
from feedback_app.intake.imports import staging
from feedback_app.intake.imports.mapping import Field
from feedback_app.intake.imports.problems import (
    AnotherRunError,
    DoubtfulReadingError,
    MappingError,
    UnreadableFileError,
)
from feedback_app.intake.imports.readers import Form, Layout
from feedback_app.intake.imports.rejects import rejects_file
from feedback_app.intake.imports.request import ImportRequest
from feedback_app.intake.imports.run import Outcome, prepared, run
from feedback_app.intake.imports.staging import Stage
from feedback_app.intake.models import Import, ImportRow, ImportState, Submission
from feedback_app.intake.rules import AnalysisState, Channel, SubmissionKind
from feedback_app.organisation.models import Agency, Unit
from tests import factories

NOW = factories.NOW
HEADER = ["KOMENTAR", "NILAI", "TANGGAL"]
Row = tuple[str, ...]


def _in_silence(_: Stage) -> None:
    """Tell nobody."""


class StoppedError(Exception):
    """Stands for whatever ends a run in the middle."""


def _stop(*_: Any, **__: Any) -> None:
    raise StoppedError


@dataclass
class Desk:
    """An agency with one unit, and a folder to import from."""

    session: Session
    agency: Agency
    unit: Unit
    folder: Path

    def file(self, rows: Iterable[Row], name: str = "survei.csv") -> Path:
        path = self.folder / name
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([HEADER, *rows])
        return path

    def request(self, path: Path) -> ImportRequest:
        return ImportRequest(
            path=path,
            layout=Layout(Form.CSV, "utf-8"),
            agency=self.agency.code,
            source="survei",
            mapping={Field.TEXT: "KOMENTAR", Field.RATING: "NILAI", Field.DATE: "TANGGAL"},
            unit=self.unit.code,
        )

    def take_in(
        self,
        request: ImportRequest,
        *,
        chunk: int = 2,
        now: datetime = NOW,
        after: Callable[[Stage], None] = _in_silence,
    ) -> Outcome:
        with (
            prepared(self.session, request, now=now) as work,
            rejects_file(self.rejects, work.table.columns, ",") as rejects,
        ):
            commit = self.session.commit
            return run(
                self.session, work, rejects, actor=SYSTEM, now=now, commit=commit, progress=after, chunk=chunk
            )  # fmt: skip

    @property
    def rejects(self) -> Path:
        return self.folder / "rejects.csv"

    def rejected(self) -> list[list[str]]:
        with self.rejects.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))[1:]

    def published(self) -> list[Submission]:
        query = sa.select(Submission).where(Submission.agency_id == self.agency.id).order_by(Submission.id)
        return list(self.session.scalars(query.execution_options(populate_existing=True)))

    def count(self, table: type[Import | ImportRow]) -> int:
        return self.session.scalar(sa.select(sa.func.count()).where(table.agency_id == self.agency.id)) or 0


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    agency = factories.agency(session)
    return Desk(session, agency, factories.unit(session, agency, code="dukcapil"), tmp_path)


def rows(count: int, start: int = 0) -> list[Row]:
    return [
        (f"Komentar nomor {number}", str(number % 4 + 1), "2026-03-01 10:00") for number in range(start, start + count)
    ]


def stop_after(rows_read: int) -> Callable[[Stage], None]:
    def stop(at: Stage) -> None:
        if at.rows_read >= rows_read:
            raise StoppedError

    return stop


def test_a_file_becomes_pending_submissions_in_its_order(desk: Desk) -> None:
    outcome = desk.take_in(
        desk.request(desk.file([*rows(5), ("", "4", "2026-03-02"), ("Terima kasih", "", "02/03/2026")]))
    )
    stage = outcome.stage
    assert (stage.rows_read, stage.rows_published, stage.rows_duplicate, stage.rows_rejected) == (7, 7, 0, 0)
    found = desk.published()
    assert [(row.text, row.rating, row.kind) for row in found[4:]] == [
        ("Komentar nomor 4", 1, SubmissionKind.UNSPECIFIED),
        (None, 4, SubmissionKind.RATING),
        ("Terima kasih", None, SubmissionKind.UNSPECIFIED),
    ]
    assert {(row.channel, row.analysis, row.source, row.import_id) for row in found} == {
        (Channel.IMPORTED, AnalysisState.PENDING, "survei", stage.import_id)
    }
    assert found[0].occurred_on == date(2026, 3, 1)
    assert found[0].received_at.isoformat() == "2026-03-01T02:00:00+00:00"


def test_publishing_empties_the_stage_and_leaves_one_audit_record_and_one_wish(desk: Desk) -> None:
    wishes: set[str] = set()
    sa.event.listen(
        desk.session, "before_commit", lambda session: wishes.update(session.info.get("suara_jobs_wanted", ()))
    )
    stage = desk.take_in(desk.request(desk.file(rows(5)))).stage
    assert desk.count(ImportRow) == 0
    record = desk.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "intake.import_submissions")).one()
    assert (record.subject_id, record.detail) == (
        stage.import_id,
        {"rows_read": 5, "rows_rejected": 0, "rows_published": 5, "rows_duplicate": 0},
    )
    assert wishes == {"drain"}


def test_nothing_is_seen_before_everything_is_staged(desk: Desk) -> None:
    seen: list[tuple[int, int]] = []
    desk.take_in(desk.request(desk.file(rows(5))), after=lambda at: seen.append((at.rows_read, len(desk.published()))))
    assert seen == [(0, 0), (2, 0), (4, 0), (5, 0)]


@pytest.mark.parametrize("stopped_at", [0, 2, 4, 5])
def test_an_interrupted_import_continues_where_it_stopped(desk: Desk, stopped_at: int) -> None:
    bad = ("Tanpa tanggal", "3", "entah")
    request = desk.request(desk.file([rows(1)[0], bad, *rows(1), rows(2)[1], ("Nilai lain", "9", "2026-03-01")]))
    with pytest.raises(StoppedError):
        desk.take_in(request, after=stop_after(stopped_at))
    desk.session.rollback()
    assert desk.published() == []
    assert not desk.rejects.exists()
    outcome = desk.take_in(request)
    assert outcome.resumed_from == stopped_at
    assert (outcome.stage.rows_read, outcome.stage.rows_published, outcome.stage.rows_rejected) == (5, 3, 2)
    assert [row.text for row in desk.published()] == ["Komentar nomor 0", "Komentar nomor 0", "Komentar nomor 1"]
    assert [row[3] for row in desk.rejected()] == ["3", "6"]


def test_a_failure_while_publishing_publishes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    request = desk.request(desk.file(rows(5)))
    with monkeypatch.context() as patched:
        patched.setattr(staging, "record", _stop)
        with pytest.raises(StoppedError):
            desk.take_in(request)
    desk.session.rollback()
    assert desk.published() == []
    outcome = desk.take_in(request)
    assert (outcome.resumed_from, outcome.stage.rows_published) == (5, 5)


def test_a_finished_import_run_again_does_nothing(desk: Desk) -> None:
    request = desk.request(desk.file(rows(5)))
    first = desk.take_in(request)
    again = desk.take_in(request, now=NOW + timedelta(days=3))
    assert again.done_before
    assert again.stage.import_id == first.stage.import_id
    assert len(desk.published()) == 5


def test_a_longer_file_brings_only_what_is_new(desk: Desk) -> None:
    repeats = [rows(1)[0]] * 3
    desk.take_in(desk.request(desk.file([*rows(4), *repeats])))
    stage = desk.take_in(
        desk.request(desk.file([*rows(2, start=4), *rows(4), *repeats, rows(1)[0]], "survei2.csv"))
    ).stage
    assert (stage.rows_read, stage.rows_published, stage.rows_duplicate) == (10, 3, 7)
    assert len(desk.published()) == 10


def test_another_source_knows_nothing_of_the_first(desk: Desk) -> None:
    request = desk.request(desk.file(rows(3)))
    desk.take_in(request)
    assert desk.take_in(replace(request, source="loket")).stage.rows_published == 3


def test_the_other_systems_number_recognises_a_row_whatever_else_changes(desk: Desk) -> None:
    def request(path: Path) -> ImportRequest:
        return replace(desk.request(path), mapping={Field.ID: "NILAI", Field.TEXT: "KOMENTAR", Field.DATE: "TANGGAL"})

    desk.take_in(request(desk.file([("Lama", "A1", "2026-03-01"), ("Lagi", "A1", "2026-03-01")])))
    assert [row.text for row in desk.published()] == ["Lama"]
    stage = desk.take_in(
        request(desk.file([("Diubah", "A1", "2026-03-02"), ("Baru", "A2", "2026-03-02")], "b.csv"))
    ).stage
    assert (stage.rows_published, stage.rows_duplicate) == (1, 1)


def test_bad_rows_are_written_down_and_the_others_imported(desk: Desk) -> None:
    bad = [("", "", "2026-03-01"), ("Esok", "3", "2026-05-13"), ("=1+1", "7", "2026-03-01")]
    outcome = desk.take_in(desk.request(desk.file([*rows(2), *bad])))
    assert (outcome.stage.rows_published, outcome.stage.rows_rejected) == (2, 3)
    assert desk.rejected() == [
        ["", "", "2026-03-01", "4", "Tidak ada teks dan tidak ada nilai."],
        ["Esok", "3", "2026-05-13", "5", "Tanggal “2026-05-13” ada di masa depan."],
        ["'=1+1", "7", "2026-03-01", "6", "Nilai “7” tidak ada dalam skala; yang dikenal: 1, 2, 3, 4."],
    ]


def test_a_file_of_bad_rows_only_is_forgotten_so_that_it_can_be_tried_again(desk: Desk) -> None:
    request = desk.request(desk.file([("a", "9", "2026-03-01")] * 30))
    for _ in range(2):
        outcome = desk.take_in(request)
        assert outcome.all_rejected
        assert not outcome.done_before
    assert desk.count(Import) == desk.count(ImportRow) == 0
    assert len(desk.rejected()) == 30


def test_another_scale_is_noticed_before_a_biased_half_is_published(desk: Desk) -> None:
    stars = [(f"Bintang {number}", str(number % 5 + 1), "2026-03-01") for number in range(60)]
    request = desk.request(desk.file(stars))
    with pytest.raises(DoubtfulReadingError, match="12 of 60 rows have ratings outside the scale"):
        desk.take_in(request)
    assert desk.published() == []
    assert desk.count(Import) == 0
    scale = {"1": 1, "2": 1, "3": 2, "4": 3, "5": 4}
    assert desk.take_in(replace(request, scale=scale)).stage.rows_published == 60


def test_american_dates_are_noticed_before_half_of_them_are_misread(desk: Desk) -> None:
    days = [(f"Hari {day}", "3", f"03/{day:02}/2026") for day in range(1, 29)]
    with pytest.raises(DoubtfulReadingError, match="--date-order mdy"):
        desk.take_in(desk.request(desk.file(days)))
    assert desk.published() == []


def test_slips_do_not_stop_an_import(desk: Desk) -> None:
    slips = [("Salah ketik", "5", "2026-03-01")] * 12
    assert desk.take_in(desk.request(desk.file([*rows(300), *slips])), chunk=100).stage.rows_published == 300


def test_a_unit_that_is_renamed_meanwhile_begins_the_staging_again(desk: Desk) -> None:
    mapping = {Field.TEXT: "KOMENTAR", Field.UNIT: "NILAI", Field.DATE: "TANGGAL"}
    lines = [(f"Baris {number}", "rsud" if number % 2 else "dukcapil", "2026-03-01") for number in range(6)]
    request = replace(desk.request(desk.file(lines)), unit=None, mapping=mapping)
    with pytest.raises(StoppedError):
        desk.take_in(request, after=stop_after(4))
    desk.session.rollback()
    factories.unit(desk.session, desk.agency, code="rsud")
    outcome = desk.take_in(request)
    assert outcome.resumed_from == 0
    assert (outcome.stage.rows_published, outcome.stage.rows_rejected) == (6, 0)


def test_what_lay_in_the_future_at_the_start_still_does_when_the_import_continues(desk: Desk) -> None:
    request = desk.request(desk.file([*rows(2), ("Besok", "3", "2026-05-13"), *rows(2, start=2)]))
    with pytest.raises(StoppedError):
        desk.take_in(request, after=stop_after(4))
    desk.session.rollback()
    outcome = desk.take_in(request, now=NOW + timedelta(days=2))
    assert (outcome.resumed_from, outcome.stage.rows_published, outcome.stage.rows_rejected) == (4, 4, 1)


def test_two_runs_at_once_do_not_stage_a_row_twice(desk: Desk) -> None:
    request = desk.request(desk.file(rows(6)))

    def other_run(at: Stage) -> None:
        if at.rows_read == 2:
            desk.take_in(request)

    with pytest.raises(AnotherRunError):
        desk.take_in(request, after=other_run)
    assert [row.text for row in desk.published()] == [row[0] for row in rows(6)]


def test_a_rehearsal_tells_the_end_exactly_and_keeps_nothing(desk: Desk) -> None:
    desk.take_in(desk.request(desk.file(rows(3))))
    longer = desk.request(desk.file(rows(5), "b.csv"))
    with (
        prepared(desk.session, longer, now=NOW) as work,
        rejects_file(desk.rejects, work.table.columns, ",") as rejects,
        desk.session.begin_nested() as savepoint,
    ):
        outcome = run(desk.session, work, rejects, actor=SYSTEM, now=NOW, commit=lambda: None, progress=_in_silence)
        savepoint.rollback()
    assert (outcome.stage.rows_published, outcome.stage.rows_duplicate) == (2, 3)
    assert len(desk.published()) == 3
    assert desk.count(Import) == 1


def test_a_file_changed_while_it_is_read_is_not_published(desk: Desk) -> None:
    path = desk.file(rows(5))

    def write_to_it(at: Stage) -> None:
        if at.rows_read == 5:
            path.write_text(path.read_text() + "Tambahan,3,2026-03-01\n")

    with pytest.raises(UnreadableFileError, match="changed"):
        desk.take_in(desk.request(path), after=write_to_it)
    assert desk.published() == []


def test_a_file_with_a_header_only_has_no_rows(desk: Desk) -> None:
    with pytest.raises(UnreadableFileError, match="has no rows"):
        desk.take_in(desk.request(desk.file([])))
    assert desk.count(Import) == 0


def test_an_unknown_agency_is_named_with_those_there_are(desk: Desk) -> None:
    with pytest.raises(MappingError, match=f"no agency 'kupank'.*Agencies: .*{desk.agency.code}"):
        desk.take_in(replace(desk.request(desk.file(rows(1))), agency="kupank"))


def test_a_unit_of_another_agency_does_not_exist(desk: Desk) -> None:
    other = factories.agency(desk.session)
    factories.unit(desk.session, other, code="milik-orang-lain")
    with pytest.raises(MappingError, match="no unit 'milik-orang-lain'"):
        desk.take_in(replace(desk.request(desk.file(rows(1))), unit="milik-orang-lain"))


def test_services_belong_to_their_unit(desk: Desk) -> None:
    ktp = factories.service(desk.session, desk.unit, code="ktp-el", name="KTP Elektronik")
    request = replace(desk.request(desk.file(rows(2))), service="KTP elektronik")
    desk.take_in(request)
    assert {row.service_id for row in desk.published()} == {ktp.id}


def test_a_name_that_two_units_bear_is_not_chosen_between(desk: Desk) -> None:
    for code in ("uptd-1", "uptd-2"):
        factories.unit(desk.session, desk.agency, code=code, name="UPTD Samsat")
    with pytest.raises(MappingError, match="no unit 'UPTD Samsat'"):
        desk.take_in(replace(desk.request(desk.file(rows(1))), unit="UPTD Samsat"))


def test_history_waits_for_no_answer(desk: Desk) -> None:
    desk.take_in(replace(desk.request(desk.file(rows(2))), history=True))
    assert [row.wants_reply for row in desk.published()] == [False, False]


def test_an_import_nobody_went_on_with_is_forgotten_after_thirty_days(desk: Desk) -> None:
    with pytest.raises(StoppedError):
        desk.take_in(desk.request(desk.file(rows(5))), after=stop_after(4))
    desk.session.rollback()
    desk.take_in(desk.request(desk.file(rows(1), "b.csv")), now=NOW + timedelta(days=29))
    assert desk.count(ImportRow) == 4
    desk.take_in(desk.request(desk.file(rows(1, start=9), "c.csv")), now=NOW + timedelta(days=31))
    assert desk.count(ImportRow) == 0
    states = desk.session.scalars(sa.select(Import.state).where(Import.agency_id == desk.agency.id))
    assert set(states) == {ImportState.PUBLISHED}
