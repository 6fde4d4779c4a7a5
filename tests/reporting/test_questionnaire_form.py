"""The questionnaire on paper: one page, the same bytes each time, words that stay words."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import date

import pytest

from feedback_app.reporting import typeset
from feedback_app.reporting.questionnaire_form import TEMPLATE, PrintedForm, PrintedQuestion
from feedback_app.survey.elements import OFFICIAL_QUESTIONS
from feedback_app.survey.rules import Education, HourBand, Occupation

ON = date(2026, 1, 1)
NINE = tuple(PrintedQuestion(one.stem, one.options, is_own=False) for one in OFFICIAL_QUESTIONS)
OWN = PrintedQuestion("Dari mana Anda mengetahui layanan ini?", ("Teman", "Situs", "Media sosial"), is_own=True)


def sheet(*questions: PrintedQuestion, **values: object) -> PrintedForm:
    given: dict[str, object] = {
        "agency": "Pemerintah Kota Kupang", "unit": "Dinas Kependudukan", "service": "", "period": "Semester I 2026",
        "mark": "Kuesioner 12 · Urutan formulir", "address": "https://suara.example/skm/kupang/dukcapil", **values,
    }  # fmt: skip
    return PrintedForm(questions=questions or NINE, **given)  # type: ignore[arg-type]


def made(form: PrintedForm) -> bytes:
    return typeset.pdf(TEMPLATE, form.document(), ON)


def pages(form: PrintedForm) -> int:
    return len(typeset.pictures(TEMPLATE, form.document(), ON, dots_per_inch=20))


def test_another_process_makes_the_same_bytes() -> None:
    here = hashlib.sha256(made(sheet())).hexdigest()
    program = (
        "import hashlib\n"
        "from tests.reporting.test_questionnaire_form import made, sheet\n"
        "print(hashlib.sha256(made(sheet())).hexdigest())"
    )
    there = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert there.stdout.strip() == here


@pytest.mark.parametrize(("own", "most"), [(0, 1), (1, 1), (9, 2)])
def test_the_official_questions_fill_one_page_and_some_more_two(own: int, most: int) -> None:
    assert pages(sheet(*NINE, *[OWN] * own)) <= most


def test_a_unit_with_many_services_and_a_long_name_keeps_to_one_page() -> None:
    names = [f"Penerbitan dokumen kependudukan nomor {number} bagi warga" for number in range(40)]
    assert pages(sheet(unit="Dinas " + "Kependudukan dan Pencatatan Sipil " * 4, services=names)) == 1
    assert sheet(services=names).document()["services"] == []
    assert sheet(services=names[:3]).document()["services"] == names[:3]


def test_words_that_look_like_commands_are_printed_as_words() -> None:
    hostile = '#panic("x") $ \\ `code` #import "/etc/passwd": * <b>'
    question = PrintedQuestion(hostile, (hostile, "#sys", "]", "}"), is_own=False)
    assert pages(sheet(question, unit=hostile, service=hostile, agency=hostile, mark=hostile)) == 1


def test_answers_carry_the_letter_on_paper_and_the_number_that_is_typed() -> None:
    first = sheet().document()["pages"][0][0]
    assert first["options"] == [
        ["a", "Tidak sesuai", 1], ["b", "Kurang sesuai", 2], ["c", "Sesuai", 3], ["d", "Sangat sesuai", 4],
    ]  # fmt: skip


def test_every_group_that_can_be_typed_stands_on_the_sheet() -> None:
    about = dict(sheet().document()["about"])
    assert len(about["Jam survei"]) == len(HourBand)
    assert len(about["Pendidikan"]) == len(Education)
    assert len(about["Pekerjaan"]) == len(Occupation)
