from __future__ import annotations

from pathlib import Path

import pytest

from feedback_app.nlp import Classifier
from feedback_app.nlp.learning.public_sets import NoPublicSetsError, evaluate_folder, read_persons


def test_a_folder_without_the_public_sets_is_refused_with_their_names(tmp_path: Path) -> None:
    with pytest.raises(NoPublicSetsError, match=r"smsa_valid\.tsv"):
        list(evaluate_folder(tmp_path))


def test_each_set_found_is_measured_on_a_line_of_its_own(classifier: Classifier, tmp_path: Path) -> None:
    (tmp_path / "smsa_valid.tsv").write_text("pelayanan sangat ramah\tpositive\nantre lama sekali\tnegative\n")
    (tmp_path / "nusax" / "javanese").mkdir(parents=True)
    (tmp_path / "nusax" / "javanese" / "valid.csv").write_text("id,text,label\n1,petugase apik tenan,positive\n")
    (tmp_path / "nergrit_valid.txt").write_text("Pak\tO\nSlamet\tB-PERSON\nRiyadi\tI-PERSON\n.\tO\n")
    version, smsa, nusax, names = evaluate_folder(tmp_path, classifier)
    assert classifier.model_version in version
    assert smsa.startswith("SmSA valid: sentiment of 2 texts: macro-F1")
    assert nusax.startswith("NusaX javanese valid: sentiment of 1 texts")
    assert "recall 1.000, precision 1.000" in names


def test_persons_are_placed_in_the_text_put_together(tmp_path: Path) -> None:
    path = tmp_path / "nergrit_valid.txt"
    path.write_text("Kata\tO\nSlamet\tB-PERSON\nRiyadi\tI-PERSON\n.\tO\n\nIa\tO\npergi\tO\n")
    (text, places), (second, none) = read_persons(path)
    assert [text[start:end] for start, end in places] == ["Slamet Riyadi"]
    assert text == "Kata Slamet Riyadi."
    assert (second, none) == ("Ia pergi", [])
