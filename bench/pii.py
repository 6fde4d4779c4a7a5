"""Redaction: what is found of the probes, ordinary words lost in the corpus, time a message.

Run by itself: `python -m bench.pii`, with other probes as arguments.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import feedback_app.nlp
from feedback_app.nlp.learning.corpus import load_corpus
from feedback_app.nlp.personal.pii import PiiKind
from feedback_app.nlp.personal.probe import STRUCTURED, measure, read_probe
from feedback_app.nlp.personal.redact import find_personal_data

PROBES = Path(feedback_app.nlp.__file__).parent / "corpus" / "probes"


def probe_line(path: Path) -> str:
    """Return the figures of one probe in a line."""
    tally = measure(read_probe(path))
    return (
        f"{path.name}: structured {tally.recall(*STRUCTURED):.3f}, names {tally.recall(PiiKind.NAME):.3f} "
        f"(touched {tally.touched_recall(PiiKind.NAME):.3f}, precision {tally.precision(PiiKind.NAME):.3f}), "
        f"negatives kept {tally.kept}/{tally.negatives}"
    )


def corpus_lines() -> list[str]:
    """Return how many names are seen where nothing is marked, and the time a message takes."""
    examples = load_corpus()
    plain = [example.text for example in examples if not example.pii]
    alarms = sum(span.kind is PiiKind.NAME for text in plain for span in find_personal_data(text))
    began = time.process_time()
    for example in examples:
        find_personal_data(example.text)
    spent = time.process_time() - began
    return [
        f"{len(plain)} messages without marks: {1000 * alarms / len(plain):.1f} names seen in a thousand",
        f"{len(examples)} messages: {1000 * spent / len(examples):.3f} ms a message",
    ]


def main() -> None:
    """Print the figures."""
    probes = [Path(name) for name in sys.argv[1:]] or sorted(PROBES.glob("*.txt"))
    print("\n".join([*(probe_line(path) for path in probes), *corpus_lines()]))


if __name__ == "__main__":
    main()
