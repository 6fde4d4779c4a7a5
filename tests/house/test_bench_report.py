"""The page of what was measured keeps the latest of each row, and nothing twice."""

from __future__ import annotations

from bench.report import Row, kept, table


def _row(target: str, what: str, ours: float) -> Row:
    return Row(target, what, ours, 2, "ms", 1, at_least=False)


def test_a_row_measured_again_takes_the_place_of_the_old_one() -> None:
    before = "2026-01-01, `a`\n\n" + table([_row("P1", "a submit", 1), _row("P2", "a page", 1)])
    after = kept(before, [_row("P1", "a submit", 3)], "2026-02-02, `b`")
    newest, older = after.split("2026-01-01, `a`")
    assert newest.startswith("2026-02-02, `b`\n\n| target |")
    assert "| P1 | a submit | 3 ms | 2 ms | 1.500 | ≤ 1 | **missed** |" in newest
    assert "P1" not in older
    assert "| P2 | a page | 1 ms | 2 ms | 0.500 | ≤ 1 | holds |" in older


def test_a_table_of_which_nothing_is_left_goes_with_its_line() -> None:
    before = "2026-01-01, `a`\n\n" + table([_row("P1", "a submit", 1)])
    after = kept(before, [_row("P1", "a submit", 3), _row("P1", "a submit and more", 4)], "2026-02-02, `b`")
    assert "2026-01-01" not in after
    assert after.count("| P1 |") == 2


def test_the_first_measure_stands_alone() -> None:
    rows = [_row("P1", "a submit", 3)]
    assert kept("\n\n", rows, "2026-02-02, `b`") == f"2026-02-02, `b`\n\n{table(rows)}"
