"""What messages about personal data say to staff: a request or a breach by its number."""

from __future__ import annotations

from typing import Final

from feedback_app.notifications.templates import Template

PRIVACY_TEXTS: Final[dict[str, dict[Template, tuple[str, str]]]] = {
    "id": {
        Template.REQUEST_DUE: (
            "Permintaan data nomor {request} belum dijawab",
            (
                "Permintaan seorang pelapor tentang datanya (nomor {request}) sudah menunggu dua hari. Undang-Undang "
                "27/2022 memberi 3 × 24 jam, malam dan hari libur ikut dihitung. Buka {requests}."
            ),
        ),
        Template.BREACH_TO_CONFIRM: (
            "Laporan kebocoran data nomor {breach} menunggu pengesahan Anda",
            (
                "Seorang rekan mencatat kebocoran data pribadi (nomor {breach}). Orang kedua harus mengesahkannya "
                "sebelum pemberitahuan dikirim. Batasnya 3 × 24 jam sejak diketahui. Buka {breaches}/{breach}."
            ),
        ),
        Template.BREACH_DUE: (
            "Kebocoran data nomor {breach} belum diberitahukan",
            (
                "Kebocoran data pribadi nomor {breach} sudah diketahui dua hari, dan pemberitahuannya belum lengkap. "
                "Undang-Undang 27/2022 memberi 3 × 24 jam, malam dan hari libur ikut dihitung. Buka "
                "{breaches}/{breach}."
            ),
        ),
    },
    "en": {
        Template.REQUEST_DUE: (
            "Data request {request} is not answered",
            (
                "A reporter's request about their data (number {request}) has waited two days. Law 27/2022 gives "
                "3 × 24 hours, nights and holidays included. Open {requests}."
            ),
        ),
        Template.BREACH_TO_CONFIRM: (
            "Data breach {breach} waits for your confirmation",
            (
                "A colleague noted a breach of personal data (number {breach}). A second person has to confirm it "
                "before notices go out, within 3 × 24 hours of its discovery. Open {breaches}/{breach}."
            ),
        ),
        Template.BREACH_DUE: (
            "Data breach {breach} is not notified",
            (
                "The breach of personal data {breach} was found two days ago and its notices are not complete. Law "
                "27/2022 gives 3 × 24 hours, nights and holidays included. Open {breaches}/{breach}."
            ),
        ),
    },
}
PRIVACY_NUMBERS: Final[dict[Template, tuple[str, ...]]] = {
    Template.REQUEST_DUE: ("request",),
    Template.BREACH_TO_CONFIRM: ("breach",),
    Template.BREACH_DUE: ("breach",),
}
