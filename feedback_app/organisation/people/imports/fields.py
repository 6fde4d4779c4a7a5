"""Which column of a personnel system's list means what: guessed from how such systems name them. Pure."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from rapidfuzz import fuzz, process

from feedback_app.errors import InvalidInputError
from feedback_app.organisation.people.imports.folding import folded

# Below it two headers of SIMPEG exports that mean different things begin to be taken for each other.
CLOSE_ENOUGH: Final = 88.0


class Field(enum.StrEnum):
    """What a column can be mapped to."""

    NIP = "nip"
    NAME = "name"
    TITLE_BEFORE = "title_before"  # gelar depan
    TITLE_AFTER = "title_after"  # gelar belakang
    RANK = "rank"  # pangkat/golongan
    POSITION = "position"
    POSITION_TYPE = "position_type"  # jenis jabatan: stands in for a position without a name
    UNIT = "unit"
    PARENT_UNIT = "parent_unit"  # unit induk: tells units of one name apart
    SERVICE = "service"
    STARTS_ON = "starts_on"
    ENDS_ON = "ends_on"
    KIND = "kind"
    IS_HEAD = "is_head"
    SHARE = "share"
    DECREE = "decree"
    STATUS = "status"
    STATUS_ON = "status_on"
    EMAIL = "email"


class ColumnsError(InvalidInputError):
    """The columns chosen cannot be read: no number, or one column for two things."""

    code = "people_columns"


SPELLINGS: Final[Mapping[Field, tuple[str, ...]]] = MappingProxyType({
    Field.NIP: ("nip", "nip baru", "nip/nippppk", "nomor induk pegawai", "nip pegawai", "nip 18 digit", "ni pppk"),
    Field.NAME: (
        "nama", "nama pegawai", "nama lengkap", "nama asn", "nama pns", "nm pegawai", "nama dengan gelar",
        "nama lengkap dengan gelar", "nama pegawai dengan gelar", "nama dan gelar", "nama lengkap dan gelar",
        "nama beserta gelar", "nama tanpa gelar", "nama lengkap tanpa gelar",
    ),
    Field.TITLE_BEFORE: ("gelar depan", "glr depan", "gelar dpn"),
    Field.TITLE_AFTER: ("gelar belakang", "glr belakang", "gelar blk"),
    Field.RANK: (
        "pangkat", "golongan", "pangkat golongan", "gol ruang", "golongan ruang", "pangkat gol ruang", "gol akhir",
        "golongan akhir",
    ),
    Field.POSITION: (
        "jabatan", "nama jabatan", "jabatan terakhir", "jabatan saat ini", "jabatan sekarang", "nm jabatan",
        "nama jabatan terakhir", "jabatan struktural fungsional", "jabatan struktural jft jfu",
    ),
    Field.POSITION_TYPE: ("jenis jabatan", "tipe jabatan", "eselon jenis jabatan"),
    Field.UNIT: (
        "unit kerja", "unit", "unor", "nama unor", "unit organisasi", "nama unit kerja", "kode unit", "kode unor",
        "satuan kerja", "satker", "unit penempatan", "unit kerja terakhir", "unit kerja saat ini", "tempat tugas",
    ),
    Field.PARENT_UNIT: ("unit induk", "unor induk", "opd", "skpd", "nama opd", "perangkat daerah", "instansi induk"),
    Field.SERVICE: ("layanan", "kode layanan", "jenis layanan"),
    Field.STARTS_ON: (
        "tmt jabatan", "tmt", "mulai", "tanggal mulai", "tmt mulai", "tmt penugasan", "mulai jabatan",
        "tmt jabatan terakhir", "tmt jabatan saat ini", "tanggal tmt jabatan", "terhitung mulai tanggal",
        "terhitung mulai tanggal jabatan", "tanggal mulai jabatan", "tmt pelantikan",
    ),
    Field.ENDS_ON: ("tmt selesai", "selesai", "tanggal selesai", "sampai", "akhir jabatan", "tmt akhir"),
    Field.KIND: ("jenis penugasan", "penugasan", "status jabatan", "definitif plt plh"),
    Field.IS_HEAD: ("pimpinan", "kepala unit", "kepala", "is pimpinan", "pimpinan unit"),
    Field.SHARE: ("bagian", "bobot", "porsi", "persen bagian", "pembagian tugas"),
    Field.DECREE: ("nomor sk", "no sk", "nomor sk jabatan", "sk jabatan", "no sk jabatan", "nomor surat keputusan"),
    Field.STATUS: ("status", "status pegawai", "kedudukan hukum", "kedudukan pegawai", "status kepegawaian"),
    Field.STATUS_ON: ("tanggal status", "tmt status", "tmt pensiun", "tanggal pensiun", "tanggal mutasi"),
    Field.EMAIL: ("email", "email akun", "surel", "alamat email", "email dinas"),
})  # fmt: skip
_SHORT: Final = {
    "jab": "jabatan", "jbt": "jabatan", "jbtn": "jabatan", "peg": "pegawai", "tgl": "tanggal", "nmr": "nomor",
    "no": "nomor", "dg": "dengan", "dgn": "dengan", "gol": "golongan", "glr": "gelar", "pkt": "pangkat", "kep": "sk",
    "lkp": "lengkap", "sat": "satuan",
}  # fmt: skip
_REMARK: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
# What stands in brackets is a remark, unless it says that the column holds something else: "Golongan (TMT)".
_TELLING: Final = frozenset({"tmt", "tanggal", "nomor", "lama", "kode", "terhitung"})


def _long(name: str) -> str:
    """Return a folded name with its shortened words written out."""
    return " ".join(_SHORT.get(word, word) for word in name.split())


_KNOWN: Final = {
    written: field
    for field, spellings in SPELLINGS.items()
    for spelling in spellings
    for written in (folded(spelling), _long(folded(spelling)))
}


def guess(header: Sequence[str], remembered: Mapping[str, str] = MappingProxyType({})) -> dict[Field, int]:
    """Return the place of the column for each field, as far as the names tell; the first of two alike.

    `remembered` leads from folded names of columns to fields, as somebody of the agency chose them last time ("" for a
    column that is not read).

    >>> guess(["No", "NIP BARU", "Nama Pegawai", "Nama Jabatan"])
    {<Field.NIP: 'nip'>: 1, <Field.NAME: 'name'>: 2, <Field.POSITION: 'position'>: 3}
    """
    found: dict[Field, int] = {}
    for find in (lambda raw: _remembered(folded(raw), remembered), _exact, _without_remark, _near):
        for place, raw in enumerate(header):
            name = folded(raw)
            field = find(raw) if name and place not in found.values() and remembered.get(name) != "" else None
            if field is not None and field not in found:
                found[field] = place
    return dict(sorted(found.items(), key=lambda item: item[1]))


def _remembered(name: str, remembered: Mapping[str, str]) -> Field | None:
    value = remembered.get(name)
    return Field(value) if value in set(Field) else None


def known_names(cells: Iterable[str]) -> int:
    """Return how many fields a row of cells names, as the header of a list does."""
    return len({field for raw in cells if len(raw) < 80 and (field := _exact(raw) or _without_remark(raw))})


def _exact(raw: str) -> Field | None:
    return _KNOWN.get(folded(raw)) or _KNOWN.get(_long(folded(raw)))


def _without_remark(raw: str) -> Field | None:
    remarks = {word for remark in _REMARK.findall(raw) for word in _long(folded(remark)).split()}
    return None if remarks & _TELLING else _exact(_REMARK.sub(" ", raw))


def _near(raw: str) -> Field | None:
    name = _long(folded(raw))
    if len(name) < 5:  # a slip in a short name makes another name
        return None
    match = process.extractOne(name, list(_KNOWN), scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH)
    return _KNOWN[match[0]] if match else None


def check_columns(columns: Mapping[Field, int], header: Sequence[str]) -> None:
    """Refuse columns that no list of people can be read from.

    Raises
    ------
    ColumnsError
    """
    if Field.NIP not in columns:
        raise ColumnsError("Pilih kolom NIP; tanpa NIP pegawai tidak dapat dikenali.")
    if any(not 0 <= place < len(header) for place in columns.values()):
        raise ColumnsError("Salah satu kolom yang dipilih tidak ada dalam berkas ini.")
    if len(set(columns.values())) < len(columns):
        raise ColumnsError("Satu kolom dipilih untuk dua isian. Pilih kolom lain, atau kosongkan salah satunya.")
    if set(columns) & POST_FIELDS and Field.UNIT not in columns:
        raise ColumnsError("Kolom jabatan dipilih tanpa kolom unit kerja. Pilih juga kolom unit kerjanya.")


def missing(columns: Mapping[Field, int], *, has_start: bool, has_unread: bool) -> list[Field]:
    """Return what a list of people and posts names and no column stands for: the name, and of posts what they need.

    A list without any column of posts is asked for them only where columns are left unread (`has_unread`); where a
    first day was given for all (`has_start`), no column of it is needed.
    """
    found = [] if Field.NAME in columns else [Field.NAME]
    if set(columns) & (POST_FIELDS | {Field.UNIT}) or has_unread:
        needed = {Field.POSITION: Field.POSITION_TYPE in columns, Field.UNIT: False, Field.STARTS_ON: has_start}
        found += [field for field, is_given in needed.items() if not is_given and field not in columns]
    return found


POST_FIELDS: Final = frozenset(
    {
        Field.POSITION, Field.SERVICE, Field.STARTS_ON, Field.ENDS_ON, Field.KIND, Field.IS_HEAD, Field.SHARE,
        Field.DECREE,
    }
)  # fmt: skip
"""What says something about a post and nothing without the unit it is in."""


def columns_of(pairs: Iterable[tuple[str, str]], header: Sequence[str]) -> dict[Field, int]:
    """Return the columns that pairs of field and column name stand for.

    Raises
    ------
    ColumnsError
        There is no such field, or no such column.
    """
    places = {folded(name): place for place, name in reversed(list(enumerate(header)))}
    found: dict[Field, int] = {}
    for field, name in pairs:
        if field not in set(Field) or folded(name) not in places:
            raise ColumnsError("Isian atau kolom yang disebut tidak ada. Periksa nama kolom dalam berkas.")
        found[Field(field)] = places[folded(name)]
    return found
