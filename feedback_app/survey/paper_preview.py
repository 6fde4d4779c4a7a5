"""What questionnaires that are not stored yet would come to by themselves: the index and elements of one file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from feedback_app.survey.elements import RuleSetCode, Weight
from feedback_app.survey.index import EmptyIndexError, Index, MissingElementError, Total, index_of_totals
from feedback_app.survey.operations import Filled
from feedback_app.survey.queries import Questionnaire
from feedback_app.survey.rules import MissingRule


@dataclass(frozen=True, slots=True)
class Preview:
    """How many questionnaires of which days and services, how many leave something blank, and their index."""

    questionnaires: int
    first: date | None
    last: date | None
    incomplete: int
    by_service: Mapping[int | None, int]
    index: Index | None


def preview_of(
    filled: Sequence[Filled], questionnaires: Mapping[int | None, Questionnaire], *, ruleset: RuleSetCode,
    weight: Weight, missing: MissingRule,
) -> Preview:  # fmt: skip
    """Return what questionnaires come to by the rules of their period; nothing of it is stored."""
    whole = [one for one in filled if is_complete(one, questionnaires[one.service_id])]
    counted = whole if missing is MissingRule.COMPLETE else filled
    days = [one.answered_on for one in filled]
    return Preview(
        questionnaires=len(filled), first=min(days, default=None), last=max(days, default=None),
        incomplete=len(filled) - len(whole), by_service=Counter(one.service_id for one in filled),
        index=_index(counted, questionnaires, ruleset, weight),
    )  # fmt: skip


def is_complete(filled: Filled, asked: Questionnaire) -> bool:
    """Tell whether every question inside the index is answered."""
    return all(question.key in filled.answers for question in asked.inside)


def _index(
    filled: Sequence[Filled], questionnaires: Mapping[int | None, Questionnaire], ruleset: RuleSetCode, weight: Weight
) -> Index | None:
    elements = {question.key: question.element for one in questionnaires.values() for question in one.inside}
    sums: dict[str, list[int]] = {key: [0, 0] for key in elements}
    for one in filled:
        for key, given in one.answers.items():
            if key in sums:
                sums[key][0] += 1
                sums[key][1] += given
    totals: dict[str, list[Total]] = {}
    for key, (n, total) in sums.items():
        totals.setdefault(str(elements[key]), []).append(Total(n, total))
    try:
        return index_of_totals(totals, ruleset=ruleset, weight=weight)
    except (EmptyIndexError, MissingElementError):
        return None
