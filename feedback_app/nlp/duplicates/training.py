"""Count in how many messages of the corpus each piece stands: the same corpus gives the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from feedback_app.nlp.duplicates.grams import (
    COUNTS_FILE,
    FOLDER,
    FORMAT,
    LEAST_DOCUMENTS,
    MANIFEST_FILE,
    SIZE,
    pieces_of,
    shipped_weights,
    words_in,
)
from feedback_app.nlp.learning.corpus import Example

DEFAULT_FOLDER: Final = Path(__file__).parents[1] / "artefacts" / FOLDER


def counted(texts: Sequence[str]) -> dict[str, int]:
    """Return the number of texts that hold each piece, of those in three at least, in order of the alphabet."""
    counts = Counter(piece for text in texts for piece in {p for w in words_in(text) for p in pieces_of(w)})
    return {piece: count for piece, count in sorted(counts.items()) if count >= LEAST_DOCUMENTS}


def without_personal_data(example: Example) -> str:
    """Return a message without what its labels mark as personal: what the finders find may change, this does not."""
    text = example.text
    for piece in sorted(example.pii, key=len, reverse=True):
        text = text.replace(piece, " ")
    return text


def train_default(examples: Sequence[Example], folder: Path = DEFAULT_FOLDER) -> int:
    """Write the counts and their manifest for a corpus; return the number of pieces."""
    texts = [without_personal_data(example) for example in examples]
    counts = counted(texts)
    body = "".join(f"{piece}\t{count}\n" for piece, count in counts.items()).encode()
    manifest = {
        "format": FORMAT,
        "size": SIZE,
        "documents": len(examples),
        "least_documents": LEAST_DOCUMENTS,
        "data_sha256": hashlib.sha256("\n".join(texts).encode()).hexdigest(),
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / COUNTS_FILE).write_bytes(body)
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    shipped_weights.cache_clear()
    return len(counts)
