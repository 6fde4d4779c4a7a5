from __future__ import annotations

import numpy as np
import pytest

from feedback_app.nlp.heads.features import FeatureReader, block, new_feature_union
from feedback_app.nlp.heads.folds import grouped_folds, near_duplicate_groups
from feedback_app.nlp.learning.corpus import Example
from feedback_app.nlp.learning.training import lines_of


@pytest.fixture(scope="module")
def lines(corpus: list[Example]) -> list[str]:
    return lines_of(corpus[:300])


def test_the_reader_computes_the_numbers_of_scikit_learn(lines: list[str]) -> None:
    union = new_feature_union().fit(lines[:200])
    reader = FeatureReader(union)
    for name, rows in zip(("word", "char"), reader.blocks(lines), strict=True):
        assert np.abs(rows - block(union, name).transform(lines)).max() < 1e-6


def test_a_line_without_known_words_is_a_row_of_zeros(lines: list[str]) -> None:
    words, chars = FeatureReader(new_feature_union().fit(lines[:50])).blocks(["", lines[0]])
    assert words[0].nnz == chars[0].nnz == 0
    assert words[1].nnz > 0


def test_no_lines_give_no_rows(lines: list[str]) -> None:
    assert [rows.shape[0] for rows in FeatureReader(new_feature_union().fit(lines[:50])).blocks([])] == [0, 0]


def test_a_full_cache_is_emptied_and_changes_nothing(lines: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedback_app.nlp.heads.features._MOST_CACHED_WORDS", 5)
    union = new_feature_union().fit(lines[:50])
    chars = FeatureReader(union).blocks(lines[:50])[1]
    assert np.abs(chars - block(union, "char").transform(lines[:50])).max() < 1e-6


def test_words_of_another_language_are_not_familiar(lines: list[str]) -> None:
    reader = FeatureReader(new_feature_union().fit(lines))
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
