"""The page of attacks names a test for each, and every test of an attack stands on the page."""

from __future__ import annotations

import re

from feedback_app import config

ROOT = config.project_root()
PAGE = (ROOT / "docs/abuse-cases.md").read_text()


def test_each_of_the_thirty_attacks_has_its_test() -> None:
    rows = re.findall(r"^\| (\d+) \|.*\| `(tests/[\w/.]+)` \|$", PAGE, re.MULTILINE)
    assert [int(number) for number, _path in rows] == list(range(1, 31))
    for _number, path in rows:
        assert re.search(r"^(async )?def test_", (ROOT / path).read_text(), re.MULTILINE), path


def test_every_test_of_an_attack_belongs_to_a_number_of_the_page() -> None:
    for path in (ROOT / "tests/abuse").glob("test_*.py"):
        assert re.match(r"test_(0[1-9]|[12]\d|30)_", path.name), path.name
