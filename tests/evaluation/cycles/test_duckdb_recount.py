"""Another database works the sums of a cycle out from the exported raw rows, and finds the same."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench.evaluation_recount import EXPORTS
from feedback_app.config import project_root
from feedback_app.evaluation.models import Cycle
from feedback_app.intake.models import Submission, VisitToken
from feedback_app.intake.rules import Channel, SubmissionKind
from tests import factories as make
from tests.evaluation.closed import START
from tests.evaluation.world import LONG_AGO, World, days

RATINGS = 3000


def _busy(world: World) -> None:
    """Three units, posts that begin in the middle of a month, shares, a roster with gaps, two on duty at times."""
    chance = random.Random(5)
    units = [world.unit, *(make.unit(world.session, world.agency) for _ in range(2))]
    rows: list[dict[str, object]] = []
    for number, unit in enumerate(units):
        services = [make.service(world.session, unit) for _ in range(2)]
        counter = world.counter(unit)
        people = [world.person(unit, share=Decimal(1 + place) / 4) for place in range(3)]
        world.person(unit, service_id=services[0].id, starts_on=days(20 + number)[-1])
        for place, who in enumerate(people):
            world.on_duty(counter, who, *sorted({*days(60)[place::3], *days(60)[:: 7 if number else 60]}))
        for turn in range(RATINGS // 3):
            proven = turn % 11 > 0
            rows.append(
                {
                    "agency_id": world.agency.id, "unit_id": unit.id, "rating": chance.randint(1, 4),
                    "service_id": chance.choice([None, *(service.id for service in services)]),
                    "counter_id": counter.id if proven and turn % 2 else None, "kind": SubmissionKind.RATING,
                    "channel": Channel.TOKEN if proven else Channel.OPEN, "occurred_on": chance.choice(days(80)),
                    "received_at": LONG_AGO,
                    "visit_token_hash": f"{number}/{turn}".encode().ljust(32) if proven else None,
                }
            )  # fmt: skip
    tokens = [
        {
            "agency_id": row["agency_id"], "token_hash": row["visit_token_hash"], "unit_id": row["unit_id"],
            "visited_on": row["occurred_on"], "issued_at": LONG_AGO, "expires_at": make.NOW,
        }
        for row in rows if row["visit_token_hash"]
    ]  # fmt: skip
    world.session.execute(sa.insert(VisitToken), tokens)
    world.session.execute(sa.insert(Submission), rows)


def _export(session: Session, cycle: Cycle, folder: Path) -> None:
    for name, query in EXPORTS.items():
        rows = session.execute(sa.text(query % {"agency": cycle.agency_id, "cycle": cycle.id}))
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(rows.keys())
            writer.writerows(rows)


def _differences(folder: Path) -> list[tuple[str, str, float]]:
    """Ask the other database in a process of its own, as somebody else would."""
    asked = [sys.executable, "-m", "bench.evaluation_recount", str(folder)]
    told = subprocess.run(asked, capture_output=True, check=True, cwd=project_root())
    return [(table, figure, most) for table, figure, most in json.loads(told.stdout)]


def test_another_database_finds_the_same_sums_and_residuals(session: Session, tmp_path: Path) -> None:
    world = World.new(session)
    _busy(world)
    cycle = world.computed()
    assert cycle.totals["proven"] + cycle.totals["beside"] == RATINGS
    assert cycle.starts_on >= START
    _export(session, cycle, tmp_path)
    found = _differences(tmp_path)
    assert {name for _, name, _ in found} == {
        "n", "n_effective", "own_share", "n_counter", "n_beside", "mean_residual", "n_nobody", "mean",
    }  # fmt: skip
    assert max(most for _, _, most in found) < 1e-9


@pytest.mark.slow
def test_a_touched_sum_is_found(session: Session, tmp_path: Path) -> None:
    world = World.new(session)
    _busy(world)
    cycle = world.computed()
    session.execute(sa.text("UPDATE scores SET mean_residual = mean_residual + 1e-6 WHERE n > 0"))
    _export(session, cycle, tmp_path)
    assert {name for _, name, most in _differences(tmp_path) if most > 1e-9} == {"mean_residual"}
