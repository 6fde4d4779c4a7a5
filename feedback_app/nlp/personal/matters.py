"""Numbers of matters, not of people: after "resi", "registrasi", "no. tiket" they only look like a NIK or a phone."""

from __future__ import annotations

import re
from typing import Final

_NUMBERED: Final = (
    r"resi|awb|reg(?:istrasi)?|registration|tiket|ticket|invoice|billing|ntpn|ntb|barcode|imei|serial|seri"
    r"|referensi|token|antre?an|antrian"
)
_ONLY_WITH_NUMBER: Final = (
    r"order|pesanan|booking|transaksi|trx|bayar|tracking|pelacakan|aduan|pengaduan|laporan|pendaftaran|permohonan|berkas"
    r"|surat|sk|dokumen|izin|agenda|perkara|paket|kontrak|sertifikat"
)
_NO: Final = r"(?:no|nomor|nomer|nmr|number|id|kode)\b\.?"
_FILLER: Final = (
    r"(?:\s*(?:[:=#.,()]|nya\b|saya\b|sy\b|kami\b|adalah\b|yaitu\b|pos\b|online\b|jne\b|j&t\b|sicepat\b|lapor\b"
    rf"|{_NO}|\d{{1,2}}[ \-]?(?:angka|digit)\w*))*"
)
_MATTER: Final = re.compile(
    rf"\b(?:(?:{_NUMBERED})|{_NO}\s*(?:{_ONLY_WITH_NUMBER}))(?:nya)?\b{_FILLER}\s*$", re.IGNORECASE
)
_OWN: Final = re.compile(r"\b(?:no|nomor|nomer|nmr)\.?\s+(?:saya|sy|kami)\b[\s:]*$", re.IGNORECASE)
_REACH: Final = 48


def is_number_of_a_matter(text: str, start: int) -> bool:
    """Tell whether the words right before the number at `start` call it that of a parcel, a ticket, a registration."""
    reach = max(0, start - _REACH)
    return _MATTER.search(text, reach, start) is not None and _OWN.search(text, reach, start) is None
