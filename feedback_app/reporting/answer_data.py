"""Who answered a survey and what, as a report tells it: groups, questions, and patterns of answers. Pure.

None instead of a number means that it is not told, because of too few people.
"""

from __future__ import annotations

from dataclasses import dataclass

from feedback_app.survey.rules import Trait


@dataclass(frozen=True, slots=True)
class Group:
    """How many respondents are of one kind; None where so few are that they are not told."""

    label: str
    n: int | None


@dataclass(frozen=True, slots=True)
class Characteristic:
    """What respondents were asked about themselves, in groups; `trait` is empty for the channel they came by."""

    trait: Trait | None
    title: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class QuestionAnswers:
    """One question of the questionnaire with how often each answer was given; `element` is empty outside the index.

    `counts` is empty and `blank` None where the answers are not told.
    """

    key: str
    element: str | None
    stem: str
    options: tuple[str, ...]
    counts: tuple[int, ...]
    blank: int | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the matrix: a question inside the index and the element it belongs to."""

    key: str
    element: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """Answers that were given together, and by how many; nothing says by whom or when."""

    answers: tuple[int | None, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Block:
    """The answers of one place and questionnaire, as patterns in the order of the answers themselves."""

    unit_code: str
    service_code: str
    columns: tuple[Column, ...]
    patterns: tuple[Pattern, ...]

    @property
    def respondents(self) -> int:
        """Return how many questionnaires it holds."""
        return sum(pattern.count for pattern in self.patterns)
