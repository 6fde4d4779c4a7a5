"""A score in sentences, and its drawing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from feedback_app.blueprints import score_words
from feedback_app.blueprints.score_figure import figure, scale_of
from feedback_app.evaluation.evidence.explain import BandRule
from feedback_app.evaluation.evidence.told import tells_apart
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import Band


def score(**values: object) -> Score:
    known = {
        "n": 60, "n_effective": 60.0, "own_share": 1.0, "mean_residual": 3.0, "score": 2.0, "standard_error": 1.0,
        "low": 0.35, "high": 3.65, "reliability": 0.8, "band": Band.AS_EXPECTED,
    }  # fmt: skip
    return Score(**{**known, **values})


@pytest.fixture
def in_indonesian(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("points", "words"), [(2.314, "+2,31"), (-0.4, "−0,40"), (0.0, "0,00"), (-0.004, "0,00"), (1234.5, "+1.234,50")]
)
@pytest.mark.usefixtures("in_indonesian")
def test_points_are_written_with_their_sign(points: float, words: str) -> None:
    assert score_words.signed(points) == words


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        pytest.param(BandRule.NO_RATINGS, "60,0 penilaian efektif; sebelum ada 30", id="none"),
        pytest.param(BandRule.FEW_RATINGS, "60,0 penilaian efektif; sebelum ada 30", id="few"),
        pytest.param(BandRule.LOW_RELIABILITY, "Keandalannya 0,80; sebelum mencapai 0,70", id="unsure"),
        pytest.param(BandRule.NO_DIFFERENCE, "Keandalannya 0,80; sebelum mencapai 0,70", id="nobody differs"),
        pytest.param(BandRule.ALL_ABOVE, "di atas +1,50 poin", id="above"),
        pytest.param(BandRule.ALL_BELOW, "di bawah −1,50 poin", id="below"),
        pytest.param(BandRule.WITHIN, "tidak seluruhnya melampaui batas ±1,50", id="as expected"),
        pytest.param(BandRule.CROSSES_BOTH, "melampaui kedua batas ±1,50", id="says nothing"),
    ],
)
@pytest.mark.usefixtures("in_indonesian")
def test_the_reason_of_a_band_is_said_in_words(rule: BandRule, words: str) -> None:
    assert words in score_words.band_reason(score(), rule, 1.5)


@pytest.mark.usefixtures("in_indonesian")
def test_where_people_do_not_differ_beyond_chance_no_figure_is_read_out() -> None:
    flat = Cycle(tau2=0.0, sigma2=90.0, delta=0.0)
    nobody = score(score=0.0, low=0.0, high=0.0, reliability=0.0, band=Band.INSUFFICIENT)
    assert "tidak ada nilai perseorangan" in score_words.score_sentence(nobody, flat)
    assert "poin" not in score_words.reliability_words(nobody, flat)


@pytest.mark.usefixtures("in_indonesian")
def test_how_many_ratings_would_be_enough_follows_the_variances_of_the_cycle() -> None:
    few = score(band=Band.INSUFFICIENT, reliability=0.4)
    assert "kira-kira 45 penilaian" in str(score_words.needed_words(few, Cycle(tau2=5.0, sigma2=95.0)))
    assert "kira-kira 30 penilaian" in str(score_words.needed_words(few, Cycle(tau2=10.0, sigma2=90.0)))
    assert score_words.needed_words(few, Cycle(tau2=0.0, sigma2=90.0)) is None
    assert score_words.needed_words(score(), Cycle(tau2=10.0, sigma2=90.0)) is None


def test_drawings_of_one_page_share_their_scale_and_keep_inside() -> None:
    scores = [score(low=-8.0, score=-4.0, high=0.0), score(low=-1.0, score=2.0, high=5.0)]
    scale = scale_of(scores, 1.0)
    left, right = (figure(found, scale) for found in scores)
    assert 0 < left.low < left.score < left.high == 100.0 < right.score < right.high < 200
    assert (left.delta_from, left.delta_to) == (right.delta_from, right.delta_to)
    assert left.delta_from + left.delta_to == pytest.approx(200.0)


def test_a_cycle_in_which_nobody_differs_can_still_be_drawn() -> None:
    flat = score(low=0.0, score=0.0, high=0.0)
    found = figure(flat, scale_of([flat], 0.0))
    assert found.low == found.high == found.delta_from == found.delta_to == 100.0


@pytest.mark.usefixtures("in_indonesian")
def test_a_figure_of_few_ratings_is_withheld_and_the_reason_said() -> None:
    few, beside = score(n=9, band=Band.INSUFFICIENT), score(n=40, is_withheld=True, band=Band.INSUFFICIENT)
    cycle = Cycle(tau2=9.0, sigma2=90.0, delta=1.5)
    assert "Baru 9 penilaian" in score_words.score_sentence(few, cycle)
    assert "siklus lain" in score_words.score_sentence(beside, cycle)
    for held in (few, beside):
        assert not tells_apart(held, cycle)
        assert "tidak ada yang disimpulkan" in score_words.band_reason(held, BandRule.WITHHELD, 1.5)


@pytest.mark.parametrize(
    ("parameters", "alike"),
    [({}, False), ({"kappa2": 0.0, "omega2": 0.0}, True), ({"kappa2": 0.0, "omega2": 4.0}, False)],
    ids=["not computed", "no service differs", "quarters differ"],
)
def test_services_with_one_baseline_are_told_apart_from_others(parameters: dict[str, float], alike: bool) -> None:
    assert score_words.services_alike(Cycle(parameters=parameters)) is alike
