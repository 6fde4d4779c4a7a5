"""Transparent rules for urgency: what must not wait, said in words that can be read and disputed.

The words stand in `urgent_words`. Here are the guards that keep a rule silent: negation (marked words match nothing),
slogans ("tolak pungli"), questions about the word alone ("apakah itu pungli?"), praise ("gratis, bebas pungli, terima
kasih"), wishes, drills, and wrongs that have been put right.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

from feedback_app.nlp.labels import Urgency
from feedback_app.nlp.text.tokens import NEGATED
from feedback_app.nlp.urgency.urgent_words import RULES, Rule, any_of

_SLOGAN = any_of(
    r"(?:tolak|stop|anti|bebas|berantas|basmi|lawan|cegah|nol|zero|no|katakan|laporkan jika|say no(?: to)?)"
    r" (?:segala |praktik |praktek |bentuk |dari |to |pada |tidak pada )*"
    r"(?:pungli|pungutan liar|suap|calo|korupsi|gratifikasi|sogokan?|kekerasan|pelecehan)"
)
_QUESTION = re.compile(
    r"(?<!\S)(?:apakah|apa|emang|memang|benarkah|resmi|boleh|berapa|brp|gimana|gmn|bagaimana)(?: [^?.!]*)?\?"
)
_PRAISE = any_of(
    r"terima ?kasih|makasih|makasi|mksh|trims|salut|alhamdulillah|mantap|mantep|bravo|apresiasi|hebat|top|bangga",
    r"lega|respek|hatur nuhun|matur nuwun|matur suksma|thanks|thank",
)
_WISH = any_of(
    r"usul(?:an)?|saran|sebaiknya|hendaknya|semoga|pasang(?:lah)?|mohon dipasang(?:i)?|kasih cctv|tempel",
    r"kirain|kira2?|dikira|mengusulkan|diusulkan|nolak|menolak rokok|tanpa diminta|nggak dipungut|ga dipungut",
    r"pelatihan|simulasi|seminar|penyuluhan|andai(?:kan)?|seandainya|(?:kalau|kalo|jika) menemukan|makalah|skripsi",
)
_BUT = any_of(r"tapi|tp|tetapi|namun|sayang(?:nya)?|cuma|padahal|sedangkan|beda dengan|masih|msh|kecuali")
_RESOLVED = any_of(
    r"diusut|dicopot|dipecat|dikembalikan|dinonaktifkan|salah paham|ternyata|tarik laporan",
    r"lapor(?:nya)? (?:ke |lewat )?saber",
)
_DRILL = any_of(
    r"pelatihan|simulasi|latihan|penyuluhan|proteksi|sk korban|hampir|bila|belajar",
    r"jangan (?:~\S+ )*~(?:ambruk|roboh)",
)
_LONG_AGO = any_of(
    r"(?:tahun|taun|thn|th|pekan|bulan|bln) (?:lalu|kemarin|kmrn|lampau)|dulu|dahulu|jaman|zaman|abis kebakaran 0000",
    r"pemadam kebakaran|(?:sudah|udah|sdh|dah) (?:sembuh|pulih|sehat|aman|selamat)|dengan selamat|gercep",
    r"last year|years? ago|used to",
)
_ABOUT_MONEY = frozenset({"illegal_levy", "abuse_of_power"})


def _is_guarded(rule: Rule, line: str) -> bool:
    """Tell whether the words are about urgency without reporting any."""
    if rule.name == "danger":
        return _DRILL.search(line) is not None or _LONG_AGO.search(line) is not None
    if rule.urgency is not Urgency.HIGH:
        return False
    if (_PRAISE.search(line) or _WISH.search(line)) and not _BUT.search(line):
        return True
    return rule.name in _ABOUT_MONEY and (_QUESTION.search(line) or _RESOLVED.search(line)) is not None


def urgent_rule(line: str, rules: Iterable[Rule] = RULES) -> Rule | None:
    """Return the rule that makes the message urgent, the most urgent first, or None.

    Parameters
    ----------
    line : str
        Tokens from `tokens.analyse`.
    rules : iterable of Rule
        In order of precedence within the same urgency.

    Returns
    -------
    Rule or None
        The deciding rule; None when none matches or a guard holds it back.
    """
    spoken = _SLOGAN.sub(" ", line)
    found = [rule for rule in rules if rule.matches(spoken) and not _is_guarded(rule, spoken)]
    critical = [rule for rule in found if rule.urgency is Urgency.CRITICAL]
    return next(iter(critical or found), None)


def sources_hash() -> str:
    """Return the sha256 of all patterns of rules and guards, in hexadecimal: with them their figures change."""
    guards = (_SLOGAN, _QUESTION, _PRAISE, _WISH, _BUT, _RESOLVED, _DRILL, _LONG_AGO)
    rules = [f"{rule.name} {rule.urgency} {rule.pattern.pattern} {rule.also and rule.also.pattern}" for rule in RULES]
    return hashlib.sha256("\n".join([*rules, *(guard.pattern for guard in guards)]).encode()).hexdigest()


def words_of_rule(line: str, name: str) -> tuple[str, ...]:
    """Return the words of the line that a rule names, each once; none when it did not match.

    What only stands between them, where the rule lets anything stand, is left out. The words without which nothing
    would have matched come first.
    """
    spoken = _SLOGAN.sub(" ", line)
    rule = next(rule for rule in RULES if rule.name == name)
    patterns = [pattern for pattern in (rule.pattern, rule.also) if pattern]
    found = [(pattern, match.group().split()) for pattern in patterns if (match := pattern.search(spoken))]
    first = [word for pattern, words in found for word in _named(pattern, words)]
    # "minta uang" stands within "minta uang [amount]", where the amount alone would do.
    within = [word for pattern, words in found for part in _parts(words) for word in _named(pattern, part)]
    return tuple(dict.fromkeys([*first, *within]))


def _parts(words: list[str]) -> Iterator[list[str]]:
    return (words[start:end] for start in range(len(words)) for end in range(start + 1, len(words) + 1))


def _named(pattern: re.Pattern[str], words: list[str]) -> list[str]:
    """Return the words without which the pattern does not match: any other would do in the place of the rest."""
    if not pattern.fullmatch(" ".join(words)):
        return []
    any_other = [NEGATED + "_" if word.startswith(NEGATED) else "_" for word in words]
    return [
        word
        for place, word in enumerate(words)
        if not pattern.fullmatch(" ".join([*words[:place], any_other[place], *words[place + 1 :]]))
    ]
