"""Why a rating was laid on somebody, in the language of the page: what is stored is the office's own sentence."""

from __future__ import annotations

import re
from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from feedback_app.blueprints.formats import number
from feedback_app.blueprints.labels import Words

_POST: Final = re.compile(
    r"(?P<title>[^,]+?)(?P<scope> khusus layanan ini)?, "
    r"(?:satu-satunya penanggung jawab|1 dari (?P<people>\d+) penanggung jawab)(?:, bagian (?P<share>[\d,]+) %)?"
)
_RECORD: Final = re.compile(r"catatan loket (?P<counter>.+), (?:satu-satunya petugas|1 dari (?P<people>\d+) petugas)")
_TITLES: Final[dict[str, Words]] = {
    "definitif": _("definitif"),
    "kepala definitif": _("kepala definitif"),
    "Plt mengisi jabatan kosong": _("Plt mengisi jabatan kosong"),
    "Plh menggantikan pejabat yang berhalangan": _("Plh menggantikan pejabat yang berhalangan"),
    "tugas tambahan": _("tugas tambahan"),
}


def reason_words(stored: str) -> str:
    """Return the reason that stands beside a contribution; a sentence of another kind stays as it is."""
    if found := _RECORD.fullmatch(stored):
        return _of_a_counter(found)
    found = _POST.fullmatch(stored)
    return _of_a_post(found) if found and found["title"] in _TITLES else stored


def _of_a_counter(found: re.Match[str]) -> str:
    counter, people = found["counter"], found["people"]
    if people is None:
        return str(gettext("catatan loket %(counter)s, satu-satunya petugas", counter=counter))
    return str(gettext("catatan loket %(counter)s, 1 dari %(people)s petugas", counter=counter, people=people))


def _of_a_post(found: re.Match[str]) -> str:
    title = str(_TITLES[found["title"]])
    if found["scope"]:
        title = gettext("%(title)s khusus layanan ini", title=title)
    if found["people"] is None:
        among = gettext("satu-satunya penanggung jawab")
    else:
        among = gettext("1 dari %(people)s penanggung jawab", people=found["people"])
    said = f"{title}, {among}"
    if found["share"] is None:
        return said
    share = number(float(found["share"].replace(",", ".")), 1)
    return f"{said}, {gettext('bagian %(share)s %%', share=share)}"
