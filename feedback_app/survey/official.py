"""The questionnaire of the regulation as an instrument: its nine questions in form order, and what may replace three.

Source: PermenPANRB 14/2017. The fee may be asked as something else where a law makes the service free, competence and
conduct of staff where the service is given on the web. By what, the regulation leaves to the agency: the replacing
questions here are a proposal in our own words, to be changed before a period with them opens. The stems of the
fourteen elements of 2004 are ours as well; they stand in series from before the platform and are asked of nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from feedback_app.survey.elements import OFFICIAL_QUESTIONS, RULESETS, RuleSetCode


@dataclass(frozen=True, slots=True)
class Draft:
    """A question before it is stored; `key` is empty where the program shall give one."""

    element: str | None
    stem: str
    options: tuple[str, ...]
    replacement: str | None = None
    key: str = ""


class Variant(StrEnum):
    """For which kind of service the official questionnaire is made."""

    STANDARD = "standard"
    FREE = "free"
    WEB = "web"
    FREE_WEB = "free_web"


_FOR_FREE: Final = Draft(
    "biaya",
    "Bagaimana pendapat Saudara tentang kepastian bahwa layanan ini diberikan tanpa pungutan apa pun?",
    ("Selalu ada pungutan", "Sering ada pungutan", "Jarang ada pungutan", "Tidak pernah ada pungutan"),
    "Kepastian layanan tanpa biaya",
)
_FOR_WEB: Final = (
    Draft(
        "kompetensi",
        "Bagaimana pendapat Saudara tentang keandalan sistem layanan daring ini?",
        ("Tidak andal", "Kurang andal", "Andal", "Sangat andal"),
        "Keandalan sistem daring",
    ),
    Draft(
        "perilaku",
        "Bagaimana pendapat Saudara tentang kemudahan memperoleh bantuan ketika menggunakan layanan daring ini?",
        ("Tidak mudah", "Kurang mudah", "Mudah", "Sangat mudah"),
        "Bantuan bagi pengguna layanan daring",
    ),
)

PROPOSALS: Final[Mapping[str, Draft]] = MappingProxyType(
    {draft.element or "": draft for draft in (_FOR_FREE, *_FOR_WEB)}
)
"""By element: what may be asked in its place; wording of our own."""

_REPLACED: Final[Mapping[Variant, tuple[str, ...]]] = MappingProxyType(
    {
        Variant.STANDARD: (),
        Variant.FREE: ("biaya",),
        Variant.WEB: ("kompetensi", "perilaku"),
        Variant.FREE_WEB: ("biaya", "kompetensi", "perilaku"),
    }
)

NAMES: Final[Mapping[Variant, str]] = MappingProxyType(
    {
        Variant.STANDARD: "Kuesioner SKM",
        Variant.FREE: "Kuesioner SKM layanan gratis",
        Variant.WEB: "Kuesioner SKM layanan berbasis web",
        Variant.FREE_WEB: "Kuesioner SKM layanan berbasis web yang gratis",
    }
)
HISTORY_NAMES: Final[Mapping[RuleSetCode, str]] = MappingProxyType(
    {
        RuleSetCode.PERMENPANRB_14_2017: "Kuesioner SKM (riwayat)",
        RuleSetCode.KEPMENPAN_25_2004: "Kuesioner 14 unsur tahun 2004 (riwayat)",
    }
)


def official_questions(variant: Variant = Variant.STANDARD) -> tuple[Draft, ...]:
    """Return the nine questions in form order, with the replacements that a kind of service allows.

    >>> [draft.replacement for draft in official_questions(Variant.FREE) if draft.replacement]
    ['Kepastian layanan tanpa biaya']
    """
    replaced = _REPLACED[variant]
    return tuple(
        PROPOSALS[question.element]
        if question.element in replaced
        else Draft(question.element, question.stem, question.options)
        for question in OFFICIAL_QUESTIONS
    )


def questions_of_2004() -> tuple[Draft, ...]:
    """Return one question for each of the fourteen elements, so that a series from then can be read."""
    options = ("Tidak baik", "Kurang baik", "Baik", "Sangat baik")
    return tuple(
        Draft(element.key, f"Bagaimana pendapat Saudara tentang {element.name.lower()}?", options)
        for element in RULESETS[RuleSetCode.KEPMENPAN_25_2004].elements
    )


def questions_of(ruleset: RuleSetCode) -> tuple[Draft, ...]:
    """Return the questions that the results of older series stand under."""
    return questions_of_2004() if ruleset is RuleSetCode.KEPMENPAN_25_2004 else official_questions()
