"""How fast a model reads and how much room it takes, on one core."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from feedback_app.nlp.classifier import CHUNK, Classifier
from feedback_app.nlp.learning.training import lines_of
from feedback_app.nlp.stored.artefact import DEFAULT_ARTEFACT, MANIFEST_FILE, MODEL_FILE

SINGLES: Final = 400
_TRIES: Final = 3

_FRESH: Final = r"""
import json, re, sys, time
began = time.perf_counter()
from pathlib import Path
from feedback_app.nlp import Classifier
model = Classifier.load(Path(sys.argv[1]))
model.classify(["Kapan KTP saya selesai?"])
ready = time.perf_counter() - began
# Not ru_maxrss: that of a new process begins with what its parent had.
peak = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024
print(json.dumps({"seconds_to_first_answer": ready, "resident_mib": peak, "scikit_learn": "sklearn" in sys.modules}))
"""


def _best(seconds: Sequence[float]) -> float:
    """Return the quickest of some tries: whatever else the machine does only ever adds."""
    return min(seconds)


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measure(texts: Sequence[str], folder: Path | None = None) -> dict[str, Any]:
    """Measure one model on texts.

    Returns
    -------
    dict
        Messages a second with everything on, with explanations too, and for the heads alone in batches of 2,000;
        milliseconds for a single message (median, 95th percentile); seconds from an empty process to the first answer;
        resident memory of that process in MiB; size of the artefact in MiB.
    """
    place = folder or DEFAULT_ARTEFACT
    model = Classifier.load(place)
    model.classify(texts[:200])
    many = [texts[number % len(texts)] for number in range(CHUNK)]
    lines = lines_of(many)
    with threadpool_limits(limits=1):
        whole = _best([_timed(lambda: model.classify(many)) for _ in range(_TRIES)])
        explained = _best([_timed(lambda: model.classify(many, explain=True)) for _ in range(_TRIES)])
        heads = _best([_timed(lambda: model.probabilities(lines)) for _ in range(_TRIES)])
        singles = [_timed(lambda text=text: model.classify([text])) for text in many[:SINGLES]]
    # The interpreter that runs this, a fixed program, and a folder for its only argument.
    fresh = subprocess.run(  # noqa: S603
        [sys.executable, "-c", _FRESH, str(place)], check=True, capture_output=True, text=True
    )
    return {
        "messages_a_second": round(len(many) / whole),
        "explained_a_second": round(len(many) / explained),
        "heads_a_second": round(len(many) / heads),
        "single_ms_median": round(float(np.median(singles)) * 1e3, 2),
        "single_ms_p95": round(float(np.percentile(singles, 95)) * 1e3, 2),
        **{key: round(value, 2) for key, value in json.loads(fresh.stdout).items() if key != "scikit_learn"},
        "needs_scikit_learn": json.loads(fresh.stdout)["scikit_learn"],
        "artefact_mib": round(sum((place / name).stat().st_size for name in (MODEL_FILE, MANIFEST_FILE)) / 2**20, 2),
    }
