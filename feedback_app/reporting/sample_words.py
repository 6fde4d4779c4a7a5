"""What is wrong with a sample, as an official document says it. Pure; Indonesian only."""

from __future__ import annotations

from datetime import date

from feedback_app.reporting.printing import day, figure, whole
from feedback_app.survey.sample import SampleWarning, WarningKind


def sentence(warning: SampleWarning) -> str:
    """Return one sentence on one warning."""
    percent = f"{figure(warning.percent)}%"
    match warning.kind:
        case WarningKind.POPULATION_UNKNOWN:
            return (
                "Jumlah penerima layanan belum dicatat, sehingga kecukupan jumlah responden tidak dapat dinilai "
                "menurut tabel."
            )
        case WarningKind.THIN_SAMPLE:
            return (
                f"Responden baru {whole(warning.count)} dari {whole(warning.of)} yang diminta tabel ({percent}); "
                "hasilnya perlu dibaca dengan hati-hati."
            )
        case WarningKind.ONE_CHANNEL:
            return f"Sebanyak {percent} kuesioner masuk melalui satu saluran: {warning.subject}."
        case WarningKind.ONE_HOUR_BAND:
            return f"Sebanyak {percent} kuesioner yang mencatat jam survei diisi pada pukul {warning.subject}."
        case WarningKind.ONE_DAY:
            on = day(date.fromisoformat(warning.subject))
            return f"Sebanyak {percent} kuesioner diisi pada satu hari, yaitu {on}."
        case WarningKind.ONE_SERVICE:
            return (
                f"Layanan {warning.subject} menyumbang {percent} responden, jauh di atas bagiannya di antara "
                "penerima layanan."
            )
        case WarningKind.MISSING_ANSWERS:
            return f"Sebanyak {percent} pertanyaan unsur dibiarkan kosong oleh responden."
