"""The product-limit estimate, against lifelines on every data set it carries, and by hand."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.handling.figures.survival import kaplan_meier

with warnings.catch_warnings():
    # lifelines and what it draws with speak of their own futures while they are imported.
    warnings.simplefilter("ignore")
    import lifelines
    from lifelines import datasets
    from lifelines.utils import median_survival_times, qth_survival_time

TO_THE_HAIR = 1e-9
# What each set calls its durations, and how it says that something has ended. Sets of intervals (start and stop, or
# lower and upper bounds) are taken up to the stop or the bound: the arithmetic is the same, whatever it means.
REAL: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "load_rossi": ("week", lambda rows: rows.arrest),
    "load_waltons": ("T", lambda rows: rows.E),
    "load_lung": ("time", lambda rows: rows.status),
    "load_leukemia": ("t", lambda rows: rows.status),
    "load_larynx": ("time", lambda rows: rows.death),
    "load_stanford_heart_transplants": ("stop", lambda rows: rows.event),
    "load_gbsg2": ("time", lambda rows: rows.cens),
    "load_kidney_transplant": ("time", lambda rows: rows.death),
    "load_dd": ("duration", lambda rows: rows.observed),
    "load_canadian_senators": ("diff_days", lambda rows: rows.observed),
    "load_dfcv": ("stop", lambda rows: rows.event),
    "load_g3": ("time", lambda rows: rows.event),
    "load_holly_molly_polly": ("T", lambda rows: rows.Status),
    "load_lcd": ("T", lambda rows: rows.E),
    "load_lupus": ("time_elapsed_between_estimated_onset_and_diagnosis_(months)", lambda rows: rows.dead),
    "load_lymph_node": ("survtime", lambda rows: rows.censdead),
    "load_lymphoma": ("Time", lambda rows: rows.Censor),
    "load_multicenter_aids_cohort_study": ("T", lambda rows: rows.D),
    "load_nh4": ("Week", lambda rows: ~rows.Censored),
    "load_panel_test": ("t", lambda rows: rows.E),
    "load_psychiatric_patients": ("T", lambda rows: rows.C),
    "load_recur": ("TIME1", lambda rows: rows.EVENT > 0),
    "load_regression_dataset": ("T", lambda rows: rows.E),
    "load_static_test": ("t", lambda rows: rows.E),
    "load_c_botulinum_lag_phase": ("lower_bound_days", lambda rows: np.isfinite(rows.upper_bound_days)),
    "load_diabetes": ("left", lambda rows: np.isfinite(rows.right)),
    "load_mice": ("l", lambda rows: np.isfinite(rows.u)),
}


def _durations(name: str) -> tuple[Any, Any]:
    rows = getattr(datasets, name)()
    column, ended = REAL[name]
    rows = rows.assign(__ended=ended(rows)).dropna(subset=[column, "__ended"])
    # One spell of 1899 lacks its last day.
    rows = rows[rows[column] >= 0]
    return rows[column].to_numpy(dtype=float), rows["__ended"].to_numpy(dtype=float) > 0


def test_every_data_set_of_lifelines_is_compared() -> None:
    carried = {name for name in dir(datasets) if name.startswith("load_")} - {"load_dataset"}
    assert carried == set(REAL)


@pytest.mark.parametrize("name", sorted(REAL))
def test_curve_interval_and_median_equal_those_of_lifelines(name: str) -> None:
    durations, ended = _durations(name)
    assert len(durations) >= 5
    ours = kaplan_meier(durations, ended)
    theirs = lifelines.KaplanMeierFitter().fit(durations, ended)
    at_ours = theirs.survival_function_at_times(ours.times).to_numpy()
    assert np.allclose(ours.still, at_ours, rtol=0, atol=TO_THE_HAIR)
    bounds = theirs.confidence_interval_.loc[ours.times].to_numpy()
    assert np.allclose(np.column_stack([ours.lower, ours.upper]), bounds, rtol=0, atol=TO_THE_HAIR)
    table = theirs.event_table.loc[ours.times]
    # A set in which something lasted 0 has its entrance and its first end in one row; both count at risk there.
    assert ours.ended.tolist() == table.observed.tolist()
    assert ours.at_risk.tolist() == table.at_risk.tolist()
    assert (ours.n, ours.n_ended) == (len(durations), int(ended.sum()))
    assert _or_never(ours.time_until(0.5)) == theirs.median_survival_time_
    assert [_or_never(bound) for bound in ours.interval_until(0.5)] == (
        median_survival_times(theirs.confidence_interval_).to_numpy()[0].tolist()
    )
    for share in (0.25, 0.75):
        # lifelines sums logarithms: three quarters of 80 patients come out a hair above 0.75, so it names the next one.
        assert _or_never(ours.time_until(share)) == qth_survival_time(1 - share + 1e-12, theirs.survival_function_)


def _or_never(time: float | None) -> float:
    return np.inf if time is None else time


def test_what_still_goes_on_is_at_risk_until_its_time_and_ends_nothing() -> None:
    # By hand: 5 at risk, 1 ends: 4/5; one is seen last; of 3 one ends: 4/5 × 2/3.
    curve = kaplan_meier([2, 3, 5, 8, 8], [True, False, True, False, False])
    assert np.allclose(curve.still, [4 / 5, 4 / 5, 8 / 15, 8 / 15])
    assert curve.time_until(0.2) == 2
    assert curve.time_until(0.5) is None
    assert curve.still_at(1.9) == 1.0
    assert curve.still_at(2) == pytest.approx(0.8)
    assert curve.still_at(100) == pytest.approx(8 / 15)


def test_leaving_open_cases_out_would_look_faster() -> None:
    durations, ended = [1.0, 2.0, 9.0, 9.0], [True, True, False, False]
    whole = kaplan_meier(durations, ended)
    only_ended = kaplan_meier(durations[:2], ended[:2])
    assert whole.time_until(0.5) == 2.0
    assert only_ended.time_until(0.5) == 1.0


def test_nothing_watched_gives_an_empty_curve() -> None:
    curve = kaplan_meier([], [])
    assert (curve.n, curve.n_ended, curve.time_until(0.5), curve.still_at(3)) == (0, 0, None, 1.0)


def test_a_duration_without_its_word_is_refused() -> None:
    with pytest.raises(ValueError, match="whether it has ended"):
        kaplan_meier([1.0, 2.0], [True])


SPELLS = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40)


@given(spells=SPELLS)
def test_curve_falls_from_one_and_lies_within_its_interval(spells: list[tuple[int, bool]]) -> None:
    curve = kaplan_meier([time for time, _ in spells], [ended for _, ended in spells])
    assert np.all(np.diff(curve.still) <= 0)
    assert np.all((curve.still >= 0) & (curve.still <= 1))
    assert np.all((curve.lower <= curve.still + 1e-12) & (curve.still <= curve.upper + 1e-12))


@given(spells=SPELLS, times=st.integers(2, 4))
def test_the_same_spells_several_times_give_the_same_curve(spells: list[tuple[int, bool]], times: int) -> None:
    once = kaplan_meier([time for time, _ in spells], [ended for _, ended in spells])
    often = kaplan_meier([time for time, _ in spells] * times, [ended for _, ended in spells] * times)
    assert np.allclose(once.still, often.still)
    assert once.time_until(0.5) == often.time_until(0.5)


@given(times=st.lists(st.integers(0, 30), min_size=1, max_size=40))
def test_without_open_ones_the_median_is_the_plain_lower_median(times: list[int]) -> None:
    assert kaplan_meier(times, [True] * len(times)).time_until(0.5) == sorted(times)[(len(times) - 1) // 2]
