"""The words people look for a unit with, where offices call the same thing by another name."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

WORD: Final = re.compile(r"[a-z0-9]+")
# They join words, or stand in every name.
JOINING_WORDS: Final = frozenset({"dan", "di", "ke", "dari", "untuk", "yang", "kota", "kabupaten"})
# They say what somebody wants or what went wrong, which tells no unit from another.
WISHING_WORDS: Final = frozenset({
    "bagaimana", "baru", "belum", "berlubang", "bikin", "bocor", "buat", "buka", "cara", "cetak", "daftar",
    "diangkut", "ganti", "gratis", "hilang", "ingin", "jelek", "kotor", "lambat", "lama", "lapor", "layanan",
    "mahal", "mati", "mau", "membuat", "memperpanjang", "mengurus", "menumpuk", "minta", "padam", "pelayanan",
    "pengurusan", "perpanjang", "perpanjangan", "rusak", "saya", "surat", "tempat", "tidak", "tutup", "urus",
})  # fmt: skip

Phrase = tuple[str, ...]


@cache
def everyday_words() -> dict[str, tuple[Phrase, ...]]:
    """Return for each everyday word what offices say instead, from `everyday_words.txt`."""
    text = files("feedback_app.blueprints").joinpath("everyday_words.txt").read_text(encoding="utf-8")
    lines = [line.partition("=") for line in text.splitlines() if "=" in line and not line.startswith("#")]
    return {word.strip(): tuple(tuple(WORD.findall(said)) for said in meant.split("|")) for word, _, meant in lines}


def telling(words: list[str]) -> list[str]:
    """Return the words that tell units apart; where none does, the best there are."""
    meant = [word for word in words if word not in JOINING_WORDS]
    return [word for word in meant if word not in WISHING_WORDS] or meant or words
