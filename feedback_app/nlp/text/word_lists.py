"""Lists of words, kept as text so that anybody can read and extend them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def word_list(name: str) -> frozenset[str]:
    """Return the words of `lists/<name>.txt`, which are divided by white space."""
    return frozenset(files("feedback_app.nlp").joinpath("lists", f"{name}.txt").read_text(encoding="utf-8").split())
