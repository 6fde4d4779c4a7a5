"""Workbooks written by hand, part by part, as no program would write them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_KINDS = {
    "/xl/workbook.xml": "sheet.main", "/xl/worksheets/sheet1.xml": "worksheet",
    "/xl/sharedStrings.xml": "sharedStrings", "/xl/styles.xml": "styles",
}  # fmt: skip

ROWS = '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2"><v>3</v></c></row>'
ONE_SHEET = '<sheet name="Data" sheetId="1" r:id="rId1"/>'


def _linked(kind: str, target: str) -> str:
    link = f'<Relationship Id="rId1" Type="{_LINKS}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{link}</Relationships>'


def _kinds() -> str:
    named = "".join(f'<Override PartName="{part}" ContentType="{_KIND}.{kind}+xml"/>' for part, kind in _KINDS.items())
    links = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return f'<Types xmlns="{_PACKAGE}/content-types">{links}{named}</Types>'


def book(
    rows: str = ROWS, *, texts: str = "<si><t>u1</t></si>", styles: str = "", sheets: str = ONE_SHEET,
    before: str = "", more: Mapping[str, bytes] | None = None, packed: int = zipfile.ZIP_DEFLATED,
) -> bytes:  # fmt: skip
    """A workbook of one sheet; `before` stands before the table of texts, `more` are parts nobody asked for."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _kinds(),
        "_rels/.rels": _linked("officeDocument", "xl/workbook.xml"),
        "xl/_rels/workbook.xml.rels": _linked("worksheet", "worksheets/sheet1.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{_LINKS}"><sheets>{sheets}</sheets></workbook>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
        "xl/sharedStrings.xml": f'{before}<sst xmlns="{MAIN}">{texts}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
        **(more or {}),
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", packed, compresslevel=1) as written:
        for name, part in parts.items():
            written.writestr(name, part)
    return content.getvalue()


def zip_of_zips(depth: int, inside: bytes) -> bytes:
    """Something packed again and again."""
    for _ in range(depth):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as outer:
            for number in range(4):
                outer.writestr(f"{number}.zip", inside)
        inside = content.getvalue()
    return inside
