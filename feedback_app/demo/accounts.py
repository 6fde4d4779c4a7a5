"""The accounts of the demo: who can sign in, with what, to see what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from feedback_app.demo.cities import OVERSEER, ROOT, City
from feedback_app.identity.rules import Role

PASSWORD: Final = "suara-layanan-demo"  # noqa: S105 - a demo's password is meant to be known
COUNTER: Final = "dukcapil"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account; `unit` None reaches the whole agency, `shows` says what it is good for.

    `nth` counts the accounts of one role in a unit, or above all: the second belongs to another person.
    """

    email: str
    role: Role
    unit: str | None
    shows: str
    nth: int = 0

    @property
    def has_inbox(self) -> bool:
        """Tell whether the account reads cases."""
        return self.role in {Role.OFFICER, Role.UNIT_HEAD, Role.ADMINISTRATOR}


def main_accounts(city: City) -> tuple[DemoAccount, ...]:
    """Return the accounts that a visitor is shown."""
    at = f"@{city.code}.demo"
    return (
        DemoAccount(f"petugas.{COUNTER}{at}", Role.OFFICER, COUNTER, "petugas Dukcapil: kotak masuk, tanggapan, struk"),
        DemoAccount(f"kepala.{COUNTER}{at}", Role.UNIT_HEAD, COUNTER, "kepala Dukcapil: dasbor, tugas, sengketa"),
        DemoAccount(f"{OVERSEER}{at}", Role.OFFICER, OVERSEER, "Inspektorat: dugaan pungli dan salah wewenang"),
        DemoAccount(f"sekda{at}", Role.UNIT_HEAD, ROOT, "atasan semua dinas: kasus yang lewat tenggat"),
        DemoAccount(f"kepala.{OVERSEER}{at}", Role.UNIT_HEAD, OVERSEER, "kepala Inspektorat: yang jauh terlambat"),
        DemoAccount(f"penilai{at}", Role.EVALUATOR, None, "penilai: siklus penilaian dan bukti setiap pegawai"),
        DemoAccount(f"penilai.kedua{at}", Role.EVALUATOR, None, "penilai kedua: tanda tangan yang kedua", nth=1),
        DemoAccount(f"atasan{at}", Role.SUPERIOR, None, "atasan Pejabat Penilai: tanda tangan atau keberatan"),
        DemoAccount(
            f"walikota{at}", Role.SUPERIOR, None, "wali kota: keberatan bila atasan ikut menandatangani", nth=1
        ),
        DemoAccount(f"penelaah{at}", Role.REVIEWER, None, "penelaah: sanggahan yang diserahkan kepadanya"),
        DemoAccount(f"kepegawaian{at}", Role.PERSONNEL, None, "kepegawaian: pegawai, jabatan, jadwal loket"),
        DemoAccount(f"pegawai{at}", Role.EMPLOYEE, None, "pegawai loket Dukcapil: catatannya sendiri"),
        DemoAccount(f"auditor{at}", Role.AUDITOR, None, "auditor: wewenang, jejak, bukti yang beku; hanya membaca"),
        DemoAccount(f"admin.kedua{at}", Role.ADMINISTRATOR, None, "pengelola kedua: menyetujui wewenang", nth=1),
        # Last: what is set up for a whole city is set up by this one.
        DemoAccount(f"admin{at}", Role.ADMINISTRATOR, None, "pengelola: semua unit, tenggat, wewenang, jejak"),
    )


def unit_accounts(city: City) -> tuple[DemoAccount, ...]:
    """Return one account for every other unit, for whoever answers there, and a colleague at the counter."""
    others = tuple(
        DemoAccount(f"petugas.{unit.code}@{city.code}.demo", Role.OFFICER, unit.code, f"petugas {unit.name}")
        for unit in city.units
        if unit.code not in {COUNTER, OVERSEER, ROOT}
    )
    colleague = DemoAccount(f"rekan.{COUNTER}@{city.code}.demo", Role.OFFICER, COUNTER, "petugas kedua Dukcapil", nth=1)
    return (*others, colleague)
