from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_app.nlp import Classifier, Label, Reading, train
from feedback_app.nlp.labels import HEADS
from feedback_app.nlp.learning.corpus import Example
from feedback_app.nlp.stored.artefact import unpack
from feedback_app.nlp.text.tokens import analyse


def rounded(reading: Reading) -> tuple[object, ...]:
    labels = [getattr(reading, head) for head in HEADS]
    return (
        reading.redacted, reading.pii_kinds, reading.urgency_source,
        *[(label.value, round(label.confidence, 4)) for label in labels],
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "?!", "😀"])
def test_a_text_without_words_gets_no_label(classifier: Classifier, text: str) -> None:
    reading = classifier.classify([text], explain=True)[0]
    assert (reading.redacted, reading.pii_kinds, reading.why, reading.integrity) == (text, (), {}, False)
    for head in HEADS:
        label = getattr(reading, head)
        assert label.value is None
        assert label.best in classifier.labels(head)


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
    reading = classifier.classify(["ya begitulah pokoknya"])[0]
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


def why(classifier: Classifier, text: str, head: str) -> list[str]:
    return [word for word, _ in classifier.classify([text], explain=True)[0].why.get(head, ())]


def test_an_explanation_names_the_deciding_word_first(classifier: Classifier) -> None:
    assert why(classifier, "antre dari subuh sampai siang belum dipanggil juga", "aspect")[0] == "antre"
    assert "ramah" in why(classifier, "petugas ramah dan cepat", "sentiment")[:2]


def test_an_explanation_holds_words_of_the_redacted_text_only(classifier: Classifier, corpus: list[Example]) -> None:
    for reading in classifier.classify([example.text for example in corpus if example.pii][:150], explain=True):
        said = set(analyse(reading.redacted).replace("~", "").split()) | {"Rp", "…"}
        words = [part for words in reading.why.values() for word, _ in words for part in word.split()]
        assert set(words) <= said
        assert not [word for word in words if any(character.isdigit() for character in word)]


def test_a_rule_that_decided_explains_itself(classifier: Classifier) -> None:
    reading = classifier.classify(["Petugas minta uang 50 ribu supaya cepat"], explain=True)[0]
    assert reading.urgency_source == "rule:illegal_levy"
    assert dict(reading.why["urgency"]) == {"minta": 1.0, "Rp": 1.0, "uang": 1.0}


@pytest.mark.parametrize("text", ["makasih banyak~", "jam 08~14", "~", "~ ~ tidak ~ ~ada", "tidak [NAMA] ramah ~"])
def test_a_sign_that_looks_like_the_mark_of_negation_is_a_sign(classifier: Classifier, text: str) -> None:
    reading = classifier.classify([text], explain=True)[0]
    assert not {"", "~", "xname"} & {word for words in reading.why.values() for word, _ in words}


def test_the_weights_of_all_words_and_the_bias_add_up_to_the_lead(classifier: Classifier) -> None:
    line = analyse("antre dari subuh sampai siang belum dipanggil juga, petugas malah ngobrol")
    shares = classifier.probabilities([line])["aspect"][0]
    bare = classifier.probabilities([""])["aspect"][0]
    order = shares.argsort()[::-1]
    lead = np.log(shares[order[0]] / shares[order[1]]) - np.log(bare[order[0]] / bare[order[1]])
    assert classifier.leads(line, "aspect").sum() == pytest.approx(float(lead), abs=0.01)


def test_three_aspects_and_sectors_are_ranked(classifier: Classifier) -> None:
    reading = classifier.classify(["air PDAM mati tiga hari di perumahan kami"])[0]
    assert [share for _, share in reading.aspects] == sorted((share for _, share in reading.aspects), reverse=True)
    assert len(reading.aspects) == len(reading.sectors) == 3
    assert reading.sectors[0][0] == "water"
    assert reading.aspects[0][0] == reading.aspect.best


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Dengan hormat, mohon penjelasan mengenai persyaratan pembuatan paspor anak.", "id"),
        ("min kok ktp gw ga jadi2 sih udah lama bgt", "id-informal"),
        ("Beta pung KTP sonde jadi-jadi, su dua bulan", "regional-mix"),
        ("The staff was very helpful and the queue moved fast", "en"),
    ],
)
def test_the_language_is_told(classifier: Classifier, text: str, language: str) -> None:
    assert classifier.classify([text])[0].language.best == language


def test_a_head_that_the_model_lacks_is_unknown_and_the_written_rules_speak_all_the_same(
    small_corpus: list[Example],
) -> None:
    rows = [replace(row, labels={"sentiment": row.labels["sentiment"]}) for row in (one.row() for one in small_corpus)]
    packed = train(rows).packed()
    model = Classifier(unpack(packed.manifest, packed.body))
    calm, levy = model.classify(["antre lama sekali", "Petugas minta uang 50 ribu supaya cepat"], explain=True)
    for head in ("kind", "aspect", "urgency", "language"):
        assert getattr(calm, head) == Label(None, 0.0, "")
    assert (calm.urgency_source, calm.integrity, calm.aspects, set(calm.why)) == ("model", False, (), {"sentiment"})
    assert (levy.urgency, levy.urgency_source) == (Label("high", 0.0, "high"), "rule:illegal_levy")
    assert levy.integrity
    assert "minta" in dict(levy.why["urgency"])


def test_an_insult_is_noticed_and_the_grievance_with_it(classifier: Classifier) -> None:
    rude, polite = classifier.classify(
        ["dasar anjing goblok semua petugas loket, antre dari pagi ga dipanggil", "antre dari pagi tidak dipanggil"]
    )
    assert (rude.abusive, polite.abusive) == (True, False)
    assert rude.kind.best == polite.kind.best == "complaint"


@given(st.text(max_size=400) | st.lists(st.sampled_from([*"~?![],", "tidak", "ga", "ramah", "[NAMA]"])).map(" ".join))
@settings(max_examples=40, deadline=None)
def test_any_text_can_be_read(classifier: Classifier, text: str) -> None:
    reading = classifier.classify([text], explain=True)[0]
    assert all(word for words in reading.why.values() for word, _ in words)
    assert all(0 <= getattr(reading, head).confidence <= 1 for head in HEADS)


@pytest.mark.parametrize(
    "piece", ["a", "A ", "Aa ", "0 ", "1.", "@", "a.", "a(at)", "Jl. A ", "rek 1 ", "B 1 ", "apa ", "minta ", "(0", "["]
)
def test_a_hostile_text_of_full_length_is_read_quickly(classifier: Classifier, piece: str) -> None:
    text = (piece * 4000)[:4000]
    started = time.process_time()
    classifier.classify([text])
    assert time.process_time() - started < 1.0
