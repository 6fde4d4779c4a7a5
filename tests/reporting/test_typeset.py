"""Whatever people type, the typesetter makes a file of it or says clearly that it cannot."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import typst

from feedback_app.reporting import typeset
from feedback_app.reporting.files import ReportFile, make
from feedback_app.reporting.glyphs import MISSING, drawable, drawable_all, is_drawn
from feedback_app.reporting.questionnaire_form import TEMPLATE, PrintedForm, PrintedQuestion
from feedback_app.reporting.typeset import NotPrintableError
from tests.reporting import samples

FOREIGN = (
    "emoji 😀 👩‍👩‍👧 ✌️", "你好 世界", "العربية", "ctrl \x0b\x01 x", "\ufffe\uffff", "rtl \u202e abc", "ᮞᮥᮔ᮪ᮓ", "ꦗꦮ ꦧ꧀ꦱ",
    "nol\u200blebar\u00ad", "a\u20e3 b\u0489 \u0301", "\ue000", "\u2028\u2029", "\U0001f1ee\U0001f1e9",
)  # fmt: skip


@pytest.mark.parametrize("words", FOREIGN)
@pytest.mark.parametrize("kind", [ReportFile.REPORT, ReportFile.SHEET])
def test_characters_that_no_font_holds_do_not_stop_a_report(words: str, kind: ReportFile) -> None:
    report = samples.report((20,), name=f"Dinas {words}")
    plan = tuple(replace(one, programme=words, responsible=words) for one in report.plan)
    signing = replace(report.signing, place=words, name=words, position=words)
    questions = tuple(replace(one, stem=words) for one in report.questions)
    strange = replace(report, plan=plan, signing=signing, questions=questions, address=words)
    assert make(strange, kind).content.startswith(b"%PDF-")


def test_nor_the_questionnaire_on_paper() -> None:
    words = " ".join(FOREIGN)
    form = PrintedForm(
        words, words, "", words, "tanda", "https://contoh.go.id", [PrintedQuestion(words, (words, "b"), is_own=True)]
    )
    assert typeset.pdf(TEMPLATE, form.document(), samples.report((20,)).signing.on).startswith(b"%PDF-")


def test_every_character_that_is_kept_is_drawn_by_the_fonts() -> None:
    everything = "".join(chr(number) for number in range(0x20, 0x10000) if is_drawn(chr(number)))
    rows = [everything[at : at + 60] for at in range(0, len(everything), 60)]
    report = samples.report((20,))
    plan = tuple(replace(report.plan[0], programme=" ".join(row)) for row in rows)
    document = drawable_all(samples_document(replace(report, plan=plan)))
    made = typst.compile(
        str(typeset.FOLDER / "report.typ"), root=str(typeset.FOLDER), ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(document)}, format="pdf", pdf_standards="ua-1",
    )  # fmt: skip
    assert len(everything) > 5_000
    assert made


def samples_document(report: Any) -> Any:
    from feedback_app.reporting.document import document

    return document(report)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Loket 😀 dua", f"Loket {MISSING} dua"),
        ("Café ½ λ² – “x” →", "Café ½ λ² – “x” →"),
        ("e\u0301", "é"),
        ("satu\ndua", "satu\ndua"),
        ("\u202eterbalik\x01", "terbalik"),
        ("你好", MISSING * 2),
    ],
)
def test_a_box_stands_for_what_cannot_be_drawn(words: str, shown: str) -> None:
    assert drawable(words) == shown


def test_what_the_typesetter_refuses_all_the_same_is_said_in_a_sentence() -> None:
    with pytest.raises(NotPrintableError, match="huruf Latin"):
        typeset.pdf("sheet.typ", {"title": "tanpa isi"}, samples.report((20,)).signing.on)
