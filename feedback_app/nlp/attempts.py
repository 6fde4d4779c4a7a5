"""Reading many texts where one may break the reader: it is found by halving, and the others are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from feedback_app.nlp.reading import Reading


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of a text: its reading, and what went wrong.

    With both it was read without the words that decided: explaining it failed, and its labels matter more.
    """

    reading: Reading | None
    error: Exception | None = None


def attempt_each(
    texts: Sequence[str],
    classify: Callable[..., Sequence[Reading]],
    *,
    explain: bool,
    fatal: tuple[type[Exception], ...] = (),
) -> list[Attempt]:
    """Return what came of every text, in order.

    Parameters
    ----------
    texts : sequence of str
    classify : callable
        As `Classifier.classify`.
    explain : bool
        Whether to ask for the words that decided.
    fatal : tuple of exception types
        Errors that are no text's fault; they are raised.
    """
    if not texts:
        return []
    try:
        readings = classify(texts, explain=explain)
    except fatal:
        raise
    except Exception as error:  # whatever a text does to the reader must not stop the others
        if len(texts) > 1:
            middle = len(texts) // 2
            halves = (texts[:middle], texts[middle:])
            return [found for half in halves for found in attempt_each(half, classify, explain=explain, fatal=fatal)]
        if not explain:
            return [Attempt(None, error)]
        (without_reasons,) = attempt_each(texts, classify, explain=False, fatal=fatal)
        return [without_reasons if without_reasons.error else replace(without_reasons, error=error)]
    return [Attempt(reading) for _, reading in zip(texts, readings, strict=True)]
