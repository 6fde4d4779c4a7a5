"""What the board says in words: signals, findings, and what to do about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from feedback_app.blueprints.formats import day, number
from feedback_app.blueprints.labels import Words
from feedback_app.evaluation.board.control_charts import Rule, Side, Signal
from feedback_app.evaluation.board.rates import Share
from feedback_app.evaluation.board.response import Basis, ChannelChange, Group, UnitResponse
from feedback_app.evaluation.board.rules import BLOCK_HOURS, Batch, week_of
from feedback_app.evaluation.board.silence import ReceiptAlarm
from feedback_app.evaluation.board.training import Need
from feedback_app.evaluation.board.trends import AspectTrend, Span, Stance
from feedback_app.intake.withholding import Finding
from feedback_app.measures.release_rules import FEW, told_count

# Ratings that rise are good news, shares of dissatisfied that rise are not: the words say only where a value went.
SIGNALS: Final[Mapping[tuple[Rule, Side], Words]] = {
    (Rule.BEYOND, Side.UP): _("di atas batas atas"),
    (Rule.BEYOND, Side.DOWN): _("di bawah batas bawah"),
    (Rule.TWO_OF_THREE, Side.UP): _("dua dari tiga titik jauh di atas garis tengah"),
    (Rule.TWO_OF_THREE, Side.DOWN): _("dua dari tiga titik jauh di bawah garis tengah"),
    (Rule.RUN, Side.UP): _("delapan titik berturut-turut di atas garis tengah"),
    (Rule.RUN, Side.DOWN): _("delapan titik berturut-turut di bawah garis tengah"),
    (Rule.TREND, Side.UP): _("enam titik berturut-turut naik"),
    (Rule.TREND, Side.DOWN): _("enam titik berturut-turut turun"),
}
SPANS: Final[Mapping[Span, Words]] = {
    Span.QUARTER: _("91 hari terakhir"),
    Span.MONTH: _("30 hari terakhir"),
}
STANCES: Final[Mapping[Stance, Words]] = {Stance.PRAISE: _("dipuji"), Stance.CRITICISM: _("dikeluhkan")}
NEEDS: Final[Mapping[Need, Words]] = {
    Need.TECHNICAL: _("Pelatihan teknis layanan"),
    Need.SERVICE: _("Pelatihan pelayanan prima"),
    Need.DIGITAL: _("Keterampilan digital"),
    Need.PROCESS: _("Perbaikan proses, bukan pelatihan"),
}
NEED_REASONS: Final[Mapping[Need, Words]] = {
    Need.TECHNICAL: _("Warga menyebut kecakapan, persyaratan yang keliru, atau hasil yang salah."),
    Need.SERVICE: _("Warga menyebut sikap, perlakuan berbeda, atau tidak dilayani."),
    Need.DIGITAL: _("Warga menyebut sistem daring atau data pribadi."),
    Need.PROCESS: _("Warga menyebut penundaan, antrean, atau prosedur: ubah alurnya, jangan menambah kursus."),
}
BASES: Final[Mapping[Basis, Words]] = {
    Basis.RECEIPTS: _("dari token kunjungan yang dibagikan"),
    Basis.VISITS: _("dari kunjungan yang dihitung unit"),
    Basis.PAST: _("dibandingkan dengan masa sebelumnya"),
    Basis.NONE: _("belum dapat dibandingkan"),
}


def signal_words(signals: Sequence[Signal]) -> str:
    """Return what the signals of a point say, `terkendali` where there is none."""
    if not signals:
        return str(gettext("dalam batas"))
    return "; ".join(str(SIGNALS[signal.rule, signal.side]) for signal in signals)


def days(batch: Batch) -> str:
    """Return the days of service of a point: `12 Mei 2026`, the first and the last, or the week that filled it.

    A point stands in the week of its last day. Where a unit has few ratings it took more than a week to gather enough,
    so that the days of neighbouring points overlap.
    """
    if batch.first_on == batch.last_on:
        return day(batch.last_on)
    monday = week_of(batch.last_on)
    if batch.first_on >= monday:
        return f"{day(batch.first_on)} – {day(batch.last_on)}"
    return str(gettext("minggu %(week)s, kunjungan sejak %(first)s", week=day(monday), first=day(batch.first_on)))


def percent(value: float) -> str:
    """Return a share in whole percent, such as `18 %`."""
    return f"{number(100 * value, 0)} %"


def share_words(share: Share) -> str:
    """Return a share with its interval and number."""
    return str(
        gettext(
            "%(share)s (selang 95 %%: %(low)s–%(high)s) dari %(n)s", share=percent(share.value),
            low=percent(share.low), high=percent(share.high), n=number(share.whole, 0),
        )
    )  # fmt: skip


def response_words(one: UnitResponse | None) -> str:
    """Return how far a unit is heard."""
    if one is None or one.basis is Basis.NONE:
        return str(BASES[Basis.NONE])
    if one.share is not None:
        return f"{share_words(one.share)}, {BASES[one.basis]}"
    return f"{ratio_words(one.past.ratio) if one.past else '–'}, {BASES[one.basis]}"


def ratio_words(ratio: float) -> str:
    """Return a ratio with what it means: `0,7 kali, yaitu berkurang 30 %`."""
    change = round(100 * (ratio - 1))
    if change == 0:
        return str(gettext("sama banyak"))
    words = {"ratio": number(ratio, 1), "percent": number(abs(change), 0)}
    if change < 0:
        return str(gettext("%(ratio)s kali, yaitu berkurang %(percent)s %%", **words))
    return str(gettext("%(ratio)s kali, yaitu bertambah %(percent)s %%", **words))


def hours_words(block: int) -> str:
    """Return a block of hours: `pukul 12–14`."""
    return str(gettext("pukul %(first)s–%(last)s", first=block, last=block + BLOCK_HOURS))


def hour_sentence(group: Group) -> str:
    """Return what a block of hours that is heard less means."""
    return _less(gettext("Dari kunjungan %(hours)s", hours=hours_words(group.key)), group)


def place_sentence(group: Group, name: str) -> str:
    """Return what a place that is heard less means."""
    return _less(gettext("Dari kunjungan di %(place)s", place=name), group)


def _less(start: object, group: Group) -> str:
    others = percent(group.others.value) if group.others else "–"
    return str(
        gettext(
            "%(start)s hanya %(share)s memberi nilai; di tempat atau jam lain %(others)s.", start=start,
            share=percent(group.share.value), others=others,
        )
    )  # fmt: skip


def channel_sentence(one: ChannelChange, name: object) -> str:
    """Return what a channel that carries less than before means."""
    return str(
        gettext(
            "Melalui saluran “%(channel)s” penilaian tinggal %(ratio)s, dibandingkan dengan 84 hari sebelumnya.",
            channel=name, ratio=ratio_words(one.change.ratio),
        )
    )  # fmt: skip


def texts_words(n: int) -> str:
    """Return a number of texts, in tens: it tells of no single one."""
    if n < FEW:
        return str(gettext("kurang dari %(few)s", few=FEW))
    return str(gettext("sedikitnya %(n)s", n=number(told_count(n), 0)))


def trend_words(one: AspectTrend) -> str:
    """Return how often an aspect is spoken of, against before, as a part of all texts."""
    rises = one.change.ratio > 1
    if not one.tells_ratio:
        return str(
            gettext("lebih sering daripada sebelumnya") if rises else gettext("lebih jarang daripada sebelumnya")
        )
    words = gettext("%(ratio)s kali sebelumnya (selang 95 %%: %(low)s–%(high)s)", ratio=number(one.change.ratio, 1),
                    low=number(one.change.low, 1), high=number(one.change.high, 1))  # fmt: skip
    return str(words)


def alarm_sentence(alarm: ReceiptAlarm, name: str, week: str) -> str:
    """Return what is odd about the receipts of a week, as a question to ask and not as a verdict."""
    start = {"unit": name, "day": week, "issued": number(alarm.issued, 0)}
    if alarm.finding is Finding.WITHHELD:
        words = gettext(
            "%(unit)s, minggu %(day)s: %(visits)s kunjungan dihitung, tetapi hanya %(issued)s token kunjungan "
            "dibagikan.",
            visits=number(alarm.transactions, 0), **start,
        )  # fmt: skip
    elif alarm.finding is Finding.SURPLUS:
        words = gettext(
            "%(unit)s, minggu %(day)s: %(issued)s token kunjungan dibagikan, lebih banyak daripada %(visits)s "
            "kunjungan yang dihitung.", visits=number(alarm.transactions, 0), **start,
        )  # fmt: skip
    else:
        words = gettext(
            "%(unit)s, minggu %(day)s: dari %(issued)s token kunjungan hanya %(used)s dipakai, jauh lebih sedikit "
            "daripada biasanya.", used=number(alarm.used, 0), **start,
        )  # fmt: skip
    return str(words)
