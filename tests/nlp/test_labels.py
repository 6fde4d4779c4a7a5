from __future__ import annotations

import subprocess
import sys

from feedback_app.nlp.labels import ASPECT_CODES, ASPECT_ELEMENTS, Aspect

ELEMENTS = {"persyaratan", "prosedur", "waktu", "biaya", "produk", "kompetensi", "perilaku", "sarana", "pengaduan"}


def test_codes_run_from_a01_to_a18_and_other_has_none() -> None:
    assert list(ASPECT_CODES.values()) == [f"A{number:02d}" for number in range(1, 19)]
    assert ASPECT_CODES[Aspect.ILLEGAL_LEVY] == "A07"
    assert ASPECT_CODES[Aspect.DATA_PRIVACY] == "A18"
    assert Aspect.OTHER not in ASPECT_CODES


def test_every_aspect_maps_to_known_survey_elements_and_all_nine_are_reached() -> None:
    assert set(ASPECT_ELEMENTS) == set(Aspect)
    assert {element for elements in ASPECT_ELEMENTS.values() for element in elements} == ELEMENTS


def test_importing_labels_loads_neither_scikit_learn_nor_numpy() -> None:
    script = (
        "import sys; import feedback_app.nlp.labels, feedback_app.nlp.reading; "
        "print(sorted({'sklearn', 'numpy', 'scipy', 'skops'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
