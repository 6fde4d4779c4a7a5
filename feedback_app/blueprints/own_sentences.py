"""What a figure says to the person it is about, in sentences that explain how to read it."""

from __future__ import annotations

from flask_babel import gettext, ngettext

from feedback_app.blueprints.formats import number
from feedback_app.blueprints.score_words import changed_sentence, interval_reason, rounded_sentence, signed
from feedback_app.evaluation.evidence.explain import BandRule
from feedback_app.evaluation.evidence.pack import Pack
from feedback_app.evaluation.evidence.small_numbers import FIGURES_FROM_N
from feedback_app.evaluation.score.figures import N_EFFECTIVE_MIN, RELIABILITY_MIN


def lead(pack: Pack) -> str:
    """Return how many visits speak of the reader."""
    n = pack.score.n
    if n == 0:
        return str(gettext("Belum ada kunjungan yang dinilai pada tanggal Anda bertanggung jawab."))
    said: str = ngettext(
        "Anda dinilai oleh satu kunjungan.", "Anda dinilai oleh %(n)s kunjungan.", n, n=number(n, 0)
    )  # fmt: skip
    return said


def position(pack: Pack) -> str | None:
    """Return where the figure lies, and how to read its interval; None where no figure is shown."""
    steps = pack.steps
    if steps is None:
        return None
    side = gettext("di atas") if steps.score > 0 else gettext("di bawah")
    said: str = gettext(
        "Nilai Anda %(points)s poin %(side)s patokan, yaitu yang lazim untuk layanan dan triwulan yang sama. Karena "
        "jumlah penilaian terbatas, nilai itu tidak pasti: dengan keyakinan 90 %%, nilai yang sebenarnya ada di "
        "antara %(low)s dan %(high)s poin. Makin sempit selang itu, makin pasti nilainya; selang yang memuat nol "
        "berarti Anda mungkin tepat pada patokan.",
        points=number(abs(steps.score)), side=side, low=signed(steps.low), high=signed(steps.high),
    )  # fmt: skip
    n_changed = pack.score.n_changed
    return f"{said} {rounded_sentence(n_changed)}" if n_changed else said


def reliability(pack: Pack) -> str | None:
    """Return what the reliability does to the figure; None where no figure is shown."""
    steps = pack.steps
    if steps is None:
        return None
    said: str = gettext(
        "Keandalan %(reliability)s: kira-kira %(percent)s %% dari beda yang tampak adalah beda yang nyata, sisanya "
        "dapat terjadi kebetulan. Beda apa adanya ditarik ke arah patokan: %(raw)s × %(factor)s %(sign)s %(score)s "
        "poin. Makin banyak penilaian, makin dekat faktor itu kepada 1.",
        reliability=number(steps.reliability), percent=number(100 * steps.reliability, 0),
        raw=signed(steps.residual), factor=number(steps.factor, 4), sign="=" if steps.is_product_exact else "≈",
        score=signed(steps.score),
    )  # fmt: skip
    return said


def compared_with(pack: Pack) -> str | None:
    """Return what the ratings were compared with; None where no figure is shown."""
    if pack.steps is None:
        return None
    said: str = gettext(
        "Rata-rata penilaian untuk Anda %(mean)s; patokannya %(baseline)s (skala 25 sampai 100). Patokan dihitung dari "
        "semua pegawai yang memberikan layanan yang sama pada triwulan yang sama.",
        mean=number(pack.steps.mean), baseline=number(pack.steps.baseline),
    )  # fmt: skip
    return said


def why(pack: Pack) -> str:
    """Return which rule decided the band."""
    if pack.rule is BandRule.WITHHELD and pack.score.n_changed:
        return changed_sentence(pack.score.n_changed)
    sentences: dict[BandRule, str] = {
        BandRule.NO_RATINGS: gettext("Tanpa penilaian dengan bukti kunjungan, tidak ada yang dapat disimpulkan."),
        BandRule.WITHHELD: gettext(
            "Angkanya tidak ditampilkan kepada siapa pun: di bawah %(least)s penilaian, atau bila selisih dengan "
            "siklus lain terlalu kecil, penilaian seorang warga dapat tertebak.",
            least=number(FIGURES_FROM_N, 0),
        ),
        BandRule.NO_DIFFERENCE: gettext(
            "Dalam siklus ini beda antarpegawai tidak melebihi kebetulan, jadi tidak ada nilai perseorangan."
        ),
        BandRule.FEW_RATINGS: gettext(
            "Setara %(n)s penilaian utuh; sebelum ada %(least)s, tidak ada yang disimpulkan.",
            n=number(pack.ground.n_effective, 1), least=number(N_EFFECTIVE_MIN, 0),
        ),
        BandRule.LOW_RELIABILITY: gettext(
            "Keandalannya belum mencapai %(least)s, jadi tidak ada yang disimpulkan.", least=number(RELIABILITY_MIN)
        ),
    }  # fmt: skip
    return sentences[pack.rule] if pack.rule in sentences else interval_reason(pack.rule, pack.ground.delta)
