"""A score in sentences that a leader can repeat and an employee can check."""

from __future__ import annotations

import math

from flask_babel import gettext

from feedback_app.blueprints.formats import number
from feedback_app.evaluation.evidence.beside import UnitBeside
from feedback_app.evaluation.evidence.groups import EvidenceGroup
from feedback_app.evaluation.evidence.small_numbers import FIGURES_FROM_N
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import N_EFFECTIVE_MIN, RELIABILITY_MIN, Band, ratings_needed


def signed(points: float) -> str:
    """Return points with their sign, `+2,31` or `−0,40`; what rounds to nothing has none."""
    words = number(abs(points))
    if words == number(0.0):
        return words
    return ("+" if points > 0 else "−") + words


def is_withheld(score: Score) -> bool:
    """Tell whether the figure is held back: its ratings are so few that they would tell what one citizen said."""
    return score.n > 0 and (score.is_withheld or score.n < FIGURES_FROM_N)


def tells_apart(score: Score, cycle: Cycle) -> bool:
    """Tell whether there is a figure to show: ratings enough, in a cycle in which people differ beyond chance."""
    return score.n > 0 and not is_withheld(score) and (cycle.tau2 or 0.0) > 0.0


def services_alike(cycle: Cycle) -> bool:
    """Tell whether all services of a computed cycle have one baseline: neither they nor their quarters differ."""
    used = cycle.parameters or {}
    return bool(used) and not used.get("kappa2") and not used.get("omega2")


def score_sentence(score: Score, cycle: Cycle) -> str:
    """Return what the figure says, with its interval."""
    if score.n == 0:
        return str(
            gettext("Tidak ada penilaian dengan bukti kunjungan yang dihitung untuk pegawai ini dalam siklus ini.")
        )
    if is_withheld(score):
        return withheld_sentence(score)
    if not tells_apart(score, cycle):
        return str(
            gettext("Dalam siklus ini beda antarpegawai tidak melebihi kebetulan, jadi tidak ada nilai perseorangan.")
        )
    side = gettext("di atas") if score.score > 0 else gettext("di bawah")
    said: str = gettext(
        "Nilai dari warga %(points)s poin %(side)s patokan untuk layanan, saluran, dan triwulan yang sama. "
        "Dengan keyakinan 90 %%, nilai yang sebenarnya ada di antara %(low)s dan %(high)s poin.",
        points=number(abs(score.score)), side=side, low=signed(score.low), high=signed(score.high),
    )  # fmt: skip
    return f"{said} {rounded_sentence(score.n_changed)}" if score.n_changed else said


def rounded_sentence(n_changed: int) -> str:
    """Return why a figure is told in whole points after an upheld contest."""
    said: str = gettext(
        "Angkanya dibulatkan ke poin utuh, dan rata-rata kelompoknya ditahan: hanya %(n)s penilaian berubah sesudah "
        "sanggahan, dan selisihnya akan menunjukkan jawaban itu.",
        n=number(n_changed, 0),
    )
    return said


def changed_sentence(n_changed: int) -> str:
    """Return why a figure is withheld that differs from the one told before by few ratings."""
    said: str = gettext(
        "Angkanya ditahan: hanya %(n)s penilaian berubah sejak angka ini terakhir ditampilkan, dan selisihnya akan "
        "menunjukkan jawaban warga itu.",
        n=number(n_changed, 0),
    )
    return said


def unit_sentence(unit: UnitBeside) -> str:
    """Return why the result of a unit is withheld."""
    row = unit.result
    if row.n_changed:
        return changed_sentence(row.n_changed)
    if row.n < FIGURES_FROM_N:
        return str(gettext("Angkanya ditahan: penilaiannya kurang dari %(least)s.", least=number(FIGURES_FROM_N, 0)))
    return str(
        gettext(
            "Angkanya ditahan: bersama angka pegawai unit ini atau siklus lain, selisihnya kurang dari %(least)s "
            "penilaian dan jawaban seorang warga dapat ditebak.",
            least=number(FIGURES_FROM_N, 0),
        )
    )


def withheld_sentence(score: Score) -> str:
    """Return why a figure is held back."""
    if score.n < FIGURES_FROM_N:
        return str(
            gettext(
                "Baru %(n)s penilaian dihitung. Di bawah %(least)s penilaian angkanya ditahan, supaya jawaban seorang "
                "warga tidak dapat ditebak.",
                n=number(score.n, 0), least=number(FIGURES_FROM_N, 0),
            )
        )  # fmt: skip
    if score.n_changed:
        return changed_sentence(score.n_changed)
    return str(
        gettext(
            "Angkanya ditahan: bersama siklus lain yang sudah ditampilkan, selisihnya kurang dari %(least)s penilaian "
            "dan jawaban seorang warga dapat ditebak.",
            least=number(FIGURES_FROM_N, 0),
        )
    )


def band_reason(score: Score, cycle: Cycle) -> str:
    """Return why the band is what it is."""
    if is_withheld(score):
        return str(gettext("Dari penilaian sesedikit itu tidak ada yang disimpulkan."))
    delta = number(cycle.delta or 0.0)
    said: str
    if score.n_effective < N_EFFECTIVE_MIN:
        said = gettext(
            "Dasarnya %(n)s penilaian efektif; sebelum ada %(least)s, tidak ada yang disimpulkan.",
            n=number(score.n_effective, 1), least=number(N_EFFECTIVE_MIN, 0),
        )  # fmt: skip
        return said
    if score.reliability < RELIABILITY_MIN:
        said = gettext(
            "Keandalannya %(reliability)s; sebelum mencapai %(least)s, tidak ada yang disimpulkan.",
            reliability=number(score.reliability), least=number(RELIABILITY_MIN),
        )  # fmt: skip
        return said
    sentences: dict[Band, str] = {
        Band.ABOVE: gettext("Seluruh selang berada di atas +%(delta)s poin.", delta=delta),
        Band.BELOW: gettext("Seluruh selang berada di bawah −%(delta)s poin.", delta=delta),
        Band.AS_EXPECTED: gettext("Selang tidak seluruhnya melampaui batas ±%(delta)s poin.", delta=delta),
        Band.INSUFFICIENT: gettext("Selang melampaui kedua batas ±%(delta)s poin: belum ada putusan.", delta=delta),
    }
    return sentences[score.band]


def reliability_words(score: Score, cycle: Cycle) -> str:
    """Return in plain words what the reliability says."""
    if not tells_apart(score, cycle):
        return str(gettext("Belum ada beda yang dapat diandalkan untuk menilai seorang pegawai."))
    said: str = gettext(
        "Kira-kira %(percent)s %% dari beda yang tampak adalah beda yang nyata; sisanya dapat terjadi kebetulan.",
        percent=number(100 * score.reliability, 0),
    )
    return said


def needed_words(score: Score, cycle: Cycle) -> str | None:
    """Return how many whole ratings would be enough in this cycle; None where that is reached or cannot be said."""
    tau2, sigma2 = cycle.tau2 or 0.0, cycle.sigma2 or 0.0
    if score.band is not Band.INSUFFICIENT or not (tau2 > 0 and sigma2 > 0):
        return None
    needed = max(ratings_needed(RELIABILITY_MIN, tau2 / (tau2 + sigma2)), N_EFFECTIVE_MIN)
    said: str = gettext(
        "Bila seorang pegawai bertanggung jawab sendirian, siklus ini memerlukan kira-kira %(n)s penilaian "
        "dengan bukti kunjungan.",
        n=number(math.ceil(needed), 0),
    )
    return said


def baseline_words(groups: list[EvidenceGroup]) -> str | None:
    """Return what the ratings were compared with; None where nothing that counted is shown."""
    found = [group.baseline for group in groups if group.baseline is not None]
    if not found:
        return None
    low, high = number(min(found)), number(max(found))
    if low == high:
        return str(gettext("Patokannya %(low)s pada skala 25 sampai 100.", low=low))
    said: str = gettext(
        "Patokannya %(low)s sampai %(high)s pada skala 25 sampai 100, menurut layanan dan triwulan.", low=low, high=high
    )
    return said
