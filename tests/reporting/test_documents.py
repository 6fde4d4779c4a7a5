"""What the chapters say, and that every kind of report can be set on pages."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from feedback_app.reporting import typeset
from feedback_app.reporting.document import document, sheet
from feedback_app.reporting.drawings import qr
from feedback_app.reporting.files import ReportFile, make
from feedback_app.reporting.pieces import Piece, table
from feedback_app.reporting.protection import protected
from feedback_app.reporting.report_data import Change, Comparability, Report
from feedback_app.survey.elements import Weight
from feedback_app.survey.intervals import Verdict
from tests.reporting import samples

LONG = "Dinas Penanaman Modal, Pelayanan Terpadu Satu Pintu, Tenaga Kerja, Transmigrasi, Perdagangan, dan Perindustrian"


def pieces(report: Report, kind: str) -> list[Piece]:
    return [piece for piece in document(report)["pieces"] if piece["kind"] == kind]


def table_of(report: Report, caption: str) -> Piece:
    (found,) = (one for one in pieces(report, "table") if one["caption"].startswith(caption))
    return found


def said(report: Report) -> str:
    return " ".join(str(piece) for piece in document(report)["pieces"])


def test_the_chapters_are_the_customary_ones_in_order() -> None:
    heads = [one for one in pieces(samples.report(), "heading") if one["level"] == 1]
    assert [one["number"] for one in heads] == [
        "BAB I", "BAB II", "BAB III", "BAB IV", "BAB V", "Lampiran 1", "Lampiran 2", "Lampiran 3", "Lampiran 4",
    ]  # fmt: skip


def test_the_sections_of_a_chapter_are_numbered_without_a_gap() -> None:
    for report in (samples.report(), samples.bare(samples.report((30,))), samples.agency_report()):
        numbers = [one["number"] for one in pieces(report, "heading") if one["level"] == 2 and one["number"]]
        for chapter in "12345":
            mine = [number for number in numbers if number.startswith(chapter)]
            assert mine == [f"{chapter}.{at}" for at in range(1, len(mine) + 1)]


def test_the_index_is_said_with_its_grade_and_in_words() -> None:
    report = samples.report((49,))
    assert report.place.value is not None
    assert f"adalah {str(report.place.value).replace('.', ',')}, dengan mutu pelayanan {report.place.grade}" in said(
        report
    )


def test_means_have_three_decimals_and_weighted_ones_too() -> None:
    (rows,) = (one["rows"] for one in pieces(samples.report((49,)), "table") if one["caption"].startswith("Nilai rata"))
    assert all(len(row[at].split(",")[1]) == 3 for row in rows[:-1] for at in (3, 4))


def test_the_three_lowest_elements_come_first_in_the_analysis_and_the_advice() -> None:
    report = samples.report((49,))
    lowest = sorted(report.place.elements, key=lambda one: one.mean)[:3]
    (listed,) = (one["items"] for one in pieces(report, "list") if one["items"][0].startswith(f"{lowest[0].name}: NRR"))
    assert [item.split(":")[0] for item in listed] == [one.name for one in lowest]
    for one in lowest:
        assert f"Mendahulukan perbaikan unsur {one.name}." in said(report)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("2025", Comparability.COMPARED, Decimal("3.00"), Decimal("1.00"), Decimal("5.00"), Verdict.HIGHER),
         "IKM naik +3,00 poin"),
        (Change("2025", Comparability.COMPARED, Decimal("-3.00"), Decimal("-5.00"), Decimal("-1.00"), Verdict.LOWER),
         "IKM turun −3,00 poin"),
        (Change("2025", Comparability.COMPARED, Decimal("0.10"), Decimal("-1.00"), Decimal("1.20"), Verdict.UNDECIDED),
         "belum dapat dibedakan dari kebetulan"),
        (Change("2025", Comparability.OTHER_RULES), "memakai aturan lain"),
        (Change("2025", Comparability.OTHER_WEIGHT), "bobot unsur yang dipakai berbeda"),
        (Change("2025", Comparability.NO_SPREAD), "tidak dapat dinilai"),
        (None, "Belum ada hasil periode sebelumnya"),
    ],
)  # fmt: skip
def test_a_change_is_said_as_far_as_it_is_known(change: Change | None, words: str) -> None:
    assert words in said(replace(samples.report((49,)), change=change))


def test_a_trend_holds_only_periods_of_the_same_rules() -> None:
    (drawn,) = pieces(samples.report((49,)), "trend")
    assert [point["label"] for point in drawn["points"]] == ["Semester I 2025", "Semester II 2025", "Semester I 2026"]


def test_a_period_of_another_weight_is_marked_and_no_part_of_the_trend() -> None:
    report = samples.report((49,))
    past = tuple(
        replace(one, weight=Weight.THREE_DIGITS) if one.name == "Semester I 2025" else one for one in report.past
    )
    report = replace(report, past=past)
    (drawn,) = pieces(report, "trend")
    assert [point["label"] for point in drawn["points"]] == ["Semester II 2025", "Semester I 2026"]
    rows = table_of(report, "IKM dari periode ke periode")["rows"]
    assert [row[-1] for row in rows] == ["aturan lain", "bobot lain (0,111)", "", ""]


def test_the_caption_of_the_trend_names_the_lines_that_are_drawn_and_the_scale_holds_every_figure() -> None:
    report = samples.report((49,))
    (drawn,) = pieces(report, "trend")
    shown = [value for one in drawn["points"] for value in (one["value"], one["low"], one["high"]) if value]
    assert drawn["low"] < min(shown)
    assert max(shown) < drawn["high"]
    floors = {floor["label"] for floor in drawn["floors"]}
    for grade in "ABC":
        assert (f" {grade}" in drawn["caption"].partition("mutu")[2].replace(",", "")) is (grade in floors)
    assert all(drawn["low"] < floor["value"] < drawn["high"] for floor in drawn["floors"])


def test_an_interval_is_never_broken_over_two_lines() -> None:
    cells = [row[3] for row in table_of(samples.report((49,)), "IKM dari periode ke periode")["rows"]]
    assert "70,90\u00a0–\u00a073,30" in cells


def test_carrying_on_hides_no_lateness_and_counts_a_row_once() -> None:
    report = samples.report((49,))
    done, late = report.plan_before
    report = replace(report, plan_before=(done, replace(late, went_on=True)))
    rows = table_of(report, "Tindak lanjut Semester II Tahun 2025")["rows"]
    assert [row[4] for row in rows] == ["Selesai", "Dilanjutkan ke periode ini, terlambat"]
    told = said(report)
    assert "1 selesai dan 1 dilanjutkan ke periode ini. Terlambat: 1 kegiatan." in told
    assert "2 kegiatan belum selesai, 1 di antaranya lanjutan periode sebelumnya" in told
    assert "periode sebelumnya yang belum tuntas" not in told
    assert "Menyelesaikan 1 kegiatan periode sebelumnya yang belum tuntas" in said(samples.report((49,)))


def test_the_plan_says_how_far_each_row_is() -> None:
    drawn = table_of(samples.report((49,)), "Rencana tindak lanjut")
    assert (drawn["head"][-1], [row[-1] for row in drawn["rows"]]) == ("Status", ["Direncanakan", "Berjalan"])


def test_each_of_the_lowest_elements_stands_among_what_people_said_if_only_with_a_zero() -> None:
    report = samples.report((49,))
    lowest = {one.name for one in report.place.lowest}
    only = replace(report, voices=tuple(one for one in report.voices if one.element == "perilaku"))
    counts = {row[0]: row[1] for row in table_of(only, "Pengaduan, komentar, dan alasan")["rows"]}
    assert lowest <= counts.keys()
    assert {counts[name] for name in lowest if name != "Perilaku Pelaksana"} == {"0"}


def test_the_annex_says_how_it_was_computed_in_words() -> None:
    told = said(samples.report((49,)))
    assert "Bobot: 1/9; jawaban kosong: dihitung per unsur; layanan ke unit: rata-rata indeks" in told
    assert not any(f" {word}" in told for word in ("exact", "per_element", "mean;", "mean."))


def test_an_agency_names_the_units_that_reached_less_than_half_of_what_the_table_asks() -> None:
    report = samples.agency_report()
    few, *others = (replace(unit, population=200) for unit in report.place.parts)
    report = replace(report, place=replace(report.place, parts=(replace(few, respondents=20), *others)))
    assert f"{few.name}: responden baru 20 dari" in said(report)
    assert all(f"{other.name}: responden baru" not in said(report) for other in others)


def test_the_sheet_says_what_a_dash_stands_for_where_a_group_is_hidden() -> None:
    assert "tidak ditampilkan" in sheet(protected(samples.report((49,))), "")["legend"]
    assert sheet(replace(samples.report((49,)), characteristics=()), "")["legend"] == ""


def test_a_report_without_a_plan_or_voices_says_so() -> None:
    told = said(samples.bare(samples.report((49,))))
    assert "Rencana tindak lanjut belum disusun" in told
    assert "Tidak ada pengaduan atau komentar" in told


def test_the_matrix_says_nothing_of_the_order_in_which_people_came() -> None:
    rows = samples.answers(60)
    assert samples.patterns_of(rows) == samples.patterns_of(list(reversed(rows)))


def test_words_of_people_are_never_read_as_commands() -> None:
    hostile = '#panic("x") $x$ *b* _i_ `c` @a <b> \\ = - / [ ] { } " \' #[ ]'
    report = samples.report((12,), name=hostile)
    plan = tuple(replace(one, programme=hostile, responsible=hostile) for one in report.plan)
    content = make(replace(report, plan=plan, address=hostile), ReportFile.REPORT).content
    assert content.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("report", "least", "most"),
    [
        pytest.param(samples.report(), 12, 24, id="three services"),
        pytest.param(samples.bare(samples.report((2,))), 10, 18, id="two respondents and nothing else"),
        pytest.param(samples.report([12] * 40, name=LONG), 18, 34, id="forty services and a long name"),
        pytest.param(samples.agency_report(), 12, 30, id="an agency"),
        pytest.param(protected(samples.report((180, 120, 7))), 12, 24, id="the version for everybody"),
    ],
)
def test_every_kind_of_report_fills_its_pages_and_the_sheet_is_one(report: Report, least: int, most: int) -> None:
    pages = typeset.pictures("report.typ", document(report), report.signing.on, dots_per_inch=12)
    wall = typeset.pictures("sheet.typ", sheet(report, qr(report.public_address)), report.signing.on, dots_per_inch=12)
    assert least <= len(pages) <= most
    assert len(wall) == 1


def test_a_table_whose_columns_do_not_agree_is_refused() -> None:
    with pytest.raises(ValueError, match="Salah"):
        table("Salah", ["a", "b"], [["1"]], align=["left", "left"], widths=[1, 1])
