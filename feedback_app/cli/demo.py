"""`feedback demo`: four invented cities to try everything with."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import click

from feedback_app.cli.context import database
from feedback_app.config import Settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

CITIES: Final = ("kupang", "mataram", "tanjungbalai", "tangsel")
SEED: Final = 20260817
DEFAULT_PORT: Final = 8000


@click.group("demo", short_help="Invented cities to try everything with.")
def demo_group() -> None:
    """Load invented cities to try everything with, and show their accounts."""


@demo_group.command("load")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=SEED,
    show_default=True,
    help="Another number gives other people.",
)
@click.option("--only", type=click.Choice(CITIES), help="Load this city alone.")
def load_command(seed: int, only: str | None) -> None:
    """Load four cities with a year of feedback up to yesterday.

    Only into a database without agencies of your own; where the demo is already (sudah ada), nothing is changed. A
    city is stored whole or not at all: after an interruption run the command again, and the missing cities come.
    """
    from flask import current_app

    from feedback_app.demo.tour import first_steps

    with database() as session:
        settings: Settings = current_app.extensions["suara_settings"]
        _load(session, settings, seed=seed, only=only)
    click.echo(first_steps(f"http://{settings.host}:{settings.port or DEFAULT_PORT}", settings.home))


@demo_group.command("accounts", short_help="Show the accounts of the demo.")
@click.option("--only", type=click.Choice(CITIES), help="Show the accounts of this city alone.")
def accounts_command(only: str | None) -> None:
    """Show the accounts of the demo, what each is for, and their password."""
    from feedback_app.demo.tour import accounts_table

    click.echo(accounts_table(only))


def _load(session: Session, settings: Settings, *, seed: int, only: str | None) -> None:
    from flask import current_app

    from feedback_app.demo.everything import load_everything

    key, began = current_app.config["TRACKING_KEY"], time.monotonic()
    loaded = load_everything(session, settings, key=key, progress=_tell, seed=seed, only=only)
    if loaded:
        ratings, texts = sum(city.ratings for city in loaded), sum(city.texts for city in loaded)
        seconds = time.monotonic() - began
        _tell(f"Dimuat: {len(loaded)} kota, {ratings} penilaian, {texts} masukan tertulis ({seconds:.0f} s)")


def _tell(line: str) -> None:
    click.echo(line, err=True)
