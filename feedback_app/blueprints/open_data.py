"""Released figures for programs and spreadsheets, with what they mean."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any, Final

from flask import Response, jsonify

from feedback_app.blueprints.places import Place
from feedback_app.blueprints.released import HandlingFigure, RatingFigure, Shares, UnitFigures, VoicesFigure
from feedback_app.handling.publication.published import PublishedComplaint
from feedback_app.measures.release_rules import DISTRIBUTION_EVERY, FIRST_RELEASE, NEXT_RELEASE
from feedback_app.safe_table import SafeTable

METHOD: Final = {
    "scale": "1 (tidak baik) - 4 (sangat baik)",
    "not_ikm": "Penilaian portal, bukan IKM; IKM hanya berasal dari Survei Kepuasan Masyarakat (PermenPANRB 14/2017).",
    "cells": "unit, calendar year of service, subject",
    "first_release_n": FIRST_RELEASE,
    "next_release_new_answers": NEXT_RELEASE,
    "distribution_new_answers": DISTRIBUTION_EVERY,
    "mean": "rounded to 0.5 below 75 answers, 0.2 below 150, else 0.1",
    "interval": "90 %, Wilson's score interval on the mean put on 0 to 1, widened by the rounding",
    "shares": "percent, rounded to 5",
    "n_of_texts_and_cases": "rounded down to 10",
    "median_days": "calendar days to the first reply, open cases counted (product limit, Kaplan and Meier 1958)",
    "left_out": "confidential reports, allegations, reports of an unknown unit, ratings set aside as automatic",
}
# A spreadsheet runs a cell that begins so.


def as_json(place: Place, figures: UnitFigures, complaints: Sequence[PublishedComplaint], total: int) -> Response:
    """Return everything released of a unit, and a page of its published complaints."""
    return jsonify(
        agency={"code": place.agency.code, "name": place.agency.name},
        unit={"code": place.unit.code, "name": place.unit.name},
        method=METHOD,
        visits=[_rating(figure) for figure in figures.visits],
        open=[_rating(figure) for figure in figures.open],
        voices=[_voices(figure) for figure in figures.voices],
        handling=[_handling(figure) for figure in figures.handling],
        complaints={"total": total, "shown": [_complaint(one) for one in complaints]},
    )


def as_csv(place: Place, figures: UnitFigures) -> Response:
    """Return the released figures as one row a figure."""
    written = io.StringIO()
    table = SafeTable(written)
    table.row(["agency", "unit", "subject", "year", "counted_on", "n", "figure", "value"])
    for row in _rows(figures):
        table.row((place.agency.code, place.unit.code, *row))
    answer = Response(written.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{place.unit.code}.csv"'
    return answer


def _rows(figures: UnitFigures) -> Iterator[tuple[object, ...]]:
    for subject, rated in (("visits", figures.visits), ("open", figures.open)):
        for one in rated:
            start = (subject, one.year, one.counted_on, one.n)
            yield from (
                (*start, name, value) for name, value in (("mean", one.mean), ("low", one.low), ("high", one.high))
            )
            yield from _share_rows(subject, one.year, one.distribution)
    for voice in figures.voices:
        for name, told in (("praised", voice.praised), ("criticised", voice.criticised)):
            for aspect, share in told:
                yield ("voices", voice.year, voice.counted_on, voice.n, f"{name} {aspect.value} %", share)
    for handled in figures.handling:
        yield ("handling", handled.year, handled.counted_on, handled.n, "median_days", handled.median_days)
        yield from _share_rows("handling", handled.year, handled.outcomes)


def _share_rows(subject: str, year: int, part: Shares | None) -> Iterator[tuple[object, ...]]:
    if part:
        yield from ((subject, year, part.counted_on, part.n, f"share {name} %", share) for name, share in part.shares)


def _rating(figure: RatingFigure) -> dict[str, Any]:
    return {
        "year": figure.year, "n": figure.n, "counted_on": figure.counted_on.isoformat(), "mean": float(figure.mean),
        "low": float(figure.low), "high": float(figure.high), "set_aside_at_least": figure.set_aside,
        "distribution": _shares(figure.distribution),
    }  # fmt: skip


def _shares(part: Shares | None) -> dict[str, Any] | None:
    if part is None:
        return None
    shares = {str(name): share for name, share in part.shares}
    return {"n": part.n, "counted_on": part.counted_on.isoformat(), "percent": shares}


def _voices(figure: VoicesFigure) -> dict[str, Any]:
    return {
        "year": figure.year, "n_at_least": figure.n, "counted_on": figure.counted_on.isoformat(),
        "praised": {aspect.value: share for aspect, share in figure.praised},
        "criticised": {aspect.value: share for aspect, share in figure.criticised},
    }  # fmt: skip


def _handling(figure: HandlingFigure) -> dict[str, Any]:
    return {
        "year": figure.year, "n_at_least": figure.n, "counted_on": figure.counted_on.isoformat(),
        "median_days": figure.median_days, "last_words": _shares(figure.outcomes),
    }  # fmt: skip


def _complaint(one: PublishedComplaint) -> dict[str, Any]:
    return {
        "text": one.text, "reply": one.reply, "published_on": one.published_on.isoformat(), "status": one.status.value,
        "last_word": one.outcome.value if one.outcome else None,
    }  # fmt: skip
