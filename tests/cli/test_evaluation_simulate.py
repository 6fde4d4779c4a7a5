from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from feedback_app.cli.evaluation import evaluation_group


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(evaluation_group, ["simulate", *arguments])
    return result.exit_code, result.stdout


def test_study_is_printed_as_json_for_each_seed_and_the_mean() -> None:
    code, output = run("--seeds", "2", "--rounds", "3", "--json")
    found = json.loads(output)
    assert code in (0, 1)
    assert (found["method"], found["people"], found["units"], found["icc"]) == ("fair-score/2", 100, 10, 0.05)
    assert [one["seed"] for one in found["seeds"]] == [1, 2]
    names = {
        "caught_raw", "caught_score", "flagged_small_n_raw", "flagged_small_n_score", "coverage_90", "wrong_below",
        "hard_service_wrong_below",
    }  # fmt: skip
    for name in names:
        assert found["mean"][name] == pytest.approx(sum(one[name] for one in found["seeds"]) / 2)
        assert 0.0 <= found["mean"][name] <= 1.0
    assert "gaming" not in found
    assert (code == 1) == bool(found["broken"])


@pytest.mark.slow
def test_table_shows_what_is_promised_and_what_tricks_gain() -> None:
    _, output = run("--seeds", "1", "--rounds", "2", "--people", "40", "--units", "4", "--gaming")
    assert "hard_service_wrong_below" in output
    assert "0.88 to 0.92" in output
    assert "refuse_hard_cases" in output


def test_broken_promise_is_an_exit_code_of_1() -> None:
    code, output = run("--seeds", "1", "--rounds", "2", "--method", "fair-score/1", "--icc", "0.01", "--json")
    assert json.loads(output)["broken"]
    assert code == 1


@pytest.mark.parametrize("arguments", [["--method", "fair-score/9"], ["--people", "20", "--units", "11"]])
def test_call_that_makes_no_sense_is_refused(arguments: list[str]) -> None:
    code, _ = run("--seeds", "1", "--rounds", "1", *arguments)
    assert code == 2
