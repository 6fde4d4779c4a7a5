"""Pieces of words are the same everywhere and always, and the rarest of them stand for a text."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.nlp.duplicates import grams
from feedback_app.nlp.duplicates.grams import (
    COUNTS_FILE,
    MANIFEST_FILE,
    MOST_KEPT,
    GramsError,
    grams_of,
    pieces_of,
    rare_grams,
    read_weights,
    words_in,
)
from feedback_app.nlp.duplicates.training import DEFAULT_FOLDER, counted, train_default, without_personal_data
from feedback_app.nlp.learning.corpus import load_corpus

LAMP = "Lampu jalan di depan Pasar Inpres Waingapu padam sejak seminggu, gelap sekali kalau malam."


def test_a_text_keeps_its_numbers_in_another_process() -> None:
    command = f"from feedback_app.nlp.duplicates.grams import rare_grams; print(list(rare_grams({LAMP!r})))"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == list(rare_grams(LAMP))


@given(st.text(max_size=400))
def test_any_text_has_at_most_24_numbers_of_four_bytes_each_once(text: str) -> None:
    found = rare_grams(text)
    assert len(found) == len(set(found)) <= MOST_KEPT
    assert all(-(2**31) <= number < 2**31 for number in found)
    assert list(found) == sorted(found)


def test_a_text_told_again_shares_some_of_its_rarest_pieces() -> None:
    again = "Penerangan jalan dpn pasar inpres waingapu padam udah seminggu"
    assert len(set(rare_grams(LAMP)) & set(rare_grams(again))) >= 6


def test_tags_numbers_and_courtesies_say_nothing() -> None:
    assert words_in("Selamat pagi, [NIK] saya 1234. Mohon ditindaklanjuti, terima kasih") == ["saya"]
    assert rare_grams("Assalamualaikum [NAMA] 0812 🙏") == ()
    assert grams_of("").norm == 0.0


def test_a_long_rare_word_does_not_take_all_the_places() -> None:
    assert len(rare_grams("pneumonoultramicroscopicsilicovolcanoconiosis")) == 3


def test_a_short_word_is_one_piece() -> None:
    assert pieces_of("di") == (" di ",)
    assert pieces_of("x") == (" x ",)


def test_the_same_corpus_gives_the_same_bytes(tmp_path: Path) -> None:
    examples = load_corpus()[:200]
    for name in ("one", "two"):
        train_default(examples, tmp_path / name)
    for name in (COUNTS_FILE, MANIFEST_FILE):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_shipped_counts_are_those_of_the_corpus() -> None:
    texts = [without_personal_data(example) for example in load_corpus()]
    manifest = json.loads((DEFAULT_FOLDER / MANIFEST_FILE).read_text(encoding="utf-8"))
    again = "count them again with `feedback nlp train-duplicates`"
    assert manifest["data_sha256"] == hashlib.sha256("\n".join(texts).encode()).hexdigest(), again
    body = "".join(f"{piece}\t{count}\n" for piece, count in counted(texts).items()).encode()
    assert hashlib.sha256(body).hexdigest() == manifest["sha256"], again


def test_what_the_corpus_marks_as_personal_is_not_counted() -> None:
    marked = next(example for example in load_corpus() if example.pii)
    assert marked.pii[0] in marked.text
    assert marked.pii[0] not in without_personal_data(marked)


@pytest.mark.parametrize("name", [COUNTS_FILE, MANIFEST_FILE])
def test_a_changed_file_is_refused(tmp_path: Path, name: str) -> None:
    shutil.copytree(DEFAULT_FOLDER, tmp_path / "changed")
    path = tmp_path / "changed" / name
    path.write_bytes(path.read_bytes().replace(b"1", b"2"))
    with pytest.raises(GramsError):
        read_weights(tmp_path / "changed")
    assert read_weights(DEFAULT_FOLDER) == grams.shipped_weights()
