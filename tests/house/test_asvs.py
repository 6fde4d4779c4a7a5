"""The checklist is whole, says its state of every line, and points to files that exist."""

from __future__ import annotations

import re
from collections import Counter

from feedback_app import config

ROOT = config.project_root()
PAGE = (ROOT / "docs/asvs.md").read_text()
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if re.match(r"\| \d", line)]
# How many requirements of level 1 and 2 each chapter of ASVS 5.0.0 has.
CHAPTERS = {1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7}


def test_every_line_is_of_level_one_or_two_and_says_its_state() -> None:
    for number, level, matter, state, how, _where in ROWS:
        assert re.fullmatch(r"\d+\.\d+\.\d+", number)
        assert level in {"1", "2"}, number
        assert state in {"met", "partly", "unmet", "n/a"}, number
        assert matter, number
        assert how, number


def test_no_line_is_missing_or_there_twice() -> None:
    numbers = [row[0] for row in ROWS]
    assert [number for number, times in Counter(numbers).items() if times > 1] == []
    by_chapter = Counter(int(number.partition(".")[0]) for number in numbers)
    assert len(numbers) == 253
    assert {chapter: by_chapter[chapter] for chapter in CHAPTERS} == CHAPTERS


def test_what_a_line_points_to_exists() -> None:
    for number, _level, _matter, _state, _how, where in ROWS:
        for path in re.findall(r"[\w./-]+/[\w./-]+\.\w+", where):
            assert (ROOT / path).exists(), (number, path)


def test_what_is_met_points_to_something() -> None:
    assert [row[0] for row in ROWS if row[3] == "met" and not re.search(r"\w+\.\w+", row[5])] == []
