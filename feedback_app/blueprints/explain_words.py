"""The arithmetic of a figure as sentences, one for each step: "why this number?"."""

from __future__ import annotations

from flask_babel import gettext

from feedback_app.blueprints.formats import number
from feedback_app.blueprints.score_words import signed
from feedback_app.evaluation.evidence.explain import Arithmetic, difference_shown
from feedback_app.evaluation.evidence.groups import EvidenceGroup
from feedback_app.evaluation.evidence.pack import Pack


def steps(pack: Pack) -> list[tuple[str, str]]:
    """Return each step of the arithmetic with the person's numbers; none where the figure is held back."""
    found = pack.steps
    if found is None:
        return []
    return [*_to_score(found), *_to_interval(found)]


def _to_score(found: Arithmetic) -> list[tuple[str, str]]:
    return [
        (
            str(gettext("1. Beda dari patokan")),
            str(
                gettext(
                    "Rata-rata penilaian %(mean)s dikurangi patokan pekerjaan yang sama %(baseline)s = %(residual)s "
                    "poin.",
                    mean=number(found.mean), baseline=number(found.baseline), residual=signed(found.residual),
                )
            ),
        ),
        (
            str(gettext("2. Bagian yang bukan kebetulan")),
            str(
                gettext(
                    "%(residual)s × %(factor)s %(sign)s %(score)s poin. Makin sedikit penilaian, makin kecil "
                    "faktornya.",
                    residual=signed(found.residual), sign="=" if found.is_product_exact else "≈",
                    factor=number(found.factor, 4), score=signed(found.score),
                )
            ),
        ),
    ]  # fmt: skip


def _to_interval(found: Arithmetic) -> list[tuple[str, str]]:
    return [
        (
            str(gettext("3. Selang 90 persen")),
            str(
                gettext(
                    "%(score)s ± %(z)s × galat baku %(error)s = %(low)s sampai %(high)s poin.",
                    score=signed(found.score), z=number(found.z, 3), error=number(found.standard_error),
                    low=signed(found.low), high=signed(found.high),
                )
            ),
        ),
        (
            str(gettext("4. Kesimpulan")),
            str(
                gettext(
                    "Batas “sesuai ekspektasi” ±%(delta)s poin; perlu 30 penilaian efektif dan keandalan 0,70.",
                    delta=number(found.delta),
                )
            ),
        ),
    ]  # fmt: skip


def group_steps(pack: Pack, group: EvidenceGroup) -> list[str]:
    """Return how one group enters the score; nothing where its figure is held back or it does not count."""
    if group.mean is None or group.baseline is None or pack.steps is None:
        return []
    counted = pack.score.n_effective
    residual = difference_shown(group.mean, group.baseline)
    said: str = gettext(
        "Rata-rata %(mean)s − patokan %(baseline)s = %(residual)s poin. Kelompok ini berbobot %(weight)s dari "
        "%(counted)s penilaian utuh, jadi menyumbang %(part)s poin kepada beda dari patokan.",
        mean=number(group.mean), baseline=number(group.baseline), residual=signed(residual),
        weight=number(group.weight, 1), counted=number(counted, 1), part=signed(residual * group.weight / counted),
    )  # fmt: skip
    return [said]
