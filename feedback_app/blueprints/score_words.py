"""A score in sentences that a leader can repeat and an employee can check."""

from __future__ import annotations

import math

from flask_babel import gettext

from feedback_app.blueprints.formats import number
from feedback_app.evaluation.evidence.queries import EvidenceGroup
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import Band, ratings_needed
from feedback_app.evaluation.score.people import N_EFFECTIVE_MIN, RELIABILITY_MIN


def signed(points: float) -> str:
    """Return points with their sign, `+2,31` or `−0,40`; what rounds to nothing has none."""
    words = number(abs(points))
    if words == number(0.0):
        return words
    return ("+" if points > 0 else "−") + words


def tells_apart(score: Score, cycle: Cycle) -> bool:
    """Tell whether there is a figure at all: ratings that counted, in a cycle in which people differ beyond chance."""
    return score.n > 0 and (cycle.tau2 or 0.0) > 0.0


def score_sentence(score: Score, cycle: Cycle) -> str:
    """Return what the figure says, with its interval."""
    if score.n == 0:
        return str(
            gettext("Tidak ada penilaian dengan bukti kunjungan yang dihitung untuk pegawai ini dalam siklus ini.")
        )
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
    return said


def band_reason(score: Score, cycle: Cycle) -> str:
    """Return why the band is what it is."""
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
    """Return in plain words what the reliability does to the figure."""
    if not tells_apart(score, cycle):
        return str(gettext("Belum ada beda yang dapat diandalkan untuk menilai seorang pegawai."))
    said: str = gettext(
        "Kira-kira %(percent)s %% dari beda yang tampak adalah beda yang nyata; sisanya dapat terjadi kebetulan. "
        "Karena itu rata-rata apa adanya (%(raw)s poin) ditarik ke arah patokan menjadi %(score)s poin.",
        percent=number(100 * score.reliability, 0), raw=signed(score.mean_residual), score=signed(score.score),
    )  # fmt: skip
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
    """Return what the ratings were compared with; None where nothing counted."""
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
