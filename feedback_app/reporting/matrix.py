"""The raw answers of a survey with nobody in them: patterns of answers, in the order of the answers themselves. Pure.

A row of the matrix that kept its place would tell in which order people came. Sorted, and with equal rows counted
together, it says only which answers stood on one questionnaire, which is what a recount needs.
"""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence

from feedback_app.reporting.answer_data import Block, Pattern
from feedback_app.reporting.printing import whole
from feedback_app.reporting.report_data import Report
from feedback_app.safe_table import SafeTable
from feedback_app.survey.rules import MissingRule

BLANK = "."


def ordered(counted: Mapping[tuple[int | None, ...], int]) -> tuple[Pattern, ...]:
    """Return counted answers as patterns: complete ones first, of those the highest answers first."""
    return tuple(Pattern(answers, counted[answers]) for answers in sorted(counted, key=_order))


def _order(answers: tuple[int | None, ...]) -> tuple[bool, list[int]]:
    return None in answers, [-(answer or 0) for answer in answers]


def counted_patterns(block: Block, missing: MissingRule) -> tuple[Pattern, ...]:
    """Return the patterns that count under a rule for missing answers."""
    if missing is MissingRule.PER_ELEMENT:
        return block.patterns
    return tuple(pattern for pattern in block.patterns if None not in pattern.answers)


def pattern_words(pattern: Pattern) -> str:
    """Return one pattern as it is printed.

    >>> pattern_words(Pattern((4, 3, None), 2))
    '43. ×2'
    """
    answers = "".join(BLANK if answer is None else str(answer) for answer in pattern.answers)
    return answers if pattern.count == 1 else f"{answers} ×{pattern.count}"


def element_sums(blocks: Sequence[Block], missing: MissingRule) -> dict[str, str]:
    """Return the sum of answers by element as printed, for elements that are one question wherever they are asked."""
    sums: Counter[str] = Counter()
    for block in blocks:
        for pattern in counted_patterns(block, missing):
            for column, answer in zip(block.columns, pattern.answers, strict=True):
                sums[column.element] += (answer or 0) * pattern.count
    several = {
        element
        for block in blocks
        for element, count in Counter(column.element for column in block.columns).items()
        if count > 1
    }
    return {element: whole(total) for element, total in sums.items() if element not in several}


def columns_of(blocks: Sequence[Block]) -> tuple[tuple[str, str], ...]:
    """Return (key, element) of every question that some block asks, in the order in which they are met."""
    met = dict.fromkeys((column.key, column.element) for block in blocks for column in block.columns)
    return tuple(met)


def matrix_csv(report: Report) -> bytes:
    """Return the matrix as a file: one row a pattern, `jumlah` how often; empty where it was not asked or answered."""
    keys = [key for key, _element in columns_of(report.blocks)]
    text = io.StringIO()
    rows = SafeTable(text, lineterminator="\n")
    rows.row(["unit", "layanan", *keys, "jumlah"])
    for block in report.blocks:
        own = [column.key for column in block.columns]
        for pattern in block.patterns:
            given = dict(zip(own, pattern.answers, strict=True))
            rows.row([block.unit_code, block.service_code, *(given.get(key) or "" for key in keys), pattern.count])
    return text.getvalue().encode()


def matrix_sha256(report: Report) -> str:
    """Return the hash of the matrix file."""
    return hashlib.sha256(matrix_csv(report)).hexdigest()
