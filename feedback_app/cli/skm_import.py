"""`feedback skm import`: take in a file of questionnaires that were filled on paper."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from feedback_app.cli.context import database

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from feedback_app.survey.models import Period
    from feedback_app.survey.paper_file import PaperFile, PaperSetting

SHOWN: Final = 100
REFUSED: Final = 1
_FILE: Final = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.command("import", short_help="Import a file of questionnaires.")
@click.argument("file", type=_FILE)
@click.option("--agency", "agency_code", required=True, metavar="CODE")
@click.option("--unit", "unit_code", required=True, metavar="CODE")
@click.option("--period", "period_code", required=True, metavar="CODE")
@click.option(
    "--service", "service_code", metavar="CODE", help="The service of all rows without a service of their own."
)
@click.option(
    "--order", type=click.Choice(["form", "list"]),
    help="Which order columns u1 to u9 follow; needed unless they are named by key.",
)  # fmt: skip
@click.option(
    "--date", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="The day of rows without one."
)
@click.option("--sheet", metavar="NAME", help="The sheet of a workbook that has several.")
@click.option("--only-good", is_flag=True, help="Store the rows that can be read and leave out the others.")
@click.option(
    "--different", is_flag=True, help="Store a file whose questionnaires are the very same as those of a stored one."
)
@click.option("--dry-run", is_flag=True, help="Read everything, say what it comes to, store nothing.")
def import_command(
    file: Path, agency_code: str, unit_code: str, period_code: str, service_code: str | None, order: str | None,
    day: datetime | None, sheet: str | None, *, only_good: bool, different: bool, dry_run: bool,
) -> None:  # fmt: skip
    """Import a FILE of questionnaires (.csv or .xlsx) of one unit into an open period, as one batch.

    Columns: u1 to u9 (with --order) or the keys of the elements; tanggal, jam, jenis_kelamin, usia, pendidikan,
    pekerjaan, layanan. Others are not read. All rows, or none; with --only-good those that can be read. The batch can
    be undone on the pages of staff while the period is open.

    Exit codes: 0 stored (or would be), 1 refused, with what is wrong by row and column, 2 the call is wrong.
    """
    from feedback_app.survey.rules import AnswerOrder

    with database() as session:
        period, setting = _setting(session, agency_code, unit_code, period_code, service_code, day)
        from feedback_app.survey.paper_file import read_paper_file

        content = file.read_bytes()
        read = read_paper_file(content, setting, order=AnswerOrder(order) if order else None, sheet=sheet)
        _tell(read, setting, period)
        if not read.filled or (read.bad_rows and not only_good):
            click.echo("Nothing was stored.", err=True)
            sys.exit(REFUSED)
        if dry_run:
            click.echo("Nothing was stored (--dry-run).")
            return
        batch_id = _store(session, period, setting, read, file.name, is_different=different)
    click.echo(f"Stored {len(read.filled):,} questionnaires as batch {batch_id}.")


def _setting(
    session: Session, agency_code: str, unit_code: str, period_code: str, service_code: str | None,
    day: datetime | None,
) -> tuple[Period, PaperSetting]:  # fmt: skip
    from feedback_app import clock
    from feedback_app.cli.lookup import find_agency, find_service_id, find_unit_id, today_of
    from feedback_app.survey.paper_settings import paper_setting
    from feedback_app.survey.queries import period_by_code

    agency = find_agency(session, agency_code)
    unit_id = find_unit_id(session, agency, unit_code)
    service_id = find_service_id(session, agency, unit_code, unit_id, service_code) if service_code else None
    period = period_by_code(session, agency.id, period_code)
    today = today_of(agency, clock.utcnow())
    return period, paper_setting(
        session, period, unit_id, service_id, day=day.date() if day else None, today=today
    )  # fmt: skip


def _store(
    session: Session, period: Period, setting: PaperSetting, read: PaperFile, name: str, *, is_different: bool
) -> int:
    from feedback_app import clock
    from feedback_app.audit.operations import SYSTEM
    from feedback_app.survey import batches
    from feedback_app.survey.paper_columns import About

    service_id = None if About.SERVICE in read.columns.about else setting.service_id
    file = batches.FileRead(read.sha256, name, read.columns.order, read.bad_rows)
    batch = batches.add_file(
        session, period, setting.unit_id, service_id, read.filled, file, actor=SYSTEM, now=clock.utcnow(),
        is_different=is_different,
    )  # fmt: skip
    batch_id = batch.id
    session.commit()
    return batch_id


def _tell(read: PaperFile, setting: PaperSetting, period: Period) -> None:
    from feedback_app.survey.paper_preview import preview_of
    from feedback_app.survey.paper_values import PROBLEM_SENTENCES

    for one in read.bad[:SHOWN]:
        where = f"row {one.row}" + (f", {one.column}" if one.column else "")
        click.echo(f"{where}: {one.text!r}. {PROBLEM_SENTENCES[one.problem.value]}", err=True)
    if len(read.bad) > SHOWN:
        click.echo(f"… and {len(read.bad) - SHOWN} more", err=True)
    asked = next(iter(setting.questionnaires.values()))
    preview = preview_of(
        read.filled, setting.questionnaires, ruleset=asked.ruleset, weight=period.weight, missing=period.missing
    )
    click.echo(
        f"{preview.questionnaires:,} questionnaires ({preview.incomplete:,} incomplete), "
        f"{read.bad_rows:,} rows refused, order {read.columns.order.value}"
    )
    if read.columns.ignored:
        click.echo(f"not read: {', '.join(read.columns.ignored)}", err=True)
    if preview.index:
        click.echo(f"index of this file alone {preview.index.value} ({preview.index.grade.value})")
