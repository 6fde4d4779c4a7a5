"""`feedback skm sample`: how many respondents a population asks for, without server, database or settings."""

from __future__ import annotations

import json

import click

from feedback_app.survey.sample import progress


@click.command("sample", short_help="Say how many respondents are needed.")
@click.argument("population", type=click.IntRange(min=1))
@click.option("--answered", type=click.IntRange(min=0), help="How many there are already.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def sample_command(population: int, answered: int | None, as_json: bool) -> None:
    """Say how many respondents POPULATION, the people served in the period, asks for.

    By the next higher row of the table of Krejcie and Morgan, and by the formula behind it.
    """
    found = progress(answered or 0, population)
    if as_json:
        told = {"population": population, "by_table": found.minimum_by_table, "by_formula": found.minimum_by_formula}
        if answered is not None:
            told |= {"answered": answered, "missing": found.missing}
        click.echo(json.dumps(told))
        return
    click.echo(f"Populasi               {population}")
    click.echo(f"Minimal menurut tabel  {found.minimum_by_table}")
    click.echo(f"Minimal menurut rumus  {found.minimum_by_formula}")
    if answered is not None:
        percent = str(found.percent).replace(".", ",")
        click.echo(f"Terkumpul              {answered} ({percent} % dari tabel), kurang {found.missing}")
