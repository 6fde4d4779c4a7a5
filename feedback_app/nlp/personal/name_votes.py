"""How rules and the tagger agree on names.

Measured on one half of the corpus after training on the other: rules alone find fewer, the tagger alone marks more
ordinary words. So either may find a name, and the tagger silences a rule where it is sure that the words are none.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import Final

from feedback_app.nlp.personal.introduced_names import BELIEFS, THING, find_introduced_names
from feedback_app.nlp.personal.name_edges import find_names_by_birth, find_names_by_family, whole_name
from feedback_app.nlp.personal.name_features import Sentence
from feedback_app.nlp.personal.name_tagger import shipped
from feedback_app.nlp.personal.names import find_seen_names, united
from feedback_app.nlp.personal.pii import Span
from feedback_app.nlp.text.word_lists import word_list

_REACH = 48
_TITLES = (
    r"(?:prof|dr|drg|drs|dra|ir|h|hj|kh|k\.h|tgh|tgkh|jend(?:eral|ral)?|letjen|mayjen|brigjen"
    r"|kol(?:onel)?|kapten|kompol|mgr"
    r"|bung|pangeran|sultan|raja|raden|r|ra|r\.a|st|santo|santa|sunan|teuku|tengku|pahlawan|laksda|marsda|[a-z])"
)
_SELLER = r"(?:pak|bu|bang|mas|mbak|mbah|cak|haji|kang|mang|mak|mama|om|tante|uda|uni|ibu|bapak|koh|ci|h|hj)"
_PUBLIC_THING = re.compile(
    rf"\b(?:(?:{'|'.join(sorted((word_list('places') | {'sekolah'}) - {'kantor', 'rumah', 'tanah'}))})\.?\s+(?:"
    rf"(?:negeri|swasta|umum|daerah|raya|islam|inpres|\d+)\s+)*"
    rf"(?:{_TITLES}(?:\.\s*|\s+))*"
    r"|rumah\s+sakit\s+(?:(?:umum|daerah|islam|ibu)\s+)*"
    rf"(?:{_TITLES}(?:\.\s*|\s+))*"
    r"|(?:bakso|mi|mie|soto|sate|ayam|nasi|bubur|rawon|pecel|gudeg|es|kopi|kedai|warung|warteg|rm"
    r"|resto|restoran|rumah makan"
    rf"|toko|bengkel|salon|laundry|konter|katering|catering|apotek|klinik)\s+(?:\w+\s+)?(?:{_SELLER}\.?\s+)?"
    rf"|{THING}(?:nya)?\s+(?:\w+\s+)?bernama\s+"
    rf"|nam[ao]\s+(?:{THING}|usaha|kelompok)\b[^.;?!\n]{{0,24}}\b(?:ter(?:tulis|cantum|tera|cetak)|ditulis|adalah)\s+)$",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(?:kader|operator|kepala|kepsek|guru|bidan|perawat|petugas|staf|admin|pegawai|satpam|sopir|ketua|mantri|dokter"
    r"|kasir|pengurus|perangkat|aparat|anggota|tokoh|warga|oknum|direktur|bendahara|sekretaris|pendamping|kasi)\s+$",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[a-z]+")
_THINGS: Final = word_list("shops") | {"sekolah", "bernama", "nama", "namo"} | word_list("places")
"""Words of which a public thing's name needs one before it."""
_GROUPS: Final = word_list("groups")
_SERVICE_AFTER: Final = re.compile(r" (?:Online|Mobile|Digital|App|Center|Centre|Keliling|Award|Cup)\b")
_STRANGE_SHARE: Final = 0.5
_FEWEST_WORDS: Final = 4
_SENTENCE_ENDS: Final = frozenset(".!?:")
_MOST_WORDS: Final = 6
_POSSESSIVES: Final = ("nya", "ku", "mu")


def _places(span: Span, sentence: Sentence) -> range:
    """Return the places of the words within the span."""
    return range(bisect_left(sentence.starts, span.start), bisect_left(sentence.starts, span.end))


def _best_sum(span: Span, sentence: Sentence, sums: Mapping[int, int]) -> int:
    """Return the highest sum of weights within the span; 0 where the tagger has no opinion."""
    return max((sums[place] for place in _places(span, sentence) if place in sums), default=0)


def _is_ordinary(place: int, sentence: Sentence, sums: Mapping[int, int]) -> bool:
    """Tell whether the tagger and the lists agree that the word at the edge of a name is no part of it."""
    ordinary = sentence.classes[place] in "wOXCPH" or sentence.lows[place].endswith(_POSSESSIVES)
    return ordinary and sums.get(place, -1) < 0


def _trimmed(span: Span, sentence: Sentence, sums: Mapping[int, int]) -> Span:
    """Return the span without ordinary words at its ends, if others stay."""
    places = [place for place in _places(span, sentence) if sentence.words[place][0].isalpha()]
    if not any(sums.get(place, 0) > 0 for place in places):
        return span
    while len(places) > 1 and _is_ordinary(places[0], sentence, sums):
        places.pop(0)
    while len(places) > 1 and _is_ordinary(places[-1], sentence, sums):
        places.pop()
    return Span(sentence.starts[places[0]], sentence.starts[places[-1]] + len(sentence.words[places[-1]]), span.kind)


def names_something_public(text: str, start: int) -> bool:
    """Tell whether the name at `start` is that of a street, a school, a hospital, a shop or a dish."""
    # Words first: the pattern is long, and most names stand after none of them.
    if _THINGS.isdisjoint(_WORD.findall(text[max(0, start - _REACH) : start].lower())):
        return False
    found = _PUBLIC_THING.search(text, max(0, start - _REACH), start)
    return found is not None and _ROLE.search(text, max(0, found.start() - _REACH), found.start()) is None


def _is_public(text: str, span: Span, whole: Span) -> bool:
    if _SERVICE_AFTER.match(text, whole.end) or _SERVICE_AFTER.search(text, whole.start, whole.end):
        return True
    starts = {span.start, whole.start}
    return any(names_something_public(text, start) for start in starts)


def _is_titled(span: Span, sentence: Sentence) -> bool:
    """Tell whether an honorific stands right before the span."""
    place = bisect_left(sentence.starts, span.start)
    return place > 0 and (before := sentence.before(place)) >= 0 and sentence.classes[before] == "H"


def _is_made_of_ordinary_words(span: Span, sentence: Sentence) -> bool:
    """Tell whether lists know every word as an ordinary one, a place or a belief, so that capitals mean nothing."""
    places = [place for place in _places(span, sentence) if sentence.words[place][0].isalpha()]
    return all(sentence.classes[place] in "wOXCLGPH" or sentence.lows[place] in BELIEFS for place in places)


def _is_introduced(place: int, sentence: Sentence) -> bool:
    before = sentence.before(place)
    return before >= 0 and sentence.classes[before] in "HC"


def _is_in_a_strange_language(sentence: Sentence) -> bool:
    """Tell whether no list holds most words in small letters: the tagger has not learned this language."""
    small = [letter for place, letter in enumerate(sentence.classes) if letter not in "9." and sentence.is_small(place)]
    strange = small.count("u") + small.count("k")
    return len(small) >= _FEWEST_WORDS and strange > _STRANGE_SHARE * len(small)


def _is_strange_talk(span: Span, sentence: Sentence) -> bool:
    """Tell whether the tagger took unknown words that nothing introduces, where nearly every word is unknown.

    In small letters at least half of the words have to be names on some list; in a strange language all of them,
    and there the capital that begins a sentence says nothing.
    """
    places = _places(span, sentence)
    if _is_introduced(places.start, sentence):
        return False
    listed, strange = sum(sentence.classes[place] == "K" for place in places), _is_in_a_strange_language(sentence)
    if sentence.is_small(places.start):
        return listed < len(places) if strange else 2 * listed < len(places)
    before = sentence.before(places.start)
    begins = before < 0 or sentence.words[before] in _SENTENCE_ENDS
    return strange and begins and len(places) == 1 and not listed


def find_voted_names(text: str) -> Iterator[Span]:
    """Find names of persons, without the honorific before them, in order, none overlapping another."""
    tagger, sentence = shipped(), Sentence.of(text)
    sums = tagger.sums(sentence)
    seen = [
        span
        for span in find_seen_names(text)
        if _best_sum(span, sentence, sums) > tagger.doubt or _is_titled(span, sentence)
    ]
    tagged = [
        span
        for span in tagger.find(sentence, sums)
        if _is_titled(span, sentence)
        or not (_is_made_of_ordinary_words(span, sentence) or _is_strange_talk(span, sentence))
    ]
    introduced = [*find_introduced_names(text), *find_names_by_birth(text), *find_names_by_family(sentence)]
    named: list[Span] = []
    for span in united([*introduced, *seen, *tagged]):
        whole = _trimmed(span, sentence, sums)
        first = _places(whole, sentence).start
        of_many = sentence.classes[first] == "L" or sentence.lows[first] in _GROUPS
        too_long = sum(len(sentence.words[place]) > 1 for place in _places(whole, sentence)) > _MOST_WORDS
        if not (too_long or of_many or _is_public(text, span, whole)):
            named.append(whole_name(text, whole, sentence))
    yield from united(named)
