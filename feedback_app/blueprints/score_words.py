"""A score in sentences that a leader can repeat and an employee can check."""

from __future__ import annotations

import math

from flask_babel import gettext

from feedback_app.blueprints.formats import number
from feedback_app.evaluation.evidence.beside import UnitBeside
from feedback_app.evaluation.evidence.explain import BandRule
from feedback_app.evaluation.evidence.groups import EvidenceGroup
from feedback_app.evaluation.evidence.small_numbers import FIGURES_FROM_N
from feedback_app.evaluation.evidence.told import is_withheld, tells_apart
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import N_EFFECTIVE_MIN, RELIABILITY_MIN, Band, ratings_needed


def signed(points: float) -> str:
    """Return points with their sign, `+2,31` or `−0,40`; what rounds to nothing has none."""
    words = number(abs(points))
    if words == number(0.0):
        return words
    return ("+" if points > 0 else "−") + words


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


def band_reason(score: Score, rule: BandRule, delta: float) -> str:
    """Return why the band is what it is."""
    if rule is BandRule.WITHHELD:
        return str(gettext("Dari penilaian sesedikit itu tidak ada yang disimpulkan."))
    said: str
    if rule in {BandRule.NO_RATINGS, BandRule.FEW_RATINGS}:
        said = gettext(
            "Dasarnya %(n)s penilaian efektif; sebelum ada %(least)s, tidak ada yang disimpulkan.",
            n=number(score.n_effective, 1), least=number(N_EFFECTIVE_MIN, 0),
        )  # fmt: skip
        return said
    if rule in {BandRule.NO_DIFFERENCE, BandRule.LOW_RELIABILITY}:
        said = gettext(
            "Keandalannya %(reliability)s; sebelum mencapai %(least)s, tidak ada yang disimpulkan.",
            reliability=number(score.reliability), least=number(RELIABILITY_MIN),
        )  # fmt: skip
        return said
    return interval_reason(rule, delta)


def interval_reason(rule: BandRule, delta: float) -> str:
    """Return how the interval lies to the edges of "as expected"; for the rules that look at it."""
    edge = number(delta)
    sentences: dict[BandRule, str] = {
        BandRule.ALL_ABOVE: gettext("Seluruh selang berada di atas +%(delta)s poin.", delta=edge),
        BandRule.ALL_BELOW: gettext("Seluruh selang berada di bawah −%(delta)s poin.", delta=edge),
        BandRule.WITHIN: gettext("Selang tidak seluruhnya melampaui batas ±%(delta)s poin.", delta=edge),
        BandRule.CROSSES_BOTH: gettext("Selang melampaui kedua batas ±%(delta)s poin: belum ada putusan.", delta=edge),
    }
    return sentences[rule]


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
