"""A report made by hand: what the pages and files are tried with, without a database."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from feedback_app.reporting.answer_data import Block, Characteristic, Column, Group, Pattern, QuestionAnswers
from feedback_app.reporting.matrix import ordered
from feedback_app.reporting.report_data import (
    Change,
    Comparability,
    ElementResult,
    Method,
    PastResult,
    Place,
    PlanLine,
    Report,
    Round,
    Signing,
    Voice,
)
from feedback_app.survey.elements import OFFICIAL_QUESTIONS, RULESETS, Grade, RuleSetCode, Weight
from feedback_app.survey.index import Index, Total, half_up, index_of_totals, mean_index
from feedback_app.survey.intervals import Spread, Verdict
from feedback_app.survey.intervals import interval as interval_of
from feedback_app.survey.rules import ActionStatus, Averaging, MissingRule, ResultLevel, Trait
from feedback_app.survey.sample import SampleWarning, WarningKind

RULES = RULESETS[RuleSetCode.PERMENPANRB_14_2017]
METHOD = Method(
    RULES.code, Weight.EXACT, MissingRule.PER_ELEMENT, unit_averaging=Averaging.MEAN, agency_averaging=Averaging.MEAN
)
COLUMNS = tuple(Column(question.element, question.element) for question in OFFICIAL_QUESTIONS)
Rows = list[tuple[int | None, ...]]


def patterns_of(rows: Iterable[Sequence[int | None]]) -> tuple[Pattern, ...]:
    """Answers as patterns with counts."""
    return ordered(Counter(tuple(row) for row in rows))


def answers(n: int, seed: int = 1, *, blanks: bool = True) -> Rows:
    """Return answers in form order; some are blank, some elements lower than others."""
    dice = random.Random(seed)
    rows: Rows = []
    for _ in range(n):
        mood = dice.gauss(3.1, 0.45)
        row: list[int | None] = [min(4, max(1, round(dice.gauss(mood - 0.07 * (at % 4), 0.5)))) for at in range(9)]
        if blanks and dice.random() < 0.03:
            row[dice.randrange(9)] = None
        rows.append(tuple(row))
    return rows


def index_of(rows: Rows) -> Index:
    """Return the index of answers in form order."""
    totals = {
        column.element: [Total(sum(1 for row in rows if row[at]), sum(row[at] or 0 for row in rows))]
        for at, column in enumerate(COLUMNS)
    }
    return index_of_totals(totals, ruleset=RULES.code, weight=METHOD.weight)


def leaf(code: str, name: str, rows: Rows, *, level: ResultLevel = ResultLevel.SERVICE, population: int = 900) -> Place:
    """Return a place of one questionnaire with its answers' index."""
    whole = [sum(row) for row in rows if None not in row]  # type: ignore[arg-type]
    spread = Spread(len(whole), sum(whole), sum(one * one for one in whole))
    return place_of(
        index_of(rows), level=level, code=code, name=name, n=len(rows), complete=len(whole),
        population=population, spread=spread,
    )  # fmt: skip


def place_of(
    index: Index,
    *,
    level: ResultLevel,
    code: str,
    name: str,
    n: int,
    complete: int,
    population: int | None,
    spread: Spread | None = None,
    parts: tuple[Place, ...] = (),
) -> Place:
    """Return a place with an index."""
    sure = interval_of(spread, METHOD.weight, RULES.code) if spread else None
    return Place(
        level=level, unit_code="dukcapil" if level is not ResultLevel.AGENCY else "", code=code, name=name,
        respondents=n, received=n, complete=complete, population=population,
        population_source="register layanan semester sebelumnya",
        value=index.value, low=sure.low if sure else None, high=sure.high if sure else None, grade=index.grade,
        elements=tuple(
            ElementResult(one.key, RULES.element(one.key).name, None, None, one.n, one.mean, one.weighted, one.value,
                          one.grade)
            for one in index.elements
        ),
        averaging=Averaging.MEAN if parts else None,
        input_sha256=hashlib.sha256(name.encode()).hexdigest(), parts=parts,
    )  # fmt: skip


def report(sizes: Sequence[int] = (180, 120, 100), *, name: str = "Dinas Kependudukan dan Pencatatan Sipil") -> Report:
    """Return a report of a unit with a service of each size; of a single size, of the unit as a whole."""
    answered = [answers(size, seed) for seed, size in enumerate(sizes, start=1)]
    codes = [""] if len(sizes) == 1 else [f"layanan-{number}" for number in range(1, len(sizes) + 1)]
    parts = tuple(
        leaf(code, f"Layanan {at}: {_NAMES[at % len(_NAMES)]}", rows)
        for at, (code, rows) in enumerate(zip(codes, answered, strict=True), start=1)
    )
    place = (
        leaf("dukcapil", name, answered[0], level=ResultLevel.UNIT)
        if len(sizes) == 1
        else place_of(
            mean_index([index_of(rows) for rows in answered]), level=ResultLevel.UNIT, code="dukcapil", name=name,
            n=sum(sizes), complete=sum(part.complete or 0 for part in parts), population=900 * len(sizes), parts=parts,
        )
    )  # fmt: skip
    everything = [row for rows in answered for row in rows]
    blocks = tuple(
        Block("dukcapil", code, COLUMNS, patterns_of(rows)) for code, rows in zip(codes, answered, strict=True)
    )
    return Report(
        agency="Pemerintah Kota Kupang", agency_code="kupang", place=place,
        address="Jalan S. K. Lerik, Kelapa Lima, Kota Kupang",
        round=Round("2026-s1", "Semester I Tahun 2026", date(2026, 1, 5), date(2026, 6, 30), date(2026, 7, 3),
                    "acak sistematis, setiap pengguna layanan kelima"),
        method=METHOD, version=1, characteristics=characteristics(sum(sizes)), questions=questions(everything),
        blocks=blocks, past=past(place), change=change(place),
        warnings=(
            SampleWarning(WarningKind.ONE_CHANNEL, "Kuesioner kertas", 350, 400, Decimal("87.5"), Decimal("80.0")),
        ),
        plan=plan(), plan_before=plan_before(), period_before="Semester II Tahun 2025",
        voices=(
            Voice("waktu", 41, 120, ("Waktu tunggu", "Berkas belum selesai")),
            Voice("perilaku", 3, 12, ("Sikap petugas",), (("petugas kurang ramah", 31),)),
        ),
        public_address="https://suara.kupangkota.go.id/skm/kupang/dukcapil/hasil",
        signing=Signing("Kupang", date(2026, 7, 3)), is_public=False,
    )  # fmt: skip


_NAMES = (
    "Perekaman dan pencetakan KTP-el", "Akta kelahiran", "Kartu Identitas Anak", "Pindah datang antarkabupaten/kota",
    "Penerbitan kembali kartu keluarga karena hilang, rusak, atau perubahan susunan anggota keluarga",
)  # fmt: skip


def characteristics(n: int) -> tuple[Characteristic, ...]:
    """Return counts that add up to about n."""
    half, few = n // 2, min(3, n)
    return (
        Characteristic(None, "Saluran", (Group("Situs web", n - half), Group("Kuesioner kertas", half))),
        Characteristic(Trait.SEX, "Jenis kelamin", (Group("Laki-laki", half), Group("Perempuan", n - half))),
        Characteristic(
            Trait.EDUCATION, "Pendidikan terakhir",
            (Group("SD", n // 10), Group("SMA", half), Group("S1", n - half - n // 10 - few), Group("S3", few)),
        ),
    )  # fmt: skip


def questions(rows: Rows) -> tuple[QuestionAnswers, ...]:
    """Return how often each answer was given, and one question outside the index."""
    asked = [
        QuestionAnswers(
            one.element, one.element, one.stem, one.options,
            tuple(sum(1 for row in rows if row[at] == value) for value in (1, 2, 3, 4)),
            sum(1 for row in rows if row[at] is None),
        )
        for at, one in enumerate(OFFICIAL_QUESTIONS)
    ]  # fmt: skip
    own = QuestionAnswers(
        "jam_buka", None, "Apakah jam buka loket sudah sesuai dengan kebutuhan Anda?", ("Belum", "Sudah"),
        (len(rows) // 3, len(rows) - len(rows) // 3), 0,
    )  # fmt: skip
    return (*asked, own)


def past(place: Place) -> tuple[PastResult, ...]:
    """Return two periods before and this one."""
    assert place.value is not None
    assert place.grade is not None
    return (
        PastResult("Tahun 2012", date(2012, 12, 31), RuleSetCode.KEPMENPAN_25_2004, Weight.OLD, 150, Decimal("76.48"),
                   None, None, Grade.B, "Laporan IKM 2012, halaman 14", is_public=True),
        PastResult("Semester I 2025", date(2025, 6, 30), RULES.code, METHOD.weight, 300, Decimal("72.10"),
                   Decimal("70.90"), Decimal("73.30"), Grade.C, None, is_public=True),
        PastResult("Semester II 2025", date(2025, 12, 31), RULES.code, METHOD.weight, 310, Decimal("75.02"),
                   Decimal("73.91"), Decimal("76.13"), Grade.C, None, is_public=True),
        PastResult("Semester I 2026", date(2026, 6, 30), RULES.code, METHOD.weight, place.respondents or 0, place.value,
                   place.low, place.high, place.grade, None, is_public=False),
    )  # fmt: skip


def change(place: Place) -> Change:
    """Return the difference to the period before."""
    apart = half_up(Fraction(place.value or 0) - Fraction("75.02"), 2)
    return Change("Semester II Tahun 2025", Comparability.COMPARED, apart, apart - 2, apart + 2, Verdict.UNDECIDED)


def plan() -> tuple[PlanLine, ...]:
    """Return a plan of two rows."""
    return (
        PlanLine("Dinas Kependudukan dan Pencatatan Sipil", "Waktu Penyelesaian",
                 "Membuka loket kedua pada hari Senin dan Selasa, dan mengumumkan lama tunggu setiap jam", 2026,
                 (3, 4), "Kepala Bidang Pelayanan Pendaftaran Penduduk", ActionStatus.PLANNED, "", False, False),
        PlanLine("Dinas Kependudukan dan Pencatatan Sipil", "Sarana dan Prasarana", "=1+1 *bukan* #rumus $x$", 2026,
                 (4,), "@Sekretaris Dinas", ActionStatus.RUNNING, "", True, False),
    )  # fmt: skip


def plan_before() -> tuple[PlanLine, ...]:
    """Return the plan of the period before."""
    return (
        PlanLine("Dinas Kependudukan dan Pencatatan Sipil", "Perilaku Pelaksana", "Pelatihan pelayanan prima", 2026,
                 (1, 2), "Kepala Subbagian Umum", ActionStatus.DONE, "Diikuti 24 petugas loket", False, False),
        PlanLine("Dinas Kependudukan dan Pencatatan Sipil", "Sarana dan Prasarana", "Kursi tunggu tambahan", 2026, (1,),
                 "Bendahara barang", ActionStatus.RUNNING, "Menunggu pengadaan", False, True),
    )  # fmt: skip


def bare(one: Report) -> Report:
    """Return a report of a first period: nothing before it, no plan, nothing said elsewhere or known of people."""
    return replace(
        one, past=(), change=None, plan=(), plan_before=(), period_before="", voices=(), warnings=(),
        characteristics=(), address="", place=replace(one.place, population=None),
    )  # fmt: skip


def agency_report(services: int = 4, units: int = 3) -> Report:
    """Return a report of an agency over units with services."""
    whole = report([40] * services)
    parts = tuple(
        replace(
            whole.place, unit_code=f"unit-{at}", code=f"unit-{at}", name=f"Kecamatan {at}",
            parts=tuple(replace(part, unit_code=f"unit-{at}") for part in whole.place.parts),
        )
        for at in range(1, units + 1)
    )  # fmt: skip
    blocks = tuple(replace(block, unit_code=part.code) for part in parts for block in whole.blocks)
    top = replace(
        whole.place, level=ResultLevel.AGENCY, unit_code="", code="kupang", name="Pemerintah Kota Kupang", parts=parts,
        respondents=40 * services * units, received=40 * services * units,
    )  # fmt: skip
    return replace(whole, place=top, blocks=blocks)
