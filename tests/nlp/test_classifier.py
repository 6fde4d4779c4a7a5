from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_app.nlp import Classifier, Label, Reading
from feedback_app.nlp.labels import HEADS
from feedback_app.nlp.learning.corpus import Example


def rounded(reading: Reading) -> tuple[object, ...]:
    labels = [getattr(reading, head) for head in HEADS]
    return (
        reading.redacted, reading.pii_kinds, reading.urgency_source,
        *[(label.value, round(label.confidence, 4)) for label in labels],
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "?!", "😀"])
def test_a_text_without_words_gets_no_label(classifier: Classifier, text: str) -> None:
    nothing = Label(None, 0.0)
    assert classifier.classify([text]) == [Reading(text, (), nothing, nothing, nothing, nothing, "model")]


def test_no_texts_give_no_readings(classifier: Classifier) -> None:
    assert classifier.classify([]) == []


def test_a_batch_reads_as_its_texts_one_by_one(classifier: Classifier, corpus: list[Example]) -> None:
    texts = [example.text for example in corpus[::25]] + ["", "zxq"]
    together = classifier.classify(texts)
    alone = [classifier.classify([text])[0] for text in texts]
    assert [rounded(reading) for reading in together] == [rounded(reading) for reading in alone]


def test_more_texts_than_a_chunk_keep_their_order(classifier: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedback_app.nlp.classifier.CHUNK", 3)
    texts = [f"antrean nomor {number} lama" for number in range(10)]
    assert [reading.redacted for reading in classifier.classify(texts)] == texts


def test_threads_read_alike(classifier: Classifier, corpus: list[Example]) -> None:
    texts = [example.text for example in corpus[:60]]
    expected = [rounded(reading) for reading in classifier.classify(texts)]
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: classifier.classify(texts), range(8)):
            assert [rounded(reading) for reading in found] == expected


def test_the_model_sees_and_shows_only_redacted_text(classifier: Classifier) -> None:
    first, second = classifier.classify(
        ["nama saya Siti Aminah NIK 3515140508680001", "nama saya Budi Santoso NIK 3271014507920004"]
    )
    assert first.redacted == second.redacted == "nama saya [NAMA] NIK [NIK]"
    assert first.pii_kinds == ("name", "nik")
    assert rounded(first) == rounded(second)


def test_a_vague_text_gets_none_and_keeps_its_confidence(classifier: Classifier) -> None:
    reading = classifier.classify(["hmm gitu deh"])[0]
    assert reading.kind.value is None
    assert 0 < reading.kind.confidence < 1


def test_a_text_in_an_unknown_language_gets_none(classifier: Classifier) -> None:
    text = "Tania nakana yaseng makanja iyaé bolaé naekiya dé'na macenning anréna"
    assert [getattr(classifier.classify([text])[0], head).value for head in HEADS] == [None] * 4


@pytest.mark.parametrize(
    ("text", "head", "value"),
    [
        ("Terima kasih bu, pelayanannya ramah dan cepat sekali", "kind", "praise"),
        ("Terima kasih bu, pelayanannya ramah dan cepat sekali", "sentiment", "positive"),
        ("Apa saja syarat membuat kartu keluarga baru?", "kind", "information_request"),
        ("Apa saja syarat membuat kartu keluarga baru?", "urgency", "normal"),
        ("Petugas minta uang 50 ribu supaya KTP cepat jadi, tanpa kwitansi", "aspect", "illegal_levy"),
        ("Petugas minta uang 50 ribu supaya KTP cepat jadi, tanpa kwitansi", "urgency", "high"),
    ],
)
def test_plain_messages_are_read_rightly(classifier: Classifier, text: str, head: str, value: str) -> None:
    assert getattr(classifier.classify([text])[0], head).value == value


def test_the_source_of_urgency_is_named(classifier: Classifier) -> None:
    levy, praise = classifier.classify(
        ["Petugas minta uang 50 ribu supaya cepat", "Gratis, tidak ada pungli sama sekali, terima kasih"]
    )
    assert levy.urgency_source == "rule:illegal_levy"
    assert praise.urgency_source == "model"
    assert praise.urgency.value in {"normal", None}


def test_an_explanation_names_the_deciding_word_first(classifier: Classifier) -> None:
    words = classifier.explain("antre dari subuh sampai siang belum dipanggil juga", "aspect")
    assert words[0][0] == "antre"
    assert [weight for _, weight in words] == sorted((weight for _, weight in words), reverse=True)
    assert classifier.explain("", "aspect") == []


@given(st.text(max_size=400))
@settings(max_examples=40, deadline=None)
def test_any_text_can_be_read(classifier: Classifier, text: str) -> None:
    reading = classifier.classify([text])[0]
    assert all(0 <= getattr(reading, head).confidence <= 1 for head in HEADS)


@pytest.mark.parametrize(
    "piece", ["a", "A ", "Aa ", "0 ", "1.", "@", "a.", "a(at)", "Jl. A ", "rek 1 ", "B 1 ", "apa ", "minta ", "(0", "["]
)
def test_a_hostile_text_of_full_length_is_read_quickly(classifier: Classifier, piece: str) -> None:
    text = (piece * 4000)[:4000]
    started = time.process_time()
    classifier.classify([text])
    assert time.process_time() - started < 1.0
