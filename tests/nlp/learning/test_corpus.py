from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from feedback_app.nlp.heads.folds import NEAR_DUPLICATE
from feedback_app.nlp.heads.rows import rows_hash
from feedback_app.nlp.learning.corpus import CorpusError, Example, load_file, load_folder, load_held_out
from feedback_app.nlp.learning.training import lines_of

ROW: dict[str, Any] = {
    "id": "x-1", "text": "Nama saya Siti Aminah", "kind": "complaint", "sentiment": "negative", "aspect": "delay",
    "aspect2": None, "urgency": "normal", "language": "id", "sector": "health", "pii": ["Siti Aminah"],
}  # fmt: skip


def write(folder: Path, *rows: dict[str, Any]) -> Path:
    (folder / "a.jsonl").write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    return folder


def test_every_line_of_the_corpus_is_valid_and_has_its_own_id(corpus: list[Example]) -> None:
    assert len(corpus) >= 3150
    assert len({example.id for example in corpus}) == len(corpus)
    assert [example.id for example in corpus] == sorted(example.id for example in corpus)


def test_the_same_text_never_has_two_different_labels(corpus: list[Example]) -> None:
    seen: dict[str, Example] = {}
    for example in corpus:
        twin = seen.setdefault(example.text, example)
        assert (twin.kind, twin.sentiment, twin.aspect, twin.urgency, twin.language) == (
            example.kind, example.sentiment, example.aspect, example.urgency, example.language,
        )  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"kind": "keluhan"}, id="unknown kind"),
        pytest.param({"sentiment": ""}, id="empty sentiment"),
        pytest.param({"aspect2": "delay"}, id="second aspect equals the first"),
        pytest.param({"text": "   ", "pii": []}, id="empty text"),
        pytest.param({"pii": ["Budi"]}, id="personal data not in the text"),
        pytest.param({"extra": 1}, id="unknown field"),
        pytest.param({"language": "jv"}, id="unknown language"),
    ],
)
def test_a_wrong_line_is_refused_with_its_place(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(CorpusError, match=r"a\.jsonl:2"):
        load_folder(write(tmp_path, ROW, {**ROW, "id": "x-2", **change}))


def test_an_id_used_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="x-1 is taken"):
        load_folder(write(tmp_path, ROW, ROW))


def test_a_folder_without_examples_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no \.jsonl"):
        load_folder(tmp_path)


def test_the_hash_changes_with_any_label_and_not_with_the_order_of_files(tmp_path: Path) -> None:
    def hash_of(*rows: dict[str, Any]) -> str:
        return rows_hash([example.row() for example in load_folder(write(tmp_path, *rows))])

    first = hash_of(ROW, {**ROW, "id": "x-2"})
    assert hash_of({**ROW, "id": "x-2"}, ROW) == first
    assert hash_of(ROW, {**ROW, "id": "x-2", "urgency": "high"}) != first
    assert hash_of(ROW, {**ROW, "id": "x-2", "abusive": True}) != first


@pytest.mark.slow
def test_what_was_held_out_is_not_taught(corpus: list[Example]) -> None:
    held_out = load_held_out()
    assert len(held_out) >= 600
    assert not {example.id for example in corpus} & {example.id for example in held_out}
    # By raw text and by what the model sees of it: no near-copy on either side.
    for view in (lambda texts: texts, lines_of):
        rows = TfidfVectorizer(analyzer="char_wb", ngram_range=(4, 4), dtype=np.float32)
        taught = rows.fit_transform(view([example.text for example in corpus]))
        alike = rows.transform(view([example.text for example in held_out])) @ taught.T
        assert alike.max() < NEAR_DUPLICATE


def test_a_file_that_is_no_text_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(CorpusError, match=r"a\.jsonl is not text"):
        load_file(tmp_path / "a.jsonl")
    (tmp_path / "b.jsonl").write_text("")
    with pytest.raises(CorpusError, match="no example"):
        load_file(tmp_path / "b.jsonl")
