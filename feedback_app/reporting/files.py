"""The files of a report: each by name with its bytes, and all of them in one archive. Same report, same bytes."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from feedback_app.errors import InvalidInputError
from feedback_app.reporting import typeset
from feedback_app.reporting.document import document, sheet
from feedback_app.reporting.drawings import qr
from feedback_app.reporting.matrix import matrix_csv
from feedback_app.reporting.metadata import data_csv, data_json, metadata_json
from feedback_app.reporting.protection import LEAST_FOR_MATRIX, TooFewToPublishError, protected
from feedback_app.reporting.report_data import Report
from feedback_app.reporting.workbook import workbook


class ReportFile(StrEnum):
    """One kind of file; its value is how its name ends."""

    REPORT = "laporan.pdf"
    SHEET = "lembar-publikasi.pdf"
    WORKBOOK = "data.xlsx"
    MATRIX = "matriks.csv"
    DATA_CSV = "data.csv"
    DATA_JSON = "data.json"
    METADATA = "metadata.json"


# The wall and the data portal are read by everybody, whoever downloads their file.
FOR_EVERYBODY: Final = frozenset(
    {ReportFile.SHEET, ReportFile.DATA_CSV, ReportFile.DATA_JSON, ReportFile.METADATA}
)  # fmt: skip

MIME_TYPES: Final = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "zip": "application/zip",
}
CHECKSUMS: Final = "SHA256SUMS"
# The oldest moment a zip archive can name: what is in it decides its bytes, not when it was packed.
_PACKED_AT: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was made."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Return the hash of its bytes."""
        return hashlib.sha256(self.content).hexdigest()


class NoPublicMatrixError(InvalidInputError):
    """The version for everybody has no answers row by row."""

    code = "skm_no_public_matrix"


def kinds_of(report: Report) -> list[ReportFile]:
    """Return the files that a report has; one for everybody may have no matrix, one of few people nothing public."""
    without: set[ReportFile] = set()
    if report.is_public and not report.blocks:
        without.add(ReportFile.MATRIX)
    if not _may_be_published(report):
        without |= FOR_EVERYBODY
    return [kind for kind in ReportFile if kind not in without]


def make(report: Report, kind: ReportFile) -> Made:
    """Return one file of a report; those `FOR_EVERYBODY` hold no more than its public version, whichever it is.

    Raises
    ------
    NoPublicMatrixError
    feedback_app.reporting.protection.TooFewToPublishError
        So few answered that there is no public version.
    """
    if kind is ReportFile.MATRIX and report.is_public and not report.blocks:
        raise NoPublicMatrixError(
            f"Versi untuk umum tidak memuat matriks jawaban: responden kurang dari {LEAST_FOR_MATRIX} atau ada angka "
            "yang ditutup. Unduh berkas lain, atau versi untuk petugas."
        )
    shown = _for_everybody(report) if kind in FOR_EVERYBODY else report
    return Made(f"{report.name}-{kind.value}", _MAKERS[kind](shown))


def make_all(report: Report) -> list[Made]:
    """Return every file of a report, and last the list of their hashes as `sha256sum -c` reads it."""
    made = [make(report, kind) for kind in kinds_of(report)]
    return [*made, Made(f"{report.name}-{CHECKSUMS}", "".join(f"{one.sha256}  {one.name}\n" for one in made).encode())]


def archive(report: Report) -> Made:
    """Return all files in one archive, uncompressed: most are compressed already, and packers differ by machine."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as pack:
        for one in make_all(report):
            entry = zipfile.ZipInfo(one.name, _PACKED_AT)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            pack.writestr(entry, one.content)
    return Made(f"{report.name}.zip", packed.getvalue())


def _may_be_published(report: Report) -> bool:
    try:
        _for_everybody(report)
    except TooFewToPublishError:
        return False
    return True


def _for_everybody(report: Report) -> Report:
    if report.is_public:
        return report
    try:
        return protected(report)
    except TooFewToPublishError as error:
        raise TooFewToPublishError(
            "Berkas ini dibaca semua orang, dan versi untuk umum tidak dapat dibuat karena terlalu sedikit yang "
            "menjawab. Unduh laporan lengkap atau buku kerja untuk petugas."
        ) from error


def _report_pdf(report: Report) -> bytes:
    return typeset.pdf("report.typ", document(report), report.signing.on)


def _sheet_pdf(report: Report) -> bytes:
    picture = qr(report.public_address) if report.public_address else ""
    return typeset.pdf("sheet.typ", sheet(report, picture), report.signing.on)


_MAKERS: Final[dict[ReportFile, Callable[[Report], bytes]]] = {
    ReportFile.REPORT: _report_pdf,
    ReportFile.SHEET: _sheet_pdf,
    ReportFile.WORKBOOK: workbook,
    ReportFile.MATRIX: matrix_csv,
    ReportFile.DATA_CSV: data_csv,
    ReportFile.DATA_JSON: data_json,
    ReportFile.METADATA: metadata_json,
}
