"""The classifier of a web process: exchanged while it reads, and never waited for."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from feedback_app.blueprints import text_reader
from feedback_app.blueprints.text_reader import TextReader
from feedback_app.nlp.reading import Label, Reading


class Says:
    """A reader that gives every text one kind."""

    model_version = "uji"

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def classify(self, texts: Sequence[str], *, explain: bool = False) -> list[Reading]:  # noqa: ARG002 - as asked
        kind, other = Label(self.kind, 0.9, self.kind), Label(None, 0.1)
        return [Reading(text, (), kind, other, other, other, "model") for text in texts]


def _join_looks() -> None:
    for thread in threading.enumerate():
        if thread.name == "text-reader-look":
            thread.join(10)


def _kind(reader: TextReader) -> str | None:
    reading = reader.read("Antre lama.", patience=10)
    assert reading is not None
    return reading.kind.value


def test_a_model_that_begins_to_serve_reads_after_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    served = [Says("complaint")]
    reader = TextReader(lambda: served[0])
    assert _kind(reader) == "complaint"
    served[0] = Says("praise")
    assert _kind(reader) == "complaint", "it looks once a minute at most"
    _join_looks()
    assert _kind(reader) == "complaint"
    monkeypatch.setattr(text_reader, "LOOK_SECONDS", 0.0)
    _kind(reader)
    _join_looks()
    assert _kind(reader) == "praise"
    _join_looks()


def test_a_look_that_fails_leaves_the_reader_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_reader, "LOOK_SECONDS", 0.0)
    loads = iter([Says("complaint")])
    reader = TextReader(lambda: next(loads))
    for _ in range(3):
        assert _kind(reader) == "complaint"
        _join_looks()
