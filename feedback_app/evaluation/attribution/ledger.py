"""The responsibility ledger: each day's figures laid upon whoever answered for them, in the database.

The daily figures are read once, into a table that ends with the transaction: the drain goes on while a cycle is
computed, and baselines, contributions and totals must all speak of the same ratings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.rules import METHOD_VERSION, POINTS_PER_STEP, Contributions, Segment, Strata, baselines
from feedback_app.intake.rules import Channel
from feedback_app.measures.models import PORTAL_RATING

# Ratings without a service are a stratum of their own in each unit; ids of services are positive.
_SERVICE_KEY = "coalesce(m.service_id, -m.unit_id)"
_QUARTER = "date_trunc('quarter', m.day)::date"

# A second cycle may be computed in the same transaction, so the table of the first has to go.
_NEW_CELLS = """
    DROP TABLE IF EXISTS pg_temp.cycle_cells;
    CREATE TEMPORARY TABLE cycle_cells (
        agency_id bigint NOT NULL, unit_id bigint NOT NULL, service_id bigint, day date NOT NULL,
        channel text NOT NULL, n bigint NOT NULL, total bigint NOT NULL, total_squares bigint NOT NULL
    ) ON COMMIT DROP
"""

_CELLS = f"""
    INSERT INTO pg_temp.cycle_cells
    SELECT agency_id, unit_id, service_id, day, channel, sum(n), sum(total), sum(total_squares)
    FROM daily_measures
    WHERE agency_id = :agency_id AND day BETWEEN :starts_on AND :ends_on AND element = '{PORTAL_RATING}'
    GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608 - constants of this module

_STRATA = f"""
    SELECT {_SERVICE_KEY} AS service, {_QUARTER} AS quarter, sum(m.n) AS n, sum(m.total) AS total,
           sum(m.total_squares) AS total_squares
    FROM pg_temp.cycle_cells m
    WHERE m.channel = '{Channel.TOKEN.value}'
    GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608

_CONTRIBUTIONS = f"""
    WITH seg AS (
        SELECT * FROM unnest(
            CAST(:units AS bigint[]), CAST(:services AS bigint[]), CAST(:assignments AS bigint[]),
            CAST(:employees AS bigint[]), CAST(:first_days AS date[]), CAST(:last_days AS date[]),
            CAST(:shares AS double precision[]), CAST(:reasons AS text[])
        ) AS s (unit_id, service_id, assignment_id, employee_id, starts_on, ends_on, share, reason)
    ), bound AS (
        SELECT DISTINCT unit_id, service_id FROM seg WHERE service_id IS NOT NULL
    ), stratum AS (
        SELECT * FROM unnest(
            CAST(:stratum_services AS bigint[]), CAST(:stratum_quarters AS date[]),
            CAST(:stratum_baselines AS double precision[])
        ) AS b (service, quarter, baseline)
    ), cell AS (
        SELECT m.*, bound.service_id AS bound_service
        FROM pg_temp.cycle_cells m
        LEFT JOIN bound ON bound.unit_id = m.unit_id AND bound.service_id = m.service_id
    )
    INSERT INTO contributions (
        agency_id, cycle_id, employee_id, level, assignment_id, unit_id, service_id, day, channel, share, reason,
        n, total, total_squares, baseline, exclusion
    )
    SELECT m.agency_id, :cycle_id, seg.employee_id, 'assignment', seg.assignment_id, m.unit_id, m.service_id, m.day,
           m.channel, seg.share, seg.reason, m.n, m.total, m.total_squares,
           CASE WHEN m.channel = '{Channel.TOKEN.value}' THEN stratum.baseline END,
           CASE WHEN m.channel <> '{Channel.TOKEN.value}' THEN 'no_proof_of_visit' END
    FROM cell m
    JOIN seg ON seg.unit_id = m.unit_id AND m.day BETWEEN seg.starts_on AND seg.ends_on
            AND seg.service_id IS NOT DISTINCT FROM m.bound_service
    LEFT JOIN stratum ON stratum.service = {_SERVICE_KEY} AND stratum.quarter = {_QUARTER}
    ORDER BY seg.assignment_id, m.day, m.channel, m.service_id
"""  # noqa: S608

_TOTALS = f"""
    SELECT coalesce(sum(m.n) FILTER (WHERE counted AND somebody), 0),
           coalesce(sum(m.n) FILTER (WHERE NOT counted AND somebody), 0),
           coalesce(sum(m.n) FILTER (WHERE NOT somebody), 0)
    FROM (
        SELECT m.n, m.channel = '{Channel.TOKEN.value}' AS counted, EXISTS (
            SELECT FROM contributions c
            WHERE c.agency_id = m.agency_id AND c.cycle_id = :cycle_id AND c.unit_id = m.unit_id AND c.day = m.day
              AND c.channel = m.channel AND c.service_id IS NOT DISTINCT FROM m.service_id
        ) AS somebody
        FROM pg_temp.cycle_cells m
    ) m
"""  # noqa: S608

# Somebody with two posts that answer for one cell is one person with the sum of both shares.
_PERSON_SUMS = """
    SELECT employee_id, baseline, sum(n), sum(n * share), sum(n * share * share), sum(total * share),
           sum(total_squares * share)
    FROM (
        SELECT employee_id, baseline, n, total, total_squares, sum(share) AS share
        FROM contributions
        WHERE agency_id = :agency_id AND cycle_id = :cycle_id AND exclusion IS NULL
        GROUP BY employee_id, unit_id, service_id, day, channel, baseline, n, total, total_squares
    ) person_cell
    GROUP BY employee_id, baseline ORDER BY employee_id, baseline
"""

_FINGERPRINT = """
    SELECT encode(sha256(convert_to(coalesce(string_agg(line, E'\\n' ORDER BY line), '') || :method, 'UTF8')), 'hex')
    FROM (
        SELECT concat_ws('|', c.employee_id, c.assignment_id, c.unit_id, coalesce(c.service_id, 0), c.day, c.channel,
                         c.share, c.n, c.total, c.total_squares, coalesce(c.baseline::text, '-')) AS line
        FROM contributions c WHERE c.agency_id = :agency_id AND c.cycle_id = :cycle_id
    ) lines
"""


@dataclass(frozen=True, slots=True)
class Totals:
    """How many ratings of the period counted for somebody, stood beside, or had nobody to answer for them."""

    counted: int
    beside: int
    nobody: int


def write_contributions(session: Session, cycle: Cycle, segments: Sequence[Segment]) -> Totals:
    """Lay the daily figures of a cycle upon the segments of responsibility, with the baseline of each stratum."""
    of_cycle = _parameters(cycle)
    _take_cells(session, of_cycle)
    strata = session.execute(sa.text(_STRATA), of_cycle).all()
    values = _stratum_baselines(strata)
    session.execute(
        sa.text(_CONTRIBUTIONS),
        {
            **of_cycle,
            "units": [segment.unit_id for segment in segments],
            "services": [segment.service_id for segment in segments],
            "assignments": [segment.assignment_id for segment in segments],
            "employees": [segment.employee_id for segment in segments],
            "first_days": [segment.starts_on for segment in segments],
            "last_days": [segment.ends_on for segment in segments],
            "shares": [segment.share for segment in segments],
            "reasons": [segment.reason for segment in segments],
            "stratum_services": [row.service for row in strata],
            "stratum_quarters": [row.quarter for row in strata],
            "stratum_baselines": values,
        },
    )
    return Totals(*(int(n) for n in session.execute(sa.text(_TOTALS), of_cycle).one()))


def _take_cells(session: Session, of_cycle: dict[str, object]) -> None:
    for statement in _NEW_CELLS.split(";"):
        session.execute(sa.text(statement))
    session.execute(sa.text(_CELLS), of_cycle)
    session.execute(sa.text("ANALYZE pg_temp.cycle_cells"))


def _stratum_baselines(strata: Sequence[Any]) -> list[float]:
    if not strata:
        return []
    found = baselines(
        Strata(
            service=np.array([row.service for row in strata], dtype=np.int64),
            n=np.array([float(row.n) for row in strata]),
            total=POINTS_PER_STEP * np.array([float(row.total) for row in strata]),
            total_squares=POINTS_PER_STEP**2 * np.array([float(row.total_squares) for row in strata]),
        )
    )
    return [float(value) for value in found.stratum]


def sums_by_person(session: Session, cycle: Cycle) -> Contributions:
    """Return what counted in a cycle, summed per person and baseline (C rows; y on 25 to 100)."""
    rows = session.execute(sa.text(_PERSON_SUMS), _parameters(cycle)).all()
    columns = [np.array(column) for column in zip(*rows, strict=True)] if rows else [np.array([])] * 7
    employee, baseline, n, weight, weight_squares, total, total_squares = columns
    return Contributions(
        employee=employee.astype(np.int64),
        n=n.astype(np.int64),
        weight=weight.astype(np.float64),
        weight_squares=weight_squares.astype(np.float64),
        total=POINTS_PER_STEP * total.astype(np.float64),
        total_squares=POINTS_PER_STEP**2 * total_squares.astype(np.float64),
        baseline=baseline.astype(np.float64),
    )


def fingerprint(session: Session, cycle: Cycle) -> str:
    """Return the SHA-256 of everything that went into a cycle's figures, and of the method, in hexadecimal."""
    found = session.execute(sa.text(_FINGERPRINT), {**_parameters(cycle), "method": METHOD_VERSION}).scalar_one()
    return str(found)


def _parameters(cycle: Cycle) -> dict[str, object]:
    return {
        "agency_id": cycle.agency_id,
        "cycle_id": cycle.id,
        "starts_on": cycle.starts_on,
        "ends_on": cycle.ends_on,
    }
