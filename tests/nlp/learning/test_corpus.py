from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from feedback_app.nlp.learning.corpus import CorpusError, Example, data_hash, load_folder

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
    first = data_hash(load_folder(write(tmp_path, ROW, {**ROW, "id": "x-2"})))
    assert data_hash(load_folder(write(tmp_path, {**ROW, "id": "x-2"}, ROW))) == first
    assert data_hash(load_folder(write(tmp_path, ROW, {**ROW, "id": "x-2", "urgency": "high"}))) != first
