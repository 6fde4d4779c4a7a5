"""`feedback evaluation explain`, `export` and `talent`, from a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from feedback_app.db import db
from feedback_app.organisation.rules import mask_nip
from tests.cli.test_commands import Run, run  # noqa: F401 - a fixture
from tests.conftest import Live
from tests.evaluation.evidence.rated import Rated, rated

CYCLE = "TW II 2026"


class Known:
    """What the tests need to know of the world after its session is gone."""

    def __init__(self, world: Rated) -> None:
        self.agency, self.good = world.office.agency.code, world.good.id
        self.nip = world.good.nip


@pytest.fixture
def known(live: Live) -> Known:
    with live.app.app_context():
        world = rated(db.session())
        world.cycle()
        found = Known(world)
        db.session.commit()
        db.session.remove()
    return found


def test_explain_tells_every_step_and_hides_the_number(known: Known, run: Run) -> None:  # noqa: F811
    told = run(
        "evaluation", "explain", "--agency", known.agency, "--cycle", CYCLE, "--nip-end", known.nip[-6:]
    ).output  # fmt: skip
    assert "mean 95.00 - baseline" in told
    assert "= score +" in told
    assert "90 % interval" in told
    assert "conclusion:" in told
    assert mask_nip(known.nip) in told
    assert known.nip not in told


def test_export_writes_the_same_hash_in_every_format(known: Known, run: Run, tmp_path: Path) -> None:  # noqa: F811
    asked = ["evaluation", "export", "--agency", known.agency, "--cycle", CYCLE, "--out", str(tmp_path)]
    told = [
        run(*asked, "--employee", str(known.good), "--format", kind).output.split()[0]
        for kind in ("json", "xlsx", "pdf")
    ]
    assert len(set(told)) == 1
    (file,) = tmp_path.glob("*.json")
    assert json.loads(file.read_text())["sha256"] == told[0]
    assert known.nip not in file.read_text()


def test_everybody_is_exported_at_once_and_whole_numbers_come_with_a_warning(
    known: Known, run: Run, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    result = run(
        "evaluation",
        "export",
        "--agency",
        known.agency,
        "--cycle",
        CYCLE,
        "--all",
        "--full-nip",
        "--out",
        str(tmp_path),
    )
    assert "whole NIPs" in result.stderr
    files = list(tmp_path.glob("*.json"))
    assert len(files) == 2
    assert known.nip in {json.loads(file.read_text())["nip"] for file in files}


@pytest.mark.parametrize(
    "chosen",
    [
        pytest.param([], id="nobody"),
        pytest.param(["--all", "--employee", "1"], id="everybody and one"),
        pytest.param(["--nip-end", "12"], id="too short an end"),
        pytest.param(["--employee", "999999"], id="somebody who is not there"),
        pytest.param(["--all", "--version", "9"], id="a version that is not there"),
    ],
)
def test_who_is_meant_has_to_be_clear(known: Known, run: Run, tmp_path: Path, chosen: list[str]) -> None:  # noqa: F811
    run("evaluation", "export", "--agency", known.agency, "--cycle", CYCLE, "--out", str(tmp_path), *chosen, code=2)
    assert not list(tmp_path.iterdir())


def test_the_talent_file_of_an_agency_without_frozen_cycles_is_not_written(
    known: Known, run: Run, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    run("evaluation", "talent", "--agency", known.agency, "--out", str(tmp_path))
    assert not list(tmp_path.iterdir())
    run("evaluation", "talent", "--agency", known.agency, code=2)
