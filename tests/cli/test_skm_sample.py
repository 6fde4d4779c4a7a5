from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from feedback_app.cli import main


def sample(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["skm", "sample", *arguments])


def test_both_minimums_are_told_and_how_many_are_missing() -> None:
    lines = sample("759", "--answered", "130").stdout.splitlines()
    assert [line.split(maxsplit=1)[1] for line in lines[:1]] == ["759"]
    assert lines[1].endswith("tabel  260")
    assert lines[2].endswith("rumus  255")
    assert lines[3].endswith("130 (50,0 % dari tabel), kurang 130")


def test_a_program_reads_json() -> None:
    assert json.loads(sample("759", "--json").stdout) == {"population": 759, "by_table": 260, "by_formula": 255}
    assert json.loads(sample("759", "--answered", "300", "--json").stdout)["missing"] == 0


@pytest.mark.parametrize("population", ["0", "-5", "banyak"])
def test_nobody_is_no_population(population: str) -> None:
    assert sample(population).exit_code == 2
