"""Rows of the result: what was compared, the ratio, the target."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison; `at_least` tells whether the ratio should be above or below the target."""

    target: str
    what: str
    ours: float
    other: float
    unit: str
    limit: float | None
    at_least: bool

    @property
    def ratio(self) -> float:
        """Return ours divided by the other."""
        return self.ours / self.other

    @property
    def holds(self) -> bool:
        """Tell whether the target is met; a row without one is there to compare."""
        if self.limit is None:
            return True
        return self.ratio >= self.limit if self.at_least else self.ratio <= self.limit


def table(rows: list[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| target | what | ours | against | ratio | wanted | |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        wanted = f"{'≥' if row.at_least else '≤'} {row.limit:g}" if row.limit is not None else "–"
        verdict = "–" if row.limit is None else "holds" if row.holds else "**missed**"
        lines.append(
            f"| {row.target} | {row.what} | {row.ours:,.3g} {row.unit} | {row.other:,.3g} {row.unit} | "
            f"{row.ratio:.3f} | {wanted} | {verdict} |"
        )
    return "\n".join(lines)


def kept(noted: str, rows: list[Row], when: str) -> str:
    """Return what is noted after a run: its table first, then what was measured before and not again.

    `noted` are earlier tables, each below its line of date and command. A row measured anew goes from where it stood
    (the same target and the same words); a table of which nothing is left goes with its line.
    """
    anew = {f"| {row.target} | {row.what} |" for row in rows}
    sections = [f"{when}\n\n{table(rows)}"]
    for old in re.split(r"\n(?=\d{4}-\d\d-\d\d, )", f"\n{noted.strip()}"):
        lines = [line for line in old.strip().splitlines() if not any(line.startswith(one) for one in anew)]
        if sum(line.startswith("|") for line in lines) > 2:  # more than the two lines of the head
            sections.append("\n".join(lines))
    return "\n\n".join(sections)
