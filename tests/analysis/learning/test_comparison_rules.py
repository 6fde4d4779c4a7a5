"""A challenger may replace the champion only where no figure falls."""

from __future__ import annotations

import pytest

from feedback_app.analysis.learning.comparison_rules import (
    MACRO_F1,
    RARE,
    RECALL,
    Fall,
    HeadFigures,
    falls,
    from_manifest,
    head_figures,
)


def _figures(macro_f1: float, **recall: tuple[int, int]) -> dict[str, HeadFigures]:
    return {"kind": HeadFigures(sum(rows for _, rows in recall.values()), macro_f1, recall)}


def test_equal_figures_are_no_fall() -> None:
    same = _figures(0.8, complaint=(40, 50), praise=(18, 20))
    assert falls("corpus", same, same) == []


def test_a_lower_macro_f1_is_a_fall() -> None:
    before, after = _figures(0.8, complaint=(40, 50)), _figures(0.79, complaint=(41, 50))
    assert falls("corpus", before, after) == [Fall("corpus", "kind", MACRO_F1, None, 0.8, 0.79)]


def test_one_label_that_is_found_less_often_is_a_fall_though_everything_else_rose() -> None:
    before, after = (
        _figures(0.8, complaint=(40, 50), praise=(18, 20)),
        _figures(0.9, complaint=(50, 50), praise=(17, 20)),
    )
    assert falls("held_out", before, after) == [Fall("held_out", "kind", RECALL, "praise", 0.9, 0.85)]


def test_rare_labels_are_put_together() -> None:
    before = _figures(0.8, complaint=(40, 50), praise=(10, 19), spam=(2, 4))
    assert falls("corpus", before, _figures(0.8, complaint=(40, 50), praise=(9, 19), spam=(3, 4))) == []
    fell = falls("corpus", before, _figures(0.8, complaint=(40, 50), praise=(9, 19), spam=(2, 4)))
    assert [fall.label for fall in fell] == [RARE]


def test_a_label_that_the_new_model_lost_counts_as_never_found() -> None:
    before, after = _figures(0.8, complaint=(40, 50), praise=(18, 20)), _figures(0.8, complaint=(50, 50))
    assert [(fall.label, fall.after) for fall in falls("corpus", before, after)] == [("praise", 0.0)]


def test_a_head_without_rows_says_nothing() -> None:
    assert falls("held_out", {"kind": HeadFigures(0, 0.0)}, {"kind": HeadFigures(0, 0.0)}) == []


@pytest.mark.parametrize(
    ("truth", "predicted", "macro_f1"),
    [
        pytest.param(["a", "b"], ["a", "b"], 1.0, id="all right"),
        pytest.param(["a", "b"], ["b", "a"], 0.0, id="all wrong"),
        pytest.param(["a", "a"], ["a", "c"], 1 / 3, id="a label said wrongly counts as one that was never right"),
        pytest.param([None, None], ["a", "b"], 0.0, id="no row has a label"),
    ],
)
def test_macro_f1_is_the_plain_mean_over_labels(truth: list[str | None], predicted: list[str], macro_f1: float) -> None:
    assert head_figures(truth, predicted).macro_f1 == pytest.approx(macro_f1)


def test_figures_on_the_corpus_are_read_from_what_training_wrote() -> None:
    metrics = {
        "kind": {"macro_f1": 0.5, "recall": {"spam": [1, 2]}, "corpus": {"macro_f1": 0.7, "recall": {"spam": [2, 2]}}},
        "sentiment": {"n": 9, "macro_f1": 0.6, "recall": {"neutral": [3, 4]}},
        "aspect": {"macro_f1": 0.6},
    }  # fmt: skip
    found = from_manifest(metrics, ("kind", "sentiment", "aspect", "urgency"))
    assert set(found) == {"kind", "sentiment"}
    assert found["kind"].recall == {"spam": (2, 2)}
    assert found["sentiment"].recall == {"neutral": (3, 4)}


@pytest.mark.parametrize(
    ("after", "fell"),
    [
        # Of 100 rows with a recall of .80 one standard error is .04.
        pytest.param(_figures(0.795, praise=(76, 100)), [], id="within chance"),
        pytest.param(_figures(0.8, praise=(75, 100)), ["praise"], id="a label beyond it"),
        pytest.param(_figures(0.794, praise=(80, 100)), [None], id="macro-F1 beyond it"),
    ],
)
def test_on_the_corpus_a_figure_may_fall_by_what_chance_explains(
    after: dict[str, HeadFigures], fell: list[str | None]
) -> None:
    before = _figures(0.8, praise=(80, 100))
    assert [fall.label for fall in falls("corpus", before, after, by_chance=True)] == fell
