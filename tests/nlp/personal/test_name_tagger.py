from __future__ import annotations

import json
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from feedback_app.nlp.personal import name_lessons, name_training
from feedback_app.nlp.personal.name_features import Sentence
from feedback_app.nlp.personal.name_lessons import invented_name, lesson_of, lessons, retold
from feedback_app.nlp.personal.name_tagger import DEFAULT_FOLDER, NameTaggerError, load, shipped
from feedback_app.nlp.personal.name_training import train, train_and_save
from feedback_app.nlp.personal.redact import redact


@dataclass(frozen=True)
class Message:
    text: str
    pii: tuple[str, ...] = ()


MESSAGES = [
    Message("Saya Siti Aminah, nik 3515140508680001", ("Siti Aminah", "3515140508680001")),
    Message("jalan rusak"),
]


def test_a_lesson_knows_names_without_titles_and_no_numbers() -> None:
    lesson = lesson_of(Message("ahli waris H. Saparudin, hp 081234567890", ("H. Saparudin", "081234567890")))
    assert [lesson.text[start:end] for start, end in lesson.names] == ["Saparudin"]


def test_a_retold_lesson_marks_the_invented_name() -> None:
    dice = random.Random(3)
    for _ in range(50):
        lesson = retold(lesson_of(MESSAGES[0]), dice)
        start, end = lesson.names[0]
        assert lesson.text[:start].lower() == "saya "
        assert lesson.text[end:].lower().startswith(", nik")


def test_invented_names_have_about_as_many_words_as_asked_for() -> None:
    dice = random.Random(1)
    assert all(1 <= len(invented_name(dice, words).split()) <= words + 1 for words in (1, 2, 3) for _ in range(100))


def test_the_same_messages_make_the_same_lessons() -> None:
    assert lessons(MESSAGES) == lessons(MESSAGES)


def test_training_twice_gives_the_same_bytes_and_a_tagger_that_finds_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(name_training, "LEARNERS", 2)
    monkeypatch.setattr(name_training, "ROUNDS", 2)
    monkeypatch.setattr(name_lessons, "FRAME_VARIANTS", 3)
    first = train_and_save(MESSAGES, tmp_path / "a")
    assert train_and_save(MESSAGES, tmp_path / "b") == first
    assert (tmp_path / "a" / "manifest.json").read_bytes() == (tmp_path / "b" / "manifest.json").read_bytes()
    tagger, sentence = load(tmp_path / "a"), Sentence.of("Petugas bernama Wirasti Kolondam kasar")
    found = list(tagger.find(sentence, tagger.sums(sentence)))
    assert [sentence.text[span.start : span.end] for span in found] == ["Wirasti Kolondam"]
    assert train(MESSAGES).weights == tagger.weights


@pytest.mark.parametrize("name", ["weights.json", "manifest.json"])
def test_a_tagger_that_was_changed_is_refused(tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(DEFAULT_FOLDER, tmp_path / "names"))
    content = (folder / name).read_text(encoding="utf-8")
    (folder / name).write_text(content.replace("1", "2", 1), encoding="utf-8")
    with pytest.raises(NameTaggerError):
        load(folder)


def test_a_folder_without_a_tagger_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NameTaggerError):
        load(tmp_path)


def test_the_shipped_tagger_says_what_it_was_trained_on() -> None:
    manifest = json.loads((DEFAULT_FOLDER / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["weights"]["count"] == len(shipped().weights)
    assert manifest["data"]["names"] > 0


@pytest.mark.parametrize(
    "text",
    [
        "Nakana yaseng makanja iyaé bolaé naekiya dé'na macenning anréna",
        "unang lomos laho manjou hami muse molo adong sisukkunon",
        "hana jipeugah nyoe minuman peue, keu yum makanan lagee biasa",
    ],
)
def test_words_of_a_language_the_tagger_has_not_learned_are_no_names(text: str) -> None:
    assert redact(text).text == text


def test_two_names_that_lists_hold_are_one_also_in_small_letters() -> None:
    assert redact("tolong tegur agus prayitno yg bakar sampah").text == "tolong tegur [NAMA] yg bakar sampah"


def test_a_family_name_ends_a_name_that_nothing_introduces() -> None:
    assert redact("KIS punya Nur Aini Hasibuan belum ada").text == "KIS punya [NAMA] belum ada"


def test_somebody_of_a_village_office_is_no_village() -> None:
    assert redact("Perangkat desa bernama Yoseph Taneo minta uang").text == "Perangkat desa bernama [NAMA] minta uang"
    assert "[NAMA]" not in redact("Air belum sampai ke desa bernama Oelnasi").text
