from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from feedback_app.nlp import Classifier, TrainedModel, train
from feedback_app.nlp.heads.features import FeatureReader
from feedback_app.nlp.heads.rows import TrainingRow
from feedback_app.nlp.labels import ALL_HEADS
from feedback_app.nlp.learning.corpus import CorpusError, Example
from feedback_app.nlp.learning.labelled_files import read_tsv
from feedback_app.nlp.learning.training import lines_of
from feedback_app.nlp.stored.artefact import unpack


def rows_of(examples: list[Example]) -> list[TrainingRow]:
    return [example.row() for example in examples]


@pytest.mark.slow
def test_training_twice_gives_the_same_bytes(
    small_model: TrainedModel, small_corpus: list[Example], tmp_path: Path
) -> None:
    small_model.save(tmp_path / "first")
    train(rows_of(small_corpus)).save(tmp_path / "second")
    for name in ("model.npz", "manifest.json"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_nothing_that_is_stored_depends_on_the_moment(small_model: TrainedModel) -> None:
    with ZipFile(BytesIO(small_model.packed().body)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_label_with_too_few_rows_is_refused(small_corpus: list[Example]) -> None:
    rows = rows_of(small_corpus)
    spam = [row for row in rows if row.labels["kind"] == "spam"]
    with pytest.raises(CorpusError, match="3 examples of kind = spam"):
        train([row for row in rows if row.labels["kind"] != "spam"] + spam[:3])


@pytest.mark.parametrize(
    ("labels", "complaint"),
    [
        pytest.param([{}] * 20, "nothing to learn", id="no labels"),
        pytest.param([{"kind": "complaint"}] * 20, "only one label", id="one label"),
        pytest.param([{"kind": "rumour"}] * 20, "knows no label rumour", id="unknown label"),
    ],
)
def test_rows_that_teach_nothing_are_refused(labels: list[dict[str, str]], complaint: str) -> None:
    with pytest.raises(CorpusError, match=complaint):
        train([TrainingRow(str(number), f"kata {number}", given) for number, given in enumerate(labels)])


def test_heads_give_probabilities_that_add_up_to_one(small_model: TrainedModel, small_corpus: list[Example]) -> None:
    lines = lines_of([example.text for example in small_corpus[:20]])
    features = FeatureReader(small_model.fitted.space).rows(lines)
    assert list(small_model.fitted.heads) == list(ALL_HEADS)
    for head in small_model.fitted.heads.values():
        assert np.allclose(head.probabilities(features).sum(axis=1), 1, atol=1e-5)
        assert sorted(head.classes) == list(head.classes)


def test_each_head_is_measured_beside_a_dummy(small_model: TrainedModel) -> None:
    for head in ALL_HEADS:
        assert set(small_model.metrics[head]["dummy"]) == {"macro_f1", "accuracy"}
        assert 0 <= small_model.thresholds[head].value <= 1


def test_a_row_without_a_label_teaches_the_other_heads_only(small_corpus: list[Example]) -> None:
    rows = rows_of(small_corpus)
    half = [
        TrainingRow(row.id, row.text, {**row.labels} if number % 2 else {"kind": row.labels["kind"]})
        for number, row in enumerate(rows + rows)
    ]
    wanted = {"kind", "sentiment"}
    taught = [
        TrainingRow(row.id, row.text, {head: label for head, label in row.labels.items() if head in wanted})
        for row in half
    ]
    model = train(taught)
    assert set(model.metrics) == wanted
    assert model.metrics["kind"]["n"] == len(taught)
    assert model.metrics["sentiment"]["n"] == sum("sentiment" in row.labels for row in taught) < len(taught)


def test_copies_of_a_message_teach_no_more_than_one(small_corpus: list[Example]) -> None:
    rows = [TrainingRow(row.id, row.text, {"kind": row.labels["kind"]}) for row in rows_of(small_corpus)]
    text = "mobil kelilingnya kapan datang lagi ke kampung kami"
    once = TrainingRow("once", text, {"kind": "praise"})
    campaign = [
        TrainingRow(f"copy-{number}", f"{text}{'!' * (number % 3)}", {"kind": "praise"}) for number in range(60)
    ]
    packed = [train([*rows, *more]).packed() for more in ([once], campaign)]
    one, many = (Classifier(unpack(found.manifest, found.body)) for found in packed)
    place = one.labels("kind").index("praise")
    asked = lines_of(["mobil kelilingnya kapan datang"])
    assert many.probabilities(asked)["kind"][0, place] < one.probabilities(asked)["kind"][0, place] + 0.1


def test_a_model_of_one_head_knows_nothing_of_the_others(tmp_path: Path) -> None:
    lines = [f"{word} pelayanan {place}\t{label}" for place in PLACES for word, label in WORDS]
    (tmp_path / "labels.tsv").write_text("\n".join(lines), encoding="utf-8")
    packed = train(read_tsv(tmp_path / "labels.tsv", "sentiment")).packed()
    model = Classifier(unpack(packed.manifest, packed.body))
    reading = model.classify(["pelayanan cepat"], explain=True)[0]
    assert model.heads == ("sentiment",)
    assert reading.sentiment.best == "positive"
    assert (reading.kind.value, reading.aspects, reading.sectors, reading.integrity) == (None, (), (), False)


WORDS = (("cepat ramah", "positive"), ("lambat kasar", "negative"), ("biasa saja", "neutral"))
PLACES = [
    "kelurahan", "puskesmas", "samsat", "pasar", "terminal", "pelabuhan", "perpustakaan", "sekolah", "kecamatan",
    "imigrasi", "pengadilan", "bandara",
]  # fmt: skip


def test_copies_of_one_message_are_no_corpus() -> None:
    labels = [{"kind": kind} for kind in ("complaint", "praise")] * 15
    with pytest.raises(CorpusError, match="different messages"):
        train([TrainingRow(str(number), "jalan rusak di depan pasar", given) for number, given in enumerate(labels)])


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        pytest.param(b"tanpa tab\n", "Line 1", id="no tab"),
        pytest.param(b"teks\tbagus\n", "knows no label 'bagus'", id="unknown label"),
        pytest.param(b"\n\n", "holds no line", id="empty"),
        pytest.param(b"\xff\xfe\tpositive\n", "not text in UTF-8", id="other encoding"),
    ],
)
def test_a_file_of_labels_that_is_none_is_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "labels.tsv"
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=complaint):
        read_tsv(path, "sentiment")
    with pytest.raises(CorpusError, match="no head mood"):
        read_tsv(path, "mood")
