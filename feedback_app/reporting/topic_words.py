"""What topics of texts and reasons of raters are called in an official document. Pure; Indonesian only."""

from __future__ import annotations

from typing import Final

from feedback_app.intake.rules import BadReason
from feedback_app.nlp.labels import Aspect

TOPICS: Final = {
    Aspect.REQUIREMENTS: "Persyaratan",
    Aspect.PROCEDURE: "Prosedur",
    Aspect.DELAY: "Penundaan berlarut",
    Aspect.QUEUE_HOURS: "Antrean dan jam layanan",
    Aspect.NOT_SERVED: "Tidak dilayani",
    Aspect.FEE: "Biaya",
    Aspect.ILLEGAL_LEVY: "Pungutan di luar ketentuan",
    Aspect.PRODUCT_ERROR: "Hasil layanan keliru",
    Aspect.COMPETENCE: "Kecakapan petugas",
    Aspect.CONDUCT: "Sikap petugas",
    Aspect.DISCRIMINATION: "Diskriminasi",
    Aspect.ABUSE_OF_POWER: "Penyalahgunaan wewenang",
    Aspect.FACILITIES: "Sarana dan prasarana",
    Aspect.ACCESSIBILITY: "Akses bagi kelompok rentan",
    Aspect.ONLINE_SYSTEM: "Sistem daring",
    Aspect.INFORMATION: "Informasi layanan",
    Aspect.COMPLAINT_HANDLING: "Penanganan pengaduan",
    Aspect.DATA_PRIVACY: "Data pribadi",
    Aspect.OTHER: "Lainnya",
}
REASONS: Final = {
    BadReason.SLOW: "lambat",
    BadReason.COMPLICATED: "persyaratan atau alurnya rumit",
    BadReason.UNFRIENDLY: "petugas kurang ramah",
    BadReason.NOT_COMPETENT: "petugas kurang menguasai",
    BadReason.EXPENSIVE: "biaya mahal atau tidak jelas",
    BadReason.UNCOMFORTABLE: "tempat tidak nyaman",
}
