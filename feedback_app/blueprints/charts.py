"""Where the lines of a chart run; the templates draw them, and a table beneath says the same in numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from feedback_app.handling.figures.survival import Estimate

# The drawing's own units; the page scales it to the width it has.
WIDTH: Final = 640
HEIGHT: Final = 280
LEFT, RIGHT, TOP, BOTTOM = 64, 14, 14, 60
_STEPS: Final = (1, 2, 5)
_TICKS_MAX: Final = 8


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where it stands, and its value."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class StepChart:
    """The share that is over (0 to 1) by days: the curve, the band of its interval, the axes."""

    curve: str
    band: str
    days: list[Tick]
    shares: list[Tick]
    promise: Tick | None
    median: Tick | None


@dataclass(frozen=True, slots=True)
class Dot:
    """One value of a line: where it stands, which value of the row it is, and the value."""

    x: float
    y: float
    place: int
    value: float


@dataclass(frozen=True, slots=True)
class LineChart:
    """Values by place in a row (weeks); a line breaks where there is no value."""

    lines: list[list[str]]
    dots: list[list[Dot]]
    levels: list[Tick]
    places: list[float]


def step_chart(curve: Estimate, promise_days: int | None = None) -> StepChart | None:
    """Return the rising curve of what is over after so many days, None where nothing was watched."""
    if not len(curve.times):
        return None
    last = nice_end(max(float(curve.times[-1]), float(promise_days or 0), 1.0))

    def x(days: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * min(days, last) / last, 1)

    median = curve.time_until(0.5)
    xs = [x(float(time)) for time in curve.times]
    over, low, high = (
        _thinned(xs, [1 - float(left) for left in side]) for side in (curve.still, curve.upper, curve.lower)
    )
    return StepChart(
        curve=_steps(over),
        band=_band(low, high),
        days=[Tick(x(value), value) for value in ticks(last)],
        shares=[Tick(_y(share), share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)],
        promise=None if promise_days is None else Tick(x(promise_days), promise_days),
        median=None if median is None else Tick(x(median), median),
    )


def line_chart(rows: Sequence[Sequence[float | None]], lowest: float, highest: float) -> LineChart:
    """Return lines over the same places, between a lowest and a highest value.

    Parameters
    ----------
    rows
        Each line's values; all of one length, of at least 1.
    """
    count = len(rows[0])
    places = [round(LEFT + (WIDTH - LEFT - RIGHT) * (place + 0.5) / count, 1) for place in range(count)]

    def dot(place: int, value: float) -> Dot:
        return Dot(places[place], _y((value - lowest) / (highest - lowest)), place, value)

    dots = [[dot(place, value) for place, value in enumerate(row) if value is not None] for row in rows]
    return LineChart(
        lines=[list(_unbroken(row)) for row in dots],
        dots=dots,
        levels=[Tick(dot(0, value).y, value) for value in ticks(highest) if value >= lowest],
        places=places,
    )


def nice_end(value: float) -> float:
    """Return where an axis may end: a multiple of 1, 2 or 5 times a power of ten that is not below a value.

    >>> [nice_end(value) for value in (0.3, 7, 17, 61)]
    [0.3, 7.0, 20.0, 70.0]
    """
    step = _step(value)
    return round(step * -(-value // step), 6)


def ticks(end: float) -> list[float]:
    """Return round values from 0 to the end of an axis."""
    step = _step(end)
    return [round(step * number, 6) for number in range(int(end / step + 1e-9) + 1)]


def _step(end: float) -> float:
    power = 0.1
    while True:
        for factor in _STEPS:
            if end <= factor * power * _TICKS_MAX:
                return factor * power
        power *= 10


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share, 1)


def _thinned(xs: Sequence[float], shares: Sequence[float]) -> list[tuple[float, float]]:
    """Return the last value at each place: thousands of steps would draw over each other."""
    return list({x: _y(share) for x, share in zip(xs, shares, strict=True)}.items())


def _steps(points: Sequence[tuple[float, float]]) -> str:
    return f"M{LEFT} {_y(0.0)}" + "".join(f"H{x}V{y}" for x, y in points)


def _band(low: Sequence[tuple[float, float]], high: Sequence[tuple[float, float]]) -> str:
    back: list[str] = []
    for (x, _), (_, before) in zip(reversed(low), [*reversed(low[:-1]), (LEFT, _y(0.0))], strict=True):
        back.append(f"H{x}V{before}")
    last_x = low[-1][0]
    return (
        f"M{LEFT} {_y(0.0)}" + "".join(f"H{x}V{y}" for x, y in high) + f"H{last_x}V{low[-1][1]}" + "".join(back) + "Z"
    )


def _unbroken(dots: Sequence[Dot]) -> Iterator[str]:
    """Yield the points of each stretch without a gap, as `polyline` reads them."""
    stretch: list[Dot] = []
    for one in dots:
        if stretch and one.place != stretch[-1].place + 1:
            yield " ".join(f"{dot.x},{dot.y}" for dot in stretch)
            stretch = []
        stretch.append(one)
    if len(stretch) > 1:
        yield " ".join(f"{dot.x},{dot.y}" for dot in stretch)
