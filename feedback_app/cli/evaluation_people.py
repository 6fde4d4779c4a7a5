"""Find a cycle and a person in it from what an operator types, without a whole number on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from feedback_app.evaluation.models import Cycle
    from feedback_app.organisation.models import Agency

# Four of eighteen digits tell colleagues apart and give away nothing: the last three are a running number.
LEAST_DIGITS = 4


def of_cycle(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that name a cycle; `--name` and `--cycle` are one."""
    for option in (
        click.option("--version", type=int, help="Version of the cycle; the last one unless given."),
        click.option("--name", "--cycle", "name", required=True, help="Name of the cycle."),
        click.option("--agency", required=True, help="Code of the agency."),
    ):
        command = option(command)
    return command


def find_cycle(session: Session, agency: Agency, name: str, version: int | None) -> Cycle:
    """Return a computed cycle by its name, in its last version unless another is asked for."""
    from feedback_app.evaluation.models import Cycle

    found = list(
        session.scalars(sa.select(Cycle).where(Cycle.agency_id == agency.id).order_by(Cycle.name, Cycle.version))
    )
    named = [cycle for cycle in found if cycle.name == name and version in {None, cycle.version}]
    if not named:
        known = ", ".join(dict.fromkeys(cycle.name for cycle in found)) or "none yet"
        said = name if version is None else f"{name} version {version}"
        raise click.UsageError(f"{agency.code} has no cycle {said!r}. Cycles: {known}.")
    if named[-1].computed_at is None:
        raise click.UsageError(
            f"{name} is not computed yet: feedback evaluation compute --agency {agency.code} --name {name!r}"
        )
    return named[-1]


def people_of(session: Session, cycle: Cycle) -> list[int]:
    """Return everybody a cycle speaks of, by name."""
    from feedback_app.evaluation.result_models import Score
    from feedback_app.organisation.models import Employee

    return list(
        session.scalars(
            sa.select(Employee.id)
            .join(Score, sa.and_(Score.agency_id == Employee.agency_id, Score.employee_id == Employee.id))
            .where(Score.agency_id == cycle.agency_id, Score.cycle_id == cycle.id)
            .order_by(Employee.name, Employee.id)
        )
    )


def find_person(session: Session, cycle: Cycle, nip_end: str | None, employee: int | None) -> int:
    """Return the one person that the end of a number, or an id, names in a cycle."""
    from feedback_app.organisation.models import Employee

    known = people_of(session, cycle)
    if (nip_end is None) == (employee is None):
        raise click.UsageError("Name the person with either --nip-end or --employee.")
    if employee is not None:
        found = [one for one in known if one == employee]
    else:
        digits = (nip_end or "").replace(" ", "")
        if not digits.isdigit() or len(digits) < LEAST_DIGITS:
            raise click.UsageError(f"--nip-end takes the last digits of a NIP, {LEAST_DIGITS} or more.")
        ends = sa.select(Employee.id).where(
            Employee.agency_id == cycle.agency_id, Employee.id.in_(known), Employee.nip.endswith(digits)
        )
        found = list(session.scalars(ends))
    if len(found) != 1:
        said = "Nobody" if not found else f"{len(found)} people"
        raise click.UsageError(f"{said} in {cycle.name} can be found so; see --employee and longer ends of the NIP.")
    return found[0]
