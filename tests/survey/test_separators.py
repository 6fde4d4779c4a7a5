"""The line that names the separator of a CSV file."""

from __future__ import annotations

import pytest

from feedback_app.survey.separators import separator_line


@pytest.mark.parametrize(
    ("start", "found"),
    [
        ("sep=;\r\nu1;u2", (7, ";")), ("SEP=,\nu1,u2", (6, ",")), ("sep=\t\nu1", (6, "\t")), ("sep=;;;;\nu1", (9, ";")),
        ("sep=|", (5, "|")), ("u1;u2\nsep=;\n", None), ("sep=x\nu1", None), ("sep=;u1;u2\n", None), ("", None),
    ],
)  # fmt: skip
def test_the_line_is_seen_at_the_beginning_alone(start: str, found: tuple[int, str] | None) -> None:
    assert separator_line(start) == found
