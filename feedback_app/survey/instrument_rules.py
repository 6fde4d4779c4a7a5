"""What a questionnaire must be like: every element asked, keys that outlive copies, words that fit. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from feedback_app.errors import InvalidInputError
from feedback_app.survey.elements import RULESETS, SCALE, Element, RuleSetCode
from feedback_app.survey.official import Draft
from feedback_app.survey.rules import MOST_OPTIONS

NAME_MAX: Final = 120
STEM_MAX: Final = 400
OPTION_MAX: Final = 120
REPLACEMENT_MAX: Final = 120
LEAST_OPTIONS: Final = 2
OWN_KEY: Final = "tambahan"


class QuestionnaireNameError(InvalidInputError):
    """A questionnaire has no name, or a very long one."""

    code = "questionnaire_name"


class QuestionWordsError(InvalidInputError):
    """A question, one of its answers or its reason is empty, doubled or too long."""

    code = "question_words"


class NotReplaceableError(InvalidInputError):
    """The rules let nothing stand in the place of this element."""

    code = "element_not_replaceable"


def missing_elements(ruleset: RuleSetCode, asked: Iterable[str | None]) -> tuple[Element, ...]:
    """Return the elements that no question asks about; the index of the rules needs them all."""
    covered = set(asked)
    return tuple(element for element in RULESETS[ruleset].elements if element.key not in covered)


def next_key(element: str | None, taken: Collection[str]) -> str:
    """Return the key of a new question: its element's, or `tambahan`, with a number from the second on.

    Keys stay with a question through every copy, so that files and series of several versions fit together.

    >>> next_key("waktu", {"waktu", "biaya"}), next_key(None, set())
    ('waktu_2', 'tambahan_1')
    """
    stem = element or OWN_KEY
    if element is not None and element not in taken:
        return element
    number = 2 if element is not None else 1
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


def check_name(name: str) -> None:
    """Refuse a name that no list could show.

    Raises
    ------
    QuestionnaireNameError
    """
    if not 1 <= len(name) <= NAME_MAX:
        raise QuestionnaireNameError("Beri nama kuesioner, paling banyak 120 huruf.")


def check_question(ruleset: RuleSetCode, draft: Draft) -> None:
    """Refuse a question that could not be asked or counted.

    Raises
    ------
    QuestionWordsError, NotReplaceableError
    """
    if not 1 <= len(draft.stem) <= STEM_MAX:
        raise QuestionWordsError("Tulis pertanyaannya, paling banyak 400 huruf.")
    _check_options(draft.element, draft.options)
    if draft.replacement is not None:
        _check_replacement(ruleset, draft)


def _check_options(element: str | None, options: Sequence[str]) -> None:
    if any(not 1 <= len(option) <= OPTION_MAX for option in options):
        raise QuestionWordsError("Setiap pilihan jawaban berisi 1 sampai 120 huruf.")
    if len(set(options)) != len(options):
        raise QuestionWordsError("Ada dua pilihan jawaban yang sama.")
    if element is not None and len(options) != len(SCALE):
        raise QuestionWordsError("Pertanyaan unsur mempunyai tepat 4 pilihan, dari yang terburuk ke yang terbaik.")
    if not LEAST_OPTIONS <= len(options) <= MOST_OPTIONS:
        raise QuestionWordsError("Pertanyaan tambahan mempunyai 2 sampai 6 pilihan.")


def _check_replacement(ruleset: RuleSetCode, draft: Draft) -> None:
    if draft.element is None or RULESETS[ruleset].element(draft.element).replaceable is None:
        raise NotReplaceableError("Unsur ini tidak boleh diganti menurut peraturan. Kosongkan isian pengganti.")
    if not 1 <= len(draft.replacement or "") <= REPLACEMENT_MAX:
        raise QuestionWordsError("Tulis nama unsur penggantinya, paling banyak 120 huruf.")


def mark_of(*parts: object) -> str:
    """Return a short mark of what a form showed; another mark means that somebody has changed it meanwhile."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).hexdigest()
