from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from feedback_app.cli import main
from feedback_app.errors import ConfigurationError
from feedback_app.nlp import Classifier
from feedback_app.nlp.learning.card import BEGIN, END
from feedback_app.nlp.stored.artefact import DEFAULT_ARTEFACT

WORDS = (("cepat ramah", "positive"), ("lambat kasar", "negative"), ("biasa saja", "neutral"))
PLACES = [
    "kelurahan", "puskesmas", "samsat", "pasar", "terminal", "pelabuhan", "perpustakaan", "sekolah", "kecamatan",
    "imigrasi", "pengadilan", "bandara",
]  # fmt: skip


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["nlp", *arguments])


def refused(done: Result) -> str:
    """Return the one sentence that `feedback` would show."""
    assert isinstance(done.exception, ConfigurationError), done.output
    return str(done.exception)


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """A small file of texts and their sentiment."""
    path = tmp_path / "labels.tsv"
    path.write_text("\n".join(f"{word} di {place}\t{label}" for place in PLACES for word, label in WORDS))
    return path


def test_one_head_is_trained_on_texts_of_ones_own_and_measured(labelled: Path, tmp_path: Path) -> None:
    out = tmp_path / "model"
    done = run("train", "--tsv", str(labelled), "--out", str(out), "--valid", str(labelled))
    assert done.exit_code == 0, done.output
    assert "36 texts: macro-F1 1.000" in done.output
    assert Classifier.load(out).heads == ("sentiment",)


def test_the_shipped_model_is_not_replaced_by_one_head(labelled: Path) -> None:
    before = (DEFAULT_ARTEFACT / "manifest.json").read_bytes()
    done = run("train", "--tsv", str(labelled))
    assert (done.exit_code, "--out" in done.output) == (2, True)
    assert (DEFAULT_ARTEFACT / "manifest.json").read_bytes() == before


def test_a_broken_file_of_labels_is_a_clear_error_and_writes_nothing(labelled: Path, tmp_path: Path) -> None:
    labelled.write_text("tanpa tab\n")
    done = run("train", "--tsv", str(labelled), "--out", str(tmp_path / "model"))
    assert "Line 1" in refused(done)
    assert not (tmp_path / "model").exists()


def test_a_model_compared_with_itself_shows_no_change(tmp_path: Path) -> None:
    done = run("compare", str(DEFAULT_ARTEFACT), str(DEFAULT_ARTEFACT))
    assert done.exit_code == 0, done.output
    assert "only the first is right on 0, only the second on 0" in done.output
    assert "information_request" in done.output


def test_models_are_compared_on_labelled_messages_of_ones_own(labelled: Path, tmp_path: Path) -> None:
    out = tmp_path / "model"
    run("train", "--tsv", str(labelled), "--out", str(out))
    row: dict[str, object] = {
        "id": "x-1", "text": "Terima kasih, petugasnya ramah", "kind": "praise", "sentiment": "positive",
        "aspect": "conduct", "aspect2": None, "urgency": "normal", "language": "id", "sector": "health", "pii": [],
    }  # fmt: skip
    (tmp_path / "own.jsonl").write_text(json.dumps(row))
    done = run("compare", str(DEFAULT_ARTEFACT), str(out), "--file", str(tmp_path / "own.jsonl"))
    assert done.output.startswith("sentiment: macro-F1 1.000")
    assert "kind" not in done.output
    (tmp_path / "own.jsonl").write_text("{}")
    assert "own.jsonl:1" in refused(run("compare", str(out), str(out), "--file", str(tmp_path / "own.jsonl")))


def test_the_card_is_printed_or_written_between_its_marks(tmp_path: Path) -> None:
    printed = run("card")
    assert printed.exit_code == 0, printed.output
    card = tmp_path / "card.md"
    card.write_text(f"# Card\n{BEGIN}\n{END}\nend\n")
    assert run("card", "--write", str(card)).exit_code == 0
    assert printed.output.strip() in card.read_text()
    card.write_text("# Card\n")
    assert "no lines" in refused(run("card", "--write", str(card)))
    assert card.read_text() == "# Card\n"


def test_public_sets_are_asked_for_by_their_folder(tmp_path: Path) -> None:
    assert "--only-public needs --data" in run("evaluate", "--only-public").output
    assert "IndoNLU" in refused(run("evaluate", "--only-public", "--data", str(tmp_path)))
