"""The questionnaire on paper: what stands on the sheet, in the order in which it is typed afterwards. Pure.

Source of the head and of the groups: the form in the annex of PermenPANRB 14/2017. It asks for no name, NIK or
telephone number, and the sheet has no place for any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from feedback_app.reporting.drawings import qr

TEMPLATE: Final = "questionnaire.typ"
FIRST_PAGE: Final = 10
# More of them would push the questions off the sheet; then there is a line to write one on.
MOST_SERVICES: Final = 8
_LETTERS: Final = "abcdef"


@dataclass(frozen=True, slots=True)
class PrintedQuestion:
    """A question with its answers from worst to best; `is_own` says that it stands outside the index."""

    stem: str
    options: tuple[str, ...]
    is_own: bool


@dataclass(frozen=True, slots=True)
class PrintedForm:
    """One sheet: whose it is (`unit` may be empty, then there is a line to write it on), and what it asks.

    `mark` names version and order, so that whoever types the answers knows which questionnaire they hold.
    """

    agency: str
    unit: str
    service: str
    period: str
    mark: str
    address: str
    questions: Sequence[PrintedQuestion]
    services: Sequence[str] = ()

    def document(self) -> dict[str, Any]:
        """Return what the template draws."""
        numbered = [self._numbered(number, one) for number, one in enumerate(self.questions, start=1)]
        return {
            "agency": self.agency, "unit": self.unit, "service": self.service, "period": self.period,
            "mark": self.mark, "address": self.address, "qr": qr(self.address) if self.address else "",
            "services": list(self.services) if len(self.services) <= MOST_SERVICES else [],
            "pages": [numbered[:FIRST_PAGE], numbered[FIRST_PAGE:]],
            "about": [[words, _coded(words, groups)] for words, groups in ABOUT],
            "title": TITLE, "intro": INTRO, "thanks": THANKS, "own": OWN,
        }  # fmt: skip

    @staticmethod
    def _numbered(number: int, one: PrintedQuestion) -> dict[str, Any]:
        options = [[_LETTERS[place], words, place + 1] for place, words in enumerate(one.options)]
        return {"number": number, "stem": one.stem, "options": options, "is_own": one.is_own}


def _coded(words: str, groups: Sequence[str]) -> list[tuple[str, str]]:
    """Return groups with the key that each is typed with; sex is typed by its letter."""
    return [(group, "" if words == SEX else str(number)) for number, group in enumerate(groups, start=1)]


SEX: Final = "Jenis kelamin"
TITLE: Final = "Kuesioner Survei Kepuasan Masyarakat"
INTRO: Final = (
    "Beri tanda silang (X) pada satu kotak untuk setiap pertanyaan. Nama, NIK, dan nomor telepon tidak ditanyakan; "
    "jawaban Saudara dihitung bersama jawaban orang lain. Pertanyaan yang tidak berlaku boleh dikosongkan."
)
THANKS: Final = "Terima kasih. Jawaban Saudara dipakai untuk memperbaiki pelayanan kami."
OWN: Final = "Pertanyaan tambahan unit, di luar indeks:"
ABOUT: Final = (
    ("Jam survei", ("08.00–12.00", "13.00–17.00", "jam lain")),
    (SEX, ("L", "P")),
    ("Pendidikan", ("SD", "SMP", "SMA", "Diploma", "S1", "S2", "S3")),
    ("Pekerjaan", ("PNS", "TNI", "POLRI", "Swasta", "Wirausaha", "Lainnya: ....................")),
)
