"""What a block of answers sums up to, and the formulas that say so in a spreadsheet. Pure."""

from __future__ import annotations

from feedback_app.reporting.answer_data import Block
from feedback_app.reporting.matrix import counted_patterns
from feedback_app.survey.rules import MissingRule


def summing(answers: str, times: str, *, is_long: bool) -> str:
    """Return the formula of a sum over a range; `times` says how often each row counts where rows are many."""
    return f"=SUMPRODUCT({answers},{times})" if is_long else f"=SUM({answers})"


def counting(answers: str, times: str, *, is_long: bool) -> str:
    """Return the formula of how many answered."""
    return f"=SUMPRODUCT(({answers}>0)*{times})" if is_long else f"=COUNT({answers})"


def sums(block: Block, missing: MissingRule) -> dict[str, tuple[int, int]]:
    """Return (sum, number) of the counted answers by question."""
    patterns = counted_patterns(block, missing)
    return {
        column.key: (
            sum((pattern.answers[at] or 0) * pattern.count for pattern in patterns),
            sum(pattern.count for pattern in patterns if pattern.answers[at] is not None),
        )
        for at, column in enumerate(block.columns)
    }
