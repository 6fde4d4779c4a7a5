"""`feedback evaluation simulate`: what the fair score makes of people whose true quality is known. No database."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from feedback_app.evaluation.simulation.gaming import Gain
    from feedback_app.evaluation.simulation.study import Figures, Size

METHOD: Final = "fair-score/2"
# What the method promises, for the mean over the seeds: least and most.
PROMISES: Final[dict[str, tuple[float, float]]] = {
    "caught_score": (0.42, 1.0),
    "flagged_small_n_score": (0.0, 0.20),
    "coverage_90": (0.88, 0.92),
    "wrong_below": (0.0, 0.01),
    "hard_service_wrong_below": (0.0, 0.01),
}


@click.command("simulate", short_help="Try the fair score on people whose true quality is known.")
@click.option("--seeds", type=click.IntRange(1, 1000), default=5, show_default=True, help="How many seeds, from 1 on.")
@click.option("--people", type=click.IntRange(20, 5000), default=100, show_default=True, help="People per office.")
@click.option("--units", type=click.IntRange(2, 500), default=10, show_default=True, help="Services in an office.")
@click.option("--icc", type=click.FloatRange(0.01, 0.30), default=0.05, show_default=True,
              help="Part of the variance of a rating that is the person's.")  # fmt: skip
@click.option("--rounds", type=click.IntRange(1, 10_000), default=100, show_default=True, help="Offices per seed.")
@click.option("--method", default=METHOD, show_default=True, help="Method of the score.")
@click.option("--gaming", is_flag=True, help="Also tell what each trick gains whoever plays the method.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def simulate_command(
    seeds: int, people: int, units: int, icc: float, rounds: int, method: str, gaming: bool, as_json: bool
) -> None:
    """Try the fair score on people whose true quality is known.

    Offices are drawn with seeds 1, 2, 3 …; the same seeds give the same figures. Shares run from 0 to 1. Exit
    code 1 if the mean over the seeds breaks a promise of the method; promises are tested at an ICC of 0.05.
    """
    from feedback_app.evaluation.score.methods import METHODS
    from feedback_app.evaluation.simulation.gaming import gains
    from feedback_app.evaluation.simulation.study import Size, mean_of

    if method not in METHODS:
        raise click.UsageError(f"no method {method!r}; there are {', '.join(METHODS)}")
    if units > people // 2:
        raise click.UsageError("give at most half as many --units as --people")
    size, numbers = Size(people=people, units=units, icc=icc, rounds=rounds), list(range(1, seeds + 1))
    found = _studies(numbers, size, method)
    mean = mean_of(found)
    tricks = gains(numbers[0], icc=icc) if gaming else ()
    if as_json:
        click.echo(json.dumps(_as_data(numbers, size, method, found, mean, tricks), indent=2))
    else:
        _print_table(numbers, found, mean, tricks)
    sys.exit(1 if broken(mean) else 0)


def broken(mean: Figures) -> list[str]:
    """Return the names of the figures that break a promise of the method."""
    return [name for name, (least, most) in PROMISES.items() if not least <= getattr(mean, name) <= most]


def _studies(numbers: list[int], size: Size, method: str) -> list[Figures]:
    from feedback_app.evaluation.score.methods import METHODS
    from feedback_app.evaluation.simulation.study import study

    total = len(numbers) * size.rounds
    with click.progressbar(length=total, label="Simulating", file=sys.stderr) as bar:
        return [study(seed, size, METHODS[method], tick=lambda: bar.update(1)) for seed in numbers]


def _as_data(
    numbers: list[int], size: Size, method: str, found: list[Figures], mean: Figures, tricks: tuple[Gain, ...]
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "method": method,
        **asdict(size),
        "seeds": [{"seed": seed, **asdict(figures)} for seed, figures in zip(numbers, found, strict=True)],
        "mean": asdict(mean),
        "broken": broken(mean),
    }
    return {**data, "gaming": [asdict(trick) for trick in tricks]} if tricks else data


def _print_table(numbers: list[int], found: list[Figures], mean: Figures, tricks: tuple[Gain, ...]) -> None:
    wrong = broken(mean)
    click.echo(f"{'':26}{'mean':>8}  {'promised':14}" + "".join(f"{f'seed {number}':>9}" for number in numbers))
    for name, value in asdict(mean).items():
        least, most = PROMISES.get(name, (None, None))
        promised = "" if least is None else f"{least:.2f} to {most:.2f}{' broken' if name in wrong else ''}"
        each = "".join(f"{getattr(one, name):9.3f}" for one in found)
        click.echo(f"{name:26}{value:8.3f}  {promised:14}{each}")
    if tricks:
        click.echo("\nWhat a trick gains, in standard deviations between people (expected score with it, less without)")
        click.echo(f"{'':26}{'average':>8}{'poor':>8}  can still be banded")
    for trick in tricks:
        click.echo(f"{trick.trick:26}{trick.average:8.3f}{trick.poor:8.3f}  {'yes' if trick.may_band else 'no'}")
