"""Which characters the fonts of the typesetter can draw, and words without the others. Pure.

A tagged PDF may not hold a character without a picture (PDF/UA), so that one emoji in a programme would leave an
agency without its report.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from typing import Any, Final

MISSING: Final = "□"
"""What stands in the place of a character that cannot be drawn."""

# From the character maps of the fonts within typst (Libertinus Serif, New Computer Modern, DejaVu Sans Mono), below
# U+10000, without those that it draws in none of them all the same; a test sets every one of them.
_RANGES: Final = (
    "20-7e a0-ac ae-377 37a-37f 384-38a 38c 38e-3a1 3a3-4ff 510-513 51a-51d 531-556 559-58a 58d-58f 591-5c7 "
    "5d0-5ea 5ef-5f4 606-60c 615 61b 61f 621-63a 640-655 65a 660-66d 674 679-67b 67e-680 683-684 686-687 691 698 "
    "6a4 6a9 6af 6be 6cc 6f0-6f9 900-97f e3f e81-e82 e84 e87-e88 e8a e8d e94-e97 e99-e9f ea1-ea3 ea5 ea7 eaa-eab "
    "ead-eb9 ebb-ebc ec8-ecd 10d0-10ff 13a0-13f5 13f8-13fd 1ab0-1ace 1d00-1f15 1f18-1f1d 1f20-1f45 1f48-1f4d "
    "1f50-1f57 1f59 1f5b 1f5d 1f5f-1f7d 1f80-1fb4 1fb6-1fc4 1fc6-1fd3 1fd6-1fdb 1fdd-1fef 1ff2-1ff4 1ff6-1ffe "
    "2000-200a 2010-2027 202f-2040 2042 2044-2052 2054-205f 2070-2071 2074-208e 2090-209c 20a0-20c0 20d0-20f0 "
    "2100-211e 2120 2122 2124 2126-2151 2153-2184 2189 2190-23ff 2422-2423 2460-2606 2609-262f 2638-268b "
    "2690-269c 26a0-26a7 26aa-26af 26b2 2701-2704 2706-2709 270c-2714 2717-2726 272a-274b 274d 274f-2752 2756 "
    "2758-275e 2761-277f 2794 2798-27af 27b1-2b73 2b76-2b95 2b97-2bff 2c60-2cf3 2cf9-2cff 2e02-2e05 2e08-2e0a "
    "2e17-2e18 2e1f 2e22-2e25 2e2e 3012 3016-3017 301a-301b 3030 3036 306e a46a-a46b a640-a641 a648-a649 "
    "a656-a657 a708-a716 a71b-a727 a72d a730 a735 a765 a789-a78e a790-a791 a793 a7aa a7f8-a7f9 ab52 ab66 "
    "ab70-abbf fb00-fb06 fb13-fb17 fb1d-fb36 fb38-fb3c fb3e fb40-fb41 fb43-fb44 fb46-fb4f fb52-fb81 fb8a-fb95 "
    "fb9e-fb9f fbaa-fbad fbe8-fbe9 fbfc-fbff fe20-fe2f fe66 fe70-fe74 fe76-fefc fffc-fffd"
)
_EDGES: Final = tuple(
    (int(first, 16), int(last or first, 16)) for first, _dash, last in (part.partition("-") for part in _RANGES.split())
)
_FIRSTS: Final = tuple(first for first, _last in _EDGES)
_LAST_OF_LATIN: Final = "\u024f"


def is_drawn(character: str) -> bool:
    """Tell whether the fonts hold a character."""
    number = ord(character)
    at = bisect_right(_FIRSTS, number) - 1
    return at >= 0 and number <= _EDGES[at][1]


def drawable(words: str, *, only_latin: bool = False) -> str:
    """Return words with `MISSING` for every character that cannot be drawn; what nobody sees is left out.

    `only_latin` leaves nothing but letters and signs of the Latin script: marks that are drawn alone may not be drawn
    on every letter.

    >>> drawable("Loket 😀 dua\u200b")
    'Loket □ dua'
    """
    if words.isascii() and words.isprintable():
        return words
    return "".join(_drawn(one, only_latin=only_latin) for one in unicodedata.normalize("NFC", words))


def _drawn(character: str, *, only_latin: bool) -> str:
    if character in "\n\t" or (is_drawn(character) and (not only_latin or character <= _LAST_OF_LATIN)):
        return character
    return "" if _is_unseen(character) else MISSING


def _is_unseen(character: str) -> bool:
    # Controls, marks of direction, joiners, and the selectors that follow an emoji.
    return unicodedata.category(character) in {"Cc", "Cf"} or "\ufe00" <= character <= "\ufe0f"


def drawable_all(content: Any, *, only_latin: bool = False) -> Any:
    """Return a document with all its words made drawable, however deep they stand."""
    if isinstance(content, str):
        return drawable(content, only_latin=only_latin)
    if isinstance(content, dict):
        return {key: drawable_all(one, only_latin=only_latin) for key, one in content.items()}
    if isinstance(content, list | tuple):
        return [drawable_all(one, only_latin=only_latin) for one in content]
    return content
