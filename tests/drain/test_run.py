"""The drain: everything of a batch at once, each submission exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.analysis.operations import ReadSubmission, write_labels
from feedback_app.audit.models import AuditEvent
from feedback_app.drain.read import ReaderBrokenError
from feedback_app.drain.run import drain_batch
from feedback_app.handling.clocks.models import StoredSlaRule
from feedback_app.handling.models import Case
from feedback_app.handling.rules import Classification
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import AnalysisState, SubmissionKind
from feedback_app.measures.models import DailyMeasure, DailyTopic
from feedback_app.measures.operations import recount
from feedback_app.nlp.reading import Label, Reading
from feedback_app.organisation.models import UnitKind
from feedback_app.organisation.national_days import import_holidays
from tests import factories as make


def reading(kind: str = "complaint", aspect: str | None = "delay", *, integrity: bool = False) -> Reading:
    """A reading with full confidence."""
    return Reading(
        redacted="[teks]",
        pii_kinds=(),
        kind=Label(kind, 0.99),
        sentiment=Label("negative", 0.98),
        aspect=Label(aspect, 0.97 if aspect else 0.2),
        urgency=Label("normal", 0.96),
        urgency_source="model",
        integrity=integrity,
    )


class FakeReader:
    """Says of every text what it is told, and stumbles over the word "racun"."""

    model_version = "uji-1"

    def __init__(self, says: Reading | None = None) -> None:
        self.says = says or reading()

    def classify(self, texts: Sequence[str], *, explain: bool = False) -> list[Reading]:  # noqa: ARG002
        if any("racun" in text for text in texts):
            raise ValueError("unreadable")
        return [self.says for _ in texts]


def drain(session: Session, reader: FakeReader | None = None, limit: int = 500) -> int:
    """Drain one batch and return how many were read."""
    return drain_batch(session, reader or FakeReader(), limit=limit, now=make.NOW).read


def test_a_batch_is_labelled_counted_audited_and_marked_done(session: Session) -> None:
    unit = make.unit(session, make.agency(session))
    for rating in (1, 4, 4):
        make.submission(session, unit, rating=rating, text="Pelayanan cepat sekali" if rating == 4 else None)
    assert drain(session) == 3
    assert set(session.scalars(sa.select(Submission.analysis))) == {AnalysisState.DONE}
    cell = session.scalars(sa.select(DailyMeasure)).one()
    assert (cell.n, cell.total, cell.total_squares, cell.n1, cell.n4) == (3, 9, 33, 1, 2)
    assert session.scalars(sa.select(DailyTopic.n)).all() == [2]
    assert session.scalar(sa.select(sa.func.count()).select_from(Labels)) == 3
    event = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "drain.read")).one()
    assert event.detail["count"] == 3
    assert drain(session) == 0


def test_a_second_batch_adds_to_the_same_day_and_the_recount_agrees(session: Session) -> None:
    unit = make.unit(session, make.agency(session))
    counter = make.service(session, unit)
    for number in range(20):
        make.submission(
            session, unit, rating=1 + number % 4, service_id=counter.id if number % 3 else None, text="teks"
        )
    while drain(session, limit=7):
        pass
    assert sum(session.scalars(sa.select(DailyMeasure.n))) == 20
    assert recount(session) == []


def test_a_wrong_figure_is_named_by_the_recount_and_repaired(session: Session) -> None:
    make.submission(session, make.unit(session, make.agency(session)), rating=2)
    drain(session)
    session.execute(sa.update(DailyMeasure).values(n=2, n1=0, n2=2, total=4, total_squares=8))
    named = recount(session)
    assert [(found.table, found.stored, found.counted) for found in named] == [
        ("daily_measures", "2 4 8 0 2 0 0", "1 2 4 0 1 0 0")
    ]
    recount(session, repair=True)
    assert recount(session) == []


def test_citizens_are_read_before_the_limit_is_spent_on_later_ones(session: Session) -> None:
    unit = make.unit(session, make.agency(session))
    late = make.submission(session, unit, received_at=make.NOW)
    early = make.submission(session, unit, received_at=make.NOW.replace(hour=1))
    drain(session, limit=1)
    session.expire_all()
    assert early.analysis is AnalysisState.DONE
    assert late.analysis is AnalysisState.PENDING


def test_a_poisonous_text_is_set_aside_and_becomes_a_case_of_the_overseer(session: Session) -> None:
    agency = make.agency(session)
    inspectorate = make.unit(session, agency, kind=UnitKind.INSPECTORATE)
    unit = make.unit(session, agency)
    good = [make.submission(session, unit, text=f"Mohon bantuannya {n}") for n in range(9)]
    bad = make.submission(session, unit, kind=SubmissionKind.COMPLAINT, rating=None, text="Ada racun di sini")
    result = drain_batch(session, FakeReader(), limit=500, now=make.NOW)
    assert (result.read, result.quarantined, result.cases) == (10, 1, 1)
    session.expire_all()
    assert {row.analysis for row in good} == {AnalysisState.DONE}
    assert (bad.analysis, bad.analysis_error) == (AnalysisState.QUARANTINED, "ValueError")
    assert drain(session) == 0
    assert recount(session) == []
    case = session.scalars(sa.select(Case)).one()
    assert (case.unit_id, case.is_confidential) == (inspectorate.id, True), "what nobody read may be an allegation"


def test_a_reader_that_fails_on_everything_sets_nothing_aside(session: Session) -> None:
    unit = make.unit(session, make.agency(session))
    for number in range(6):
        make.submission(session, unit, text=f"racun {number}")
    with pytest.raises(ReaderBrokenError):
        drain(session)
    assert set(session.scalars(sa.select(Submission.analysis))) == {AnalysisState.PENDING}


def test_labels_are_kept_where_only_their_explanation_fails(session: Session, caplog: pytest.LogCaptureFixture) -> None:
    class Silent(FakeReader):
        def classify(self, texts: Sequence[str], *, explain: bool = False) -> list[Reading]:
            if explain and any("~" in text for text in texts):
                raise IndexError("no word")
            return super().classify(texts, explain=explain)

    unit = make.unit(session, make.agency(session))
    rows = [make.submission(session, unit, text=f"Terima kasih {sign}") for sign in "~!~"]
    result = drain_batch(session, Silent(), limit=10, now=make.NOW)
    assert (result.read, result.quarantined) == (3, 0)
    session.expire_all()
    assert {row.analysis for row in rows} == {AnalysisState.DONE}
    assert session.scalar(sa.select(sa.func.count()).select_from(Labels)) == 3
    assert caplog.text.count("explaining it failed") == 2
    assert "Terima kasih" not in caplog.text


def test_running_out_of_memory_is_not_the_fault_of_a_text(session: Session) -> None:
    class Hungry(FakeReader):
        def classify(self, texts: Sequence[str], *, explain: bool = False) -> list[Reading]:  # noqa: ARG002
            raise MemoryError(len(texts))

    make.submission(session, make.unit(session, make.agency(session)), text="Antrean lama")
    with pytest.raises(MemoryError):
        drain(session, Hungry())


def test_an_agency_without_clocks_of_its_own_stops_nobody(session: Session) -> None:
    agency = make.agency(session)
    session.execute(sa.delete(StoredSlaRule).where(StoredSlaRule.agency_id == agency.id))
    make.submission(session, make.unit(session, agency), kind=SubmissionKind.COMPLAINT, text="KTP belum jadi")
    assert drain(session) == 1
    assert session.scalars(sa.select(Case.reply_due_at)).one().date() == date(2026, 5, 19)


def test_a_submission_cannot_be_labelled_twice(session: Session) -> None:
    row = make.submission(session, make.unit(session, make.agency(session)))
    once = [ReadSubmission(row.agency_id, row.id, None)]
    write_labels(session, once, model_version="uji-1", now=make.NOW)
    with pytest.raises(IntegrityError):
        write_labels(session, once, model_version="uji-2", now=make.NOW)


@pytest.mark.parametrize(
    ("kind", "wants_reply", "says", "classification"),
    [
        pytest.param(SubmissionKind.COMPLAINT, None, "complaint", Classification.NO_OVERSIGHT, id="complaint"),
        pytest.param(
            SubmissionKind.INFORMATION_REQUEST, None, "complaint", Classification.INFORMATION_REQUEST, id="question"
        ),
        pytest.param(
            SubmissionKind.ASPIRATION, None, "praise", Classification.ASPIRATION, id="the citizen's word wins"
        ),
        pytest.param(
            SubmissionKind.RATING, True, "complaint", Classification.NO_OVERSIGHT, id="rating that asks for an answer"
        ),
        pytest.param(SubmissionKind.RATING, None, "complaint", None, id="rating alone"),
        pytest.param(SubmissionKind.PRAISE, None, "praise", None, id="praise"),
        pytest.param(SubmissionKind.COMPLAINT, False, "complaint", None, id="history"),
    ],
)
def test_what_becomes_a_case(
    session: Session, kind: SubmissionKind, wants_reply: bool | None, says: str, classification: Classification | None
) -> None:
    agency = make.agency(session)
    import_holidays(session, agency_id=agency.id, years=[2026])
    unit = make.unit(session, agency)
    make.submission(session, unit, kind=kind, rating=2, text="Sudah dua bulan belum jadi", wants_reply=wants_reply)
    drain(session, FakeReader(reading(kind=says)))
    found = session.scalars(sa.select(Case)).one_or_none()
    assert (found.classification if found else None) == classification
    if found:
        assert found.unit_id == unit.id
        assert found.reply_due_at.date() == date(2026, 5, 21)


def test_an_allegation_goes_to_the_inspectorate_and_not_to_the_unit(session: Session) -> None:
    agency = make.agency(session)
    inspectorate = make.unit(session, agency, kind=UnitKind.INSPECTORATE)
    accused = make.unit(session, agency)
    make.submission(session, accused, kind=SubmissionKind.COMPLAINT, rating=None, text="Diminta uang pelicin 50 ribu")
    drain(session, FakeReader(reading(integrity=True)))
    case = session.scalars(sa.select(Case)).one()
    assert (case.unit_id, case.is_confidential, case.classification) == (
        inspectorate.id,
        True,
        Classification.OVERSIGHT,
    )


def test_an_allegation_without_an_inspectorate_goes_to_the_unit_above(session: Session) -> None:
    agency = make.agency(session)
    above = make.unit(session, agency)
    accused = make.unit(session, agency, parent=above)
    make.submission(session, accused, rating=1, text="Petugas meminta setoran")
    drain(session, FakeReader(reading(aspect=None, integrity=True)))
    assert session.scalars(sa.select(Case.unit_id)).one() == above.id


def test_an_allegation_against_the_inspectorate_goes_above_it(session: Session) -> None:
    agency = make.agency(session)
    above = make.unit(session, agency)
    inspectorate = make.unit(session, agency, parent=above, kind=UnitKind.INSPECTORATE)
    make.submission(session, inspectorate, rating=1, text="Petugas meminta setoran")
    drain(session, FakeReader(reading(integrity=True)))
    assert session.scalars(sa.select(Case.unit_id)).one() == above.id


def test_an_allegation_without_anybody_above_waits_without_a_unit(session: Session) -> None:
    make.submission(session, make.unit(session, make.agency(session)), rating=1, text="Petugas meminta setoran")
    drain(session, FakeReader(reading(integrity=True)))
    case = session.scalars(sa.select(Case)).one()
    assert (case.unit_id, case.is_confidential) == (None, True)


def test_an_allegation_in_imported_history_opens_no_case_and_is_remembered_as_one(session: Session) -> None:
    make.submission(
        session, make.unit(session, make.agency(session)), rating=1, text="Petugas meminta setoran", wants_reply=False
    )
    drain(session, FakeReader(reading(integrity=True)))
    assert session.scalars(sa.select(Case)).all() == []
    assert session.scalars(sa.select(Labels.integrity)).all() == [True]


def test_a_report_without_a_unit_is_a_case_of_the_reception_and_counts_for_no_unit(session: Session) -> None:
    reception = make.unit(session, make.agency(session))
    for is_unknown in (True, False):
        make.submission(
            session, reception, kind=SubmissionKind.COMPLAINT, rating=None, text="Jalan rusak di depan pasar",
            unit_is_unknown=is_unknown,
        )  # fmt: skip
    assert drain(session) == 2
    assert session.scalars(sa.select(Case.unit_id)).all() == [reception.id, reception.id]
    assert session.scalars(sa.select(DailyTopic.n)).all() == [1]
    assert recount(session) == []
    session.execute(sa.update(DailyTopic).values(n=2))
    recount(session, repair=True)
    assert session.scalars(sa.select(DailyTopic.n)).all() == [1]


def test_an_allegation_that_names_no_unit_accuses_not_even_the_reception(session: Session) -> None:
    agency = make.agency(session)
    above = make.unit(session, agency)
    reception = make.unit(session, agency, parent=above)
    alleged = FakeReader(reading(aspect="illegal_levy", integrity=True))
    values = {"kind": SubmissionKind.COMPLAINT, "rating": None, "text": "Diminta uang", "unit_is_unknown": True}
    make.submission(session, reception, **values)
    drain(session, alleged)
    case = session.scalars(sa.select(Case)).one()
    assert (case.unit_id, case.is_confidential) == (None, True), "no Inspektorat: whoever looks after the agency"
    inspectorate = make.unit(session, agency, kind=UnitKind.INSPECTORATE)
    second = make.submission(session, inspectorate, **values)
    drain(session, alleged)
    assert session.scalars(sa.select(Case.unit_id).where(Case.submission_id == second.id)).one() == inspectorate.id


def test_the_drain_sends_past_the_unit_whatever_the_written_rules_see(session: Session) -> None:
    agency = make.agency(session)
    inspectorate = make.unit(session, agency, kind=UnitKind.INSPECTORATE)
    text = "Pelayanannya bagus, terima kasih. Cuma saya diminta uang pelicin supaya berkas cepat selesai."
    make.submission(session, make.unit(session, agency), rating=4, text=text)
    drain(session, FakeReader(reading("praise", None)))
    case = session.scalars(sa.select(Case)).one()
    assert (case.unit_id, case.classification) == (inspectorate.id, Classification.OVERSIGHT)
    assert session.scalars(sa.select(Labels.integrity)).one()
