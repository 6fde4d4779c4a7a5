"""The way words are divided, as one number: a model learnt on other words than it is given would read nonsense."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Final

from feedback_app.nlp.heads.features import char_grams, word_grams
from feedback_app.nlp.text import normalise, tokens

_SAMPLES: Final = (
    "Mohon info, KTP-el saya [NIK] belum jadi2 sejak 12 Maret 2026!!",
    "gk ada petugas di loket 3 jam 08.30, antri smpe 2,5 jam... kecewa bgt \U0001f621",
    "Tidak dipungut biaya, TAPI diminta Rp 50.000,- utk 'uang rokok'",
    "jalan di RT 03/RW 05 rusaaaak parah, lihat https://contoh.go.id/foto?id=1",
    "\uff2d\uff4f\uff48\uff4f\uff4e \u200bbantu\u2026 e-ktp & kartu keluarga (KK) sdh 3x ditolak",
    "Beta pung KTP sonde jadi-jadi, Bapa dong bilang tunggu sa",
    "The queue wasn't long, but nobody helped us. Thank you?",
    "PELAYANAN   CEPAT\nRAMAH; terima kasih pak [NAMA] hub [TELEPON]",
    "50rb/100 ribu/1,5jt/2 juta/Rp.750.000",
    "",
)
"""Texts that touch every step of normalising, dividing and marking."""


# What these modules are made of: words, patterns and limits. Their steps show in what becomes of the samples.
_MODULES: Final = (normalise, tokens)


@cache
def spelling_hash() -> str:
    """Return the sha256 of what words are divided by, in hexadecimal; it changes with any step, pattern or list."""
    seen = [
        *(part for sample in _SAMPLES for part in (sample, tokens.analyse(sample))),
        *(part for module in _MODULES for part in _constants(module)),
        *word_grams("abc"),
        *char_grams("kata"),
    ]
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()


def _constants(module: ModuleType) -> Iterator[str]:
    """Yield every constant of a module with its name, written the same in every process."""
    for name, value in sorted(vars(module).items()):
        if isinstance(value, re.Pattern):
            yield f"{name} {value.pattern} {value.flags}"
        elif isinstance(value, frozenset):
            yield f"{name} {sorted(value)}"
        elif isinstance(value, str | int | tuple | dict) and not name.startswith("__"):
            yield f"{name} {value}"
