"""Which column of a file of answers is which element: by key, or by number in an order that must be named.

"u8" is the handling of complaints in the regulation's list and the facilities in its form, so a file that numbers its
columns says nothing until somebody says which order it follows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from feedback_app.errors import InvalidInputError
from feedback_app.survey.elements import RULESETS, RuleSet, RuleSetCode
from feedback_app.survey.rules import AnswerOrder


class AnswerColumnsError(InvalidInputError):
    """The header does not say, once for each element, where its answers are."""

    code = "skm_answer_columns"


class AnswerOrderMissingError(InvalidInputError):
    """The columns are numbered and nobody said in which order."""

    code = "skm_answer_order_missing"

    def __init__(self) -> None:
        super().__init__(
            "Sebutkan urutan unsur kolom u1 sampai u9: form (urutan formulir kuesioner: u8 = Sarana dan Prasarana, "
            "u9 = Penanganan Pengaduan) atau list (urutan daftar unsur peraturan: u8 = Penanganan Pengaduan, "
            "u9 = Sarana dan Prasarana). Peraturan memuat keduanya, sehingga urutan tidak dapat ditebak."
        )


@dataclass(frozen=True, slots=True)
class AnswerColumns:
    """Where each element stands: `places` by key in the order of the file, the order they were named in, the rest."""

    places: dict[str, int]
    order: AnswerOrder
    ignored: tuple[str, ...]


def columns_of(header: Sequence[str], *, ruleset: RuleSetCode, order: AnswerOrder | None) -> AnswerColumns:
    """Return which column is which element; names are read without case and surrounding spaces.

    Columns named by key need no order, and one that is given is not used.

    Raises
    ------
    AnswerColumnsError
        An element has no column or two, or some are named by number and some by key.
    AnswerOrderMissingError
        Columns are numbered, the rules have two orders, and none is given.
    """
    rules = RULESETS[ruleset]
    names = [name.strip().casefold() for name in header]
    numbers = [f"u{number}" for number in range(1, len(rules.elements) + 1)]
    by_number, by_key = _found(names, numbers), _found(names, rules.keys)
    if by_number and by_key:
        raise AnswerColumnsError(
            f"Kolom dinamai dengan dua cara ({by_number[0]} dan {by_key[0]}). Pakai nomor saja atau kunci unsur saja."
        )
    wanted = list(rules.keys) if by_key else numbers
    _check(names, wanted, rules)
    if by_key:
        return _columns(header, names, dict(zip(wanted, rules.keys, strict=True)), AnswerOrder.KEYS)
    _check_fourteen(names, ruleset)
    used = _order(order, rules)
    return _columns(header, names, dict(zip(wanted, rules.ordered(used), strict=True)), used)


def _found(names: Sequence[str], wanted: Sequence[str]) -> list[str]:
    return [name for name in names if name in set(wanted)]


def _order(order: AnswerOrder | None, rules: RuleSet) -> AnswerOrder:
    if order in (AnswerOrder.FORM, AnswerOrder.LIST):
        return order
    if rules.has_one_order:
        return AnswerOrder.LIST
    raise AnswerOrderMissingError


def _columns(header: Sequence[str], names: Sequence[str], keys: dict[str, str], order: AnswerOrder) -> AnswerColumns:
    places = {keys[name]: at for at, name in enumerate(names) if name in keys}
    ignored = tuple(shown.strip() for shown, name in zip(header, names, strict=True) if name and name not in keys)
    return AnswerColumns(places, order, ignored)


def _check(names: Sequence[str], wanted: Sequence[str], rules: RuleSet) -> None:
    counts = Counter(names)
    if doubled := [name for name in wanted if counts[name] > 1]:
        raise AnswerColumnsError(f"Kolom {', '.join(doubled)} ada lebih dari satu. Sisakan satu.")
    missing = [name for name in wanted if name not in counts]
    if len(missing) == len(wanted):
        raise AnswerColumnsError(
            f"Baris pertama tidak menyebut kolom unsur. Namai kolom {wanted[0]} sampai {wanted[-1]}, atau dengan "
            f"kunci unsur: {', '.join(rules.keys)}."
        )
    if missing:
        raise AnswerColumnsError(f"Kolom {', '.join(missing)} tidak ada. Setiap unsur memerlukan satu kolom.")


def _check_fourteen(names: Sequence[str], ruleset: RuleSetCode) -> None:
    if (
        ruleset is RuleSetCode.PERMENPANRB_14_2017
        and len(_found(names, [f"u{number}" for number in range(10, 15)])) == 5
    ):
        raise AnswerColumnsError(
            "Kolom u1 sampai u14 adalah empat belas unsur Kepmenpan 25/2004, bukan sembilan unsur peraturan tahun "
            "2017. Hitung dengan aturan 2004, atau ganti nama kolom u10 sampai u14."
        )
