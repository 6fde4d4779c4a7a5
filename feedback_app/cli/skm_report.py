"""`feedback skm report`: every file of a survey report, with their hashes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from sqlalchemy.orm import Session

from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_agency, find_unit_id

if TYPE_CHECKING:
    from feedback_app.reporting.report_data import Report


@click.command("report", short_help="Write the report of a closed period: PDF, XLSX, CSV, JSON.")
@click.option("--agency", required=True, help="The agency's code.")
@click.option("--unit", help="The unit's code; without it, the report of the whole agency.")
@click.option("--period", required=True, help="The period's code.")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="The folder.")
@click.option("--public", "is_public", is_flag=True, help="As everybody may read it: small groups are left out.")
@click.option("--place", default="", help="Where it is signed.")
@click.option(
    "--date", "signed_on", type=click.DateTime(["%Y-%m-%d"]), help="The day on it; default: the day the period closed."
)
@click.option("--position", default="", help="The office of whoever signs.")
@click.option("--name", default="", help="The name of whoever signs.")
def report_command(
    *,
    agency: str,
    unit: str | None,
    period: str,
    output: Path,
    is_public: bool,
    place: str,
    signed_on: datetime | None,
    position: str,
    name: str,
) -> None:
    """Write every file of a report into a folder and print their SHA-256 hashes.

    It is made of the results stored when the period was closed: made twice, it is the same bytes. The sheet for the
    wall and the open data are always those that everybody may read; where too few answered there are none.
    """
    from feedback_app.reporting.files import ReportFile, make_all
    from feedback_app.reporting.protection import protected

    with database() as session:
        gathered = _gathered(session, agency, unit, period, (place, signed_on, position, name))
    made = make_all(protected(gathered) if is_public else gathered)
    output.mkdir(parents=True, exist_ok=True)
    for one in made:
        (output / one.name).write_bytes(one.content)
        click.echo(f"{one.sha256}  {one.name}")
    if is_public and not any(one.name.endswith(ReportFile.MATRIX) for one in made):
        click.echo("No matrix: too few respondents, something is withheld, or it is of a whole agency.", err=True)


def _gathered(
    session: Session, agency: str, unit: str | None, period: str, signed: tuple[str, datetime | None, str, str]
) -> Report:
    from feedback_app.reporting.gathering import closing_day, gather
    from feedback_app.reporting.report_data import Signing
    from feedback_app.survey.queries import period_by_code

    owner = find_agency(session, agency)
    found = period_by_code(session, owner.id, period)
    place, signed_on, position, name = signed
    on = signed_on.date() if signed_on else closing_day(owner, found)
    return gather(
        session, found, find_unit_id(session, owner, unit) if unit else None,
        signing=Signing(place, on, name=name, position=position), public_address=_address(agency, unit),
    )  # fmt: skip


def _address(agency: str, unit: str | None) -> str:
    """Return where everybody reads the results, empty where the platform has no public address yet."""
    from flask import current_app

    from feedback_app.reporting.addresses import results_address

    return results_address(current_app.extensions["suara_settings"].public_url, agency, unit or "")
