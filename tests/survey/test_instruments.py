"""Questionnaires: official wording, versions, seals, keys that stay."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.organisation.models import Agency
from feedback_app.survey import instruments, question_editing
from feedback_app.survey.elements import OFFICIAL_QUESTIONS, RULESETS, RuleSetCode
from feedback_app.survey.instrument_rules import (
    NotReplaceableError,
    QuestionnaireNameError,
    QuestionWordsError,
    missing_elements,
)
from feedback_app.survey.models import Instrument, Question
from feedback_app.survey.official import Draft, Variant, official_questions
from tests import factories as make
from tests.survey import makers

OLD = RuleSetCode.KEPMENPAN_25_2004
OWN = Draft(None, "Dari mana Anda tahu layanan ini?", ("Teman", "Laman", "Spanduk"))


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


@pytest.fixture
def official(session: Session, agency: Agency) -> Instrument:
    return makers.instrument(session, agency)


def keys(session: Session, of: Instrument) -> list[str]:
    return [question.key for question in instruments.questions(session, of)]


def question(session: Session, of: Instrument, key: str) -> Question:
    return next(one for one in instruments.questions(session, of) if one.key == key)


def test_official_questionnaire_has_the_nine_questions_in_form_order(session: Session, official: Instrument) -> None:
    stored = instruments.questions(session, official)
    assert [(one.element, one.stem, tuple(one.options)) for one in stored] == [
        (one.element, one.stem, one.options) for one in OFFICIAL_QUESTIONS
    ]
    assert [one.key for one in stored] == list(RULESETS[official.ruleset].form_order)
    assert [one.position for one in stored] == list(range(1, 10))


@pytest.mark.parametrize(
    ("variant", "replaced"),
    [
        (Variant.STANDARD, set()),
        (Variant.FREE, {"biaya"}),
        (Variant.WEB, {"kompetensi", "perilaku"}),
        (Variant.FREE_WEB, {"biaya", "kompetensi", "perilaku"}),
    ],
)
def test_a_variant_replaces_what_the_rules_let_be_replaced_and_covers_every_element(
    session: Session, agency: Agency, variant: Variant, replaced: set[str]
) -> None:
    stored = instruments.questions(session, makers.instrument(session, agency, variant))
    assert {one.element for one in stored if one.replacement} == replaced
    assert not missing_elements(RuleSetCode.PERMENPANRB_14_2017, (one.element for one in stored))


def test_only_replaceable_elements_have_a_replacement_in_the_rules_of_2017() -> None:
    replaceable = {one.key for one in RULESETS[RuleSetCode.PERMENPANRB_14_2017].elements if one.replaceable}
    drafts = official_questions(Variant.FREE_WEB)
    assert {draft.element for draft in drafts if draft.replacement} == replaceable


def test_questionnaire_of_older_series_is_made_once_and_is_sealed(session: Session, agency: Agency) -> None:
    made = instruments.for_history(session, agency.id, OLD, actor=SYSTEM, now=make.NOW)
    again = instruments.for_history(session, agency.id, OLD, actor=SYSTEM, now=make.NOW)
    assert made.id == again.id
    assert made.sealed_at is not None
    assert [one.element for one in instruments.questions(session, made)] == list(RULESETS[OLD].keys)


def test_copy_keeps_keys_and_can_be_changed_while_its_origin_is_sealed(session: Session, official: Instrument) -> None:
    instruments.seal(official, now=make.NOW)
    copy = instruments.copy(session, official, name="Versi 2", actor=SYSTEM, now=make.NOW)
    assert keys(session, copy) == keys(session, official)
    assert copy.copied_from == official.id
    assert copy.sealed_at is None
    draft = Draft("waktu", "Bagaimana pendapat Saudara tentang lamanya layanan?", ("a", "b", "c", "d"))
    waktu = question(session, copy, "waktu")
    question_editing.change_question(
        session, copy, waktu, draft, seen=question_editing.seen_mark(waktu), actor=SYSTEM, now=make.NOW
    )
    assert question(session, official, "waktu").stem != question(session, copy, "waktu").stem


def test_every_change_of_a_sealed_questionnaire_is_refused(session: Session, official: Instrument) -> None:
    first = instruments.questions(session, official)[0]
    instruments.seal(official, now=make.NOW)
    by: dict[str, Any] = {"actor": SYSTEM, "now": make.NOW}
    seen = question_editing.seen_mark(first)
    attempts = (
        lambda: instruments.rename(session, official, "Lain", **by),
        lambda: instruments.remove(session, official, **by),
        lambda: question_editing.add_question(session, official, OWN, **by),
        lambda: question_editing.remove_question(session, official, first, **by),
        lambda: question_editing.move_question(session, official, first, up=False, **by),
        lambda: question_editing.change_question(session, official, first, OWN, seen=seen, **by),
    )
    for attempt in attempts:
        with pytest.raises(instruments.SealedInstrumentError):
            attempt()


def test_further_questions_of_an_element_and_own_ones_get_keys_of_their_own(
    session: Session, official: Instrument
) -> None:
    again = Draft("waktu", "Bagaimana pendapat Saudara tentang antreannya?", ("a", "b", "c", "d"))
    for draft in (again, again, OWN, OWN):
        question_editing.add_question(session, official, draft, actor=SYSTEM, now=make.NOW)
    assert keys(session, official)[9:] == ["waktu_2", "waktu_3", "tambahan_1", "tambahan_2"]
    assert question(session, official, "tambahan_1").element is None


def test_moving_and_removing_keep_positions_without_gaps(session: Session, official: Instrument) -> None:
    by: dict[str, Any] = {"actor": SYSTEM, "now": make.NOW}
    question_editing.move_question(session, official, question(session, official, "prosedur"), up=True, **by)
    assert keys(session, official)[:3] == ["prosedur", "persyaratan", "waktu"]
    question_editing.move_question(session, official, question(session, official, "prosedur"), up=True, **by)
    question_editing.remove_question(session, official, question(session, official, "persyaratan"), **by)
    assert keys(session, official)[:2] == ["prosedur", "waktu"]
    assert [one.position for one in instruments.questions(session, official)] == list(range(1, 9))
    missing = missing_elements(official.ruleset, (one.element for one in instruments.questions(session, official)))
    assert [element.key for element in missing] == ["persyaratan"]
    back = Draft(
        "persyaratan", "Bagaimana pendapat Saudara tentang persyaratannya?", ("a", "b", "c", "d")
    )  # fmt: skip
    assert question_editing.add_question(session, official, back, **by).key == "persyaratan"


def test_second_writer_of_a_question_is_told(session: Session, official: Instrument) -> None:
    waktu = question(session, official, "waktu")
    seen = question_editing.seen_mark(waktu)
    by: dict[str, Any] = {"actor": SYSTEM, "now": make.NOW}
    mine = Draft("waktu", "Yang pertama?", ("a", "b", "c", "d"))
    question_editing.change_question(session, official, waktu, mine, seen=seen, **by)
    with pytest.raises(question_editing.QuestionChangedError):
        question_editing.change_question(session, official, waktu, mine, seen=seen, **by)


@pytest.mark.parametrize(
    ("draft", "refusal"),
    [
        pytest.param(Draft("waktu", "", ("a", "b", "c", "d")), QuestionWordsError, id="no words"),
        pytest.param(Draft("waktu", "x" * 401, ("a", "b", "c", "d")), QuestionWordsError, id="too many words"),
        pytest.param(Draft("waktu", "Apa?", ("a", "b", "c")), QuestionWordsError, id="three answers of an element"),
        pytest.param(Draft("waktu", "Apa?", ("a", "b", "c", "c")), QuestionWordsError, id="two answers alike"),
        pytest.param(Draft(None, "Apa?", ("a",)), QuestionWordsError, id="one answer"),
        pytest.param(Draft(None, "Apa?", tuple("abcdefg")), QuestionWordsError, id="seven answers"),
        pytest.param(Draft("lama", "Apa?", ("a", "b", "c", "d")), QuestionWordsError, id="no element of the rules"),
        pytest.param(
            Draft("waktu", "Apa?", ("a", "b", "c", "d"), "Lain"), NotReplaceableError, id="time is not replaceable"
        ),
        pytest.param(Draft(None, "Apa?", ("a", "b"), "Lain"), NotReplaceableError, id="own ones replace nothing"),
    ],
)
def test_question_that_cannot_be_counted_is_refused(
    session: Session, official: Instrument, draft: Draft, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        question_editing.add_question(session, official, draft, actor=SYSTEM, now=make.NOW)


def test_a_fee_is_replaced_with_the_name_of_what_is_asked(session: Session, official: Instrument) -> None:
    biaya = question(session, official, "biaya")
    free = official_questions(Variant.FREE)[3]
    question_editing.change_question(
        session, official, biaya, free, seen=question_editing.seen_mark(biaya), actor=SYSTEM, now=make.NOW
    )
    assert question(session, official, "biaya").replacement == "Kepastian layanan tanpa biaya"


def test_no_more_than_forty_questions(session: Session, official: Instrument) -> None:
    for _ in range(31):
        question_editing.add_question(session, official, OWN, actor=SYSTEM, now=make.NOW)
    with pytest.raises(question_editing.TooManyQuestionsError):
        question_editing.add_question(session, official, OWN, actor=SYSTEM, now=make.NOW)
    last = instruments.questions(session, official)[-1]
    question_editing.move_question(session, official, last, up=True, actor=SYSTEM, now=make.NOW)
    assert keys(session, official)[-2:] == ["tambahan_31", "tambahan_30"]


def test_what_a_period_or_copy_refers_to_is_not_deleted(session: Session, agency: Agency) -> None:
    unused, used, copied = (makers.instrument(session, agency) for _ in range(3))
    makers.draft_period(session, agency, used)
    instruments.copy(session, copied, name="Versi 2", actor=SYSTEM, now=make.NOW)
    for one in (used, copied):
        with pytest.raises(instruments.InstrumentInUseError):
            instruments.remove(session, one, actor=SYSTEM, now=make.NOW)
    instruments.remove(session, unused, actor=SYSTEM, now=make.NOW)
    assert unused.id not in {one.id for one in instruments.instruments_of(session, agency.id)}


def test_a_questionnaire_needs_a_name(session: Session, official: Instrument) -> None:
    for name in ("", "x" * 121):
        with pytest.raises(QuestionnaireNameError):
            instruments.rename(session, official, name, actor=SYSTEM, now=make.NOW)
