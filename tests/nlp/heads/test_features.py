from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from feedback_app.nlp.heads.features import FeatureReader, learn_space
from feedback_app.nlp.heads.folds import cluster_weights, grouped_folds, near_duplicate_groups
from feedback_app.nlp.learning.corpus import Example
from feedback_app.nlp.learning.training import lines_of


@pytest.fixture(scope="module")
def lines(corpus: list[Example]) -> list[str]:
    return lines_of([example.text for example in corpus[:300]])


@pytest.mark.parametrize(
    ("block", "options"),
    [
        pytest.param("word", {"token_pattern": r"\S+", "ngram_range": (1, 3), "min_df": 2}, id="words"),
        pytest.param("char", {"analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 3}, id="characters"),
    ],
)
def test_the_numbers_are_those_of_scikit_learn(lines: list[str], block: str, options: dict[str, object]) -> None:
    # Words of one letter apart: there scikit-learn counts the whole word once, and so do we.
    judge = TfidfVectorizer(lowercase=False, sublinear_tf=True, **options).fit(lines[:200])
    space = learn_space(lines[:200])
    assert list(space.terms[block]) == sorted(judge.vocabulary_)
    order = [judge.vocabulary_[term] for term in space.terms[block]]
    first = 0 if block == "word" else len(space.terms["word"])
    ours = FeatureReader(space).rows(lines)[:, first : first + len(order)]
    assert np.abs(ours - judge.transform(lines)[:, order]).max() < 1e-5


def test_a_line_without_known_words_is_a_row_of_zeros(lines: list[str]) -> None:
    rows = FeatureReader(learn_space(lines[:50])).rows(["", lines[0]])
    assert rows[0].nnz == 0
    assert rows[1].nnz > 0


def test_no_lines_give_no_rows(lines: list[str]) -> None:
    assert FeatureReader(learn_space(lines[:50])).rows([]).shape[0] == 0


def test_a_full_cache_is_emptied_and_changes_nothing(lines: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    space = learn_space(lines[:50])
    expected = FeatureReader(space).rows(lines[:50])
    monkeypatch.setattr("feedback_app.nlp.heads.features._MOST_CACHED_WORDS", 5)
    assert np.abs(FeatureReader(space).rows(lines[:50]) - expected).max() == 0


def test_words_of_another_language_are_not_familiar(lines: list[str]) -> None:
    reader = FeatureReader(learn_space(lines))
    assert reader.familiar_share("xstart saya tidak ~dilayani xend") > 0.6
    assert reader.familiar_share("xstart zxq wvy kkj xend") == 0.0
    assert reader.familiar_share("") == 0.0


def test_near_duplicates_share_a_group_and_a_fold() -> None:
    texts = ["jalan rusak di depan pasar lama", "jalan rusak di depan pasar lama!", "petugas ramah sekali"] * 10
    groups = near_duplicate_groups(texts)
    assert groups[0] == groups[1] != groups[2]
    labels = np.array([str(number % 2) for number in range(60)])
    pairs = np.repeat(np.arange(30), 2).astype(np.int32)
    for train, test in grouped_folds(labels, pairs):
        assert not set(pairs[train]) & set(pairs[test])


def test_groups_do_not_depend_on_how_many_rows_are_compared_at_once(
    lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [*lines[:60], *(line.replace("saya", "sy") for line in lines[:30])]
    whole = near_duplicate_groups(texts)
    monkeypatch.setattr("feedback_app.nlp.heads.folds._ROWS_AT_ONCE", 7)
    assert np.array_equal(near_duplicate_groups(texts), whole)


def test_a_campaign_of_copies_weighs_as_one_message() -> None:
    weights = cluster_weights(np.array([0, 1, 1, 1, 1, 2], dtype=np.int32))
    assert weights.tolist() == [1, 0.25, 0.25, 0.25, 0.25, 1]
