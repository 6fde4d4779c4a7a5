"""Passwords that are everyday words and little else: "MyPassword2024!", "sayangkamu123", "qwertyuiopasdfg". Pure.

zxcvbn counts ten thousand guesses more for every piece it finds, so that two common words with a year and a sign look
as good as chance. Whoever guesses in earnest tries just such shapes first: words of the top lists side by side, their
letters written as digits, a few digits or a date behind them, and what hands type from left to right.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from zxcvbn.frequency_lists import FREQUENCY_LISTS

# So many of each of zxcvbn's lists, most frequent first. Two of 6,000 words are 3.6 * 10^7 guesses, fewer than the
# 10^8 that is asked for; with longer lists two words somebody chose with care would be refused.
_TOP: Final = {"passwords": 4000, "english_wikipedia": 1000, "us_tv_and_film": 1000}
_HERE: Final = Path(__file__).parent
# Two of them, and any number of those that bind others together.
WORDS_MOST: Final = 2
_BINDING: Final = frozenset({
    "aku", "kamu", "kau", "dia", "saya", "anda", "kita", "kami", "ini", "itu", "di", "ke", "dan", "yang", "si", "mu",
    "ku", "nya", "i", "u", "a", "my", "me", "you", "your", "we", "is", "am", "the", "of", "and", "to", "in", "it",
    "love", "luv",
})  # fmt: skip
# Digits and signs before and behind the words; with more than these chance has a part in it.
_TAIL_MOST: Final = 6
_LEET: Final = str.maketrans("@4310$57!+", "aaeiosstit")
_RUNS: Final = (
    "qwertyuiopasdfghjklzxcvbnm", "asdfghjklqwertyuiop", "asdfghjkl;'", "zxcvbnm,./", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
    "qazwsxedcrfvtgbyhnujmikolp", "q1w2e3r4t5y6u7i8o9p0", "1q2w3e4r5t6y7u8i9o0p", "abcdefghijklmnopqrstuvwxyz",
    "a1b2c3d4e5f6g7h8i9j0", "01234567890123456789", "thequickbrownfoxjumpsoverthelazydog", "loremipsumdolorsitamet",
    "bhinnekatunggalika", "lailahaillallah", "assalamualaikumwarahmatullahiwabarakatuh",
    "indonesiatanahairbetapusakaabadi", "satunusasatubangsasatubahasa", "correcthorsebatterystaple",
)  # fmt: skip
# Of a run so much, and what is left beside it is too little.
_RUN_LEAST: Final = 8
_REST_MOST: Final = 5
# Of ASCII alone: a sign of another script is none of those that everybody puts there.
_BESIDE: Final = re.compile(r"[ -/:-@\[-`{-~]+")
_DATE: Final = re.compile(r"(?:0?[1-9]|[12]\d|3[01])(?:0?[1-9]|1[0-2])(?:19|20)\d\d|(?:19|20)\d\d[01]\d[0-3]\d")
_REPEATED: Final = re.compile(r"([ -/:-@\[-`{-~])\1+")
_ENDS: Final = re.compile(r"([ -@\[-`{-~]*)(.*?)([ -@\[-`{-~]*)", re.DOTALL)


def is_bare(password: str) -> bool:
    """Tell whether a password is at most two everyday words, or a run of keys, with a few digits and signs around them.

    >>> [is_bare(password) for password in ("MyPassword2024!", "P@ssw0rd-Indonesia 17", "tigakambinglompat")]
    [True, True, False]
    """
    lowered = password.casefold()
    if _is_run(_BESIDE.sub("", lowered)) or _is_run(lowered):
        return True
    before, core, behind = _ENDS.fullmatch(lowered).groups()  # type: ignore[union-attr]  # fits every text
    around = _REPEATED.sub(r"\1", before + behind)
    if not core or not (len(around) <= _TAIL_MOST or _is_counted(_BESIDE.sub("", around))):
        return False
    plain = core.translate(_LEET)
    return any(_is_of_words(_BESIDE.sub("", one)) for one in (core, plain, plain.replace("i", "l")))


def _is_run(text: str) -> bool:
    """Tell whether little is left of a text beside the longest piece of a run that stands in it."""
    for run in (*_RUNS, *(one[::-1] for one in _RUNS)):
        least = max(_RUN_LEAST, len(text) - _REST_MOST)
        for start in range(len(text) - least + 1):
            if text[start : start + least] in run:
                return True
    return False


def _is_counted(digits: str) -> bool:
    # Digits that count on, or a date, are one of few.
    return digits in "12345678901234567890" or _DATE.fullmatch(digits) is not None


def _is_of_words(text: str) -> bool:
    """Tell whether a text is made of everyday words without a rest, and of two at most that mean something."""
    words = _words()
    # The fewest words of weight up to each place; more than are asked about stand for none.
    fewest = [0] + [WORDS_MOST + 1] * len(text)
    for end in range(1, len(text) + 1):
        for start in range(max(0, end - 20), end):
            word = text[start:end]
            if word in _BINDING:
                fewest[end] = min(fewest[end], fewest[start])
            elif word in words:
                fewest[end] = min(fewest[end], fewest[start] + 1)
    return fewest[-1] <= WORDS_MOST


@cache
def _words() -> frozenset[str]:
    ours = [(_HERE / f"password_{name}.txt").read_text(encoding="utf-8").split() for name in ("words", "everyday")]
    theirs = [FREQUENCY_LISTS[name][:most] for name, most in _TOP.items()]
    # Two letters make no word of weight: whatever is left over could be cut into such.
    return frozenset(word for words in (*ours, *theirs) for word in words if len(word) >= 3 and word.isalpha())
