"""What everybody may read: no figure of few people, nor one that could be worked out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feedback_app.reporting.answer_data import Characteristic, Group
from feedback_app.reporting.document import document
from feedback_app.reporting.files import NoPublicMatrixError, ReportFile, kinds_of, make, make_all
from feedback_app.reporting.protection import TooFewToPublishError, protected
from feedback_app.reporting.report_data import Report
from feedback_app.survey.rules import Trait
from tests.reporting import samples


def groups(*counts: int, received: int) -> list[int | None]:
    report = samples.report((received,))
    one = Characteristic(Trait.SEX, "Ciri", tuple(Group(str(at), n) for at, n in enumerate(counts)))
    return [group.n for group in protected(replace(report, characteristics=(one,))).characteristics[0].groups]


def test_a_small_group_takes_the_next_smallest_with_it() -> None:
    assert groups(3, 20, 17, received=40) == [None, 20, None]


def test_two_small_groups_hide_each_other() -> None:
    assert groups(3, 2, 35, received=40) == [None, None, 35]


def test_nobody_in_a_group_hides_nothing() -> None:
    assert groups(0, 20, 20, received=40) == [0, 20, 20]


def test_those_who_left_it_blank_are_a_group_too() -> None:
    assert groups(20, 17, received=40) == [20, None]


def test_a_service_of_few_is_withheld_with_the_next_smallest() -> None:
    report = protected(samples.report((180, 120, 7)))
    assert [part.value is None for part in report.place.parts] == [False, True, True]
    assert report.place.value is not None


def test_the_next_smallest_are_hidden_until_the_hidden_ones_are_enough() -> None:
    assert groups(10, 8, 1, 1, received=20) == [10, None, None, None]
    assert groups(19, 0, 1, received=20) == [None, None, None]
    assert [part.value for part in protected(samples.report((20, 1, 1))).place.parts] == [None] * 3


def test_answers_row_by_row_are_for_everybody_only_where_nothing_is_withheld() -> None:
    assert protected(samples.report((20, 15))).blocks
    for report in (samples.report((29,)), samples.report((180, 120, 7)), samples.agency_report()):
        public = protected(report)
        assert public.blocks == ()
        assert ReportFile.MATRIX not in kinds_of(public)
        assert not any(one.name.endswith(".csv") and "matriks" in one.name for one in make_all(public))
        with pytest.raises(NoPublicMatrixError):
            make(public, ReportFile.MATRIX)
        assert ReportFile.MATRIX in kinds_of(report)


def test_no_hash_is_told_from_which_withheld_counts_could_be_found_by_trying() -> None:
    report = samples.report((180, 120, 7))
    told = str(document(protected(report))) + make(protected(report), ReportFile.DATA_JSON).content.decode()
    for place in report.place.walk():
        assert place.input_sha256 not in told
        assert place.input_sha256[:12] not in told


def test_a_warning_does_not_name_a_share_of_a_group_that_is_hidden() -> None:
    report = samples.report((40,))
    channels = Characteristic(None, "Saluran", (Group("Kuesioner kertas", 38), Group("Situs web", 2)))
    assert protected(replace(report, characteristics=(channels,))).warnings == ()
    assert protected(report).warnings == report.warnings


def test_elements_that_few_answered_are_left_out_as_a_whole() -> None:
    report = samples.report((12,))
    thin = tuple(replace(one, n=9) if at == 0 else one for at, one in enumerate(report.place.elements))
    assert protected(replace(report, place=replace(report.place, elements=thin))).place.elements == ()


def test_a_unit_of_few_has_no_public_version() -> None:
    with pytest.raises(TooFewToPublishError):
        protected(samples.report((9,)))


def test_no_person_of_the_plan_is_named() -> None:
    told = words_of(protected(samples.report((25, 14))))
    assert "Kepala Bidang Pelayanan" in words_of(samples.report((25, 14)))
    for hidden in ("Kepala Bidang Pelayanan", "@Sekretaris", "Menunggu pengadaan", "Bendahara"):
        assert hidden not in told
    assert "Membuka loket kedua" in told


def test_an_earlier_result_that_was_never_published_is_not_told() -> None:
    report = samples.report((25,))
    past = tuple(replace(one, is_public=one.name != "Semester II 2025") for one in report.past)
    shown = protected(replace(report, past=past))
    assert [one.name for one in shown.past] == ["Tahun 2012", "Semester I 2025", "Semester I 2026"]
    assert shown.change is None


def words_of(report: Report) -> str:
    return str(document(report))


def test_what_people_wrote_is_left_to_the_page_that_publishes_it() -> None:
    report = samples.report((25, 14))
    assert "Waktu tunggu" in words_of(report)
    told = words_of(protected(report))
    assert "Waktu tunggu" not in told
    assert "menurut aturannya sendiri" in told
