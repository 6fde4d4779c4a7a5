"""What somebody who has just started the demo should know: addresses, accounts, and what to try first."""

from __future__ import annotations

from pathlib import Path

from feedback_app.demo.accounts import PASSWORD, main_accounts
from feedback_app.demo.cities import City, cities
from feedback_app.demo.samples import Samples, read_samples


def accounts_table(only: str | None = None) -> str:
    """Return the accounts of the demo and their password, in lines for a terminal."""
    lines = [f"Kata sandi semua akun / password of all accounts: {PASSWORD}"]
    for city in cities():
        if only in {None, city.code}:
            lines += ["", city.short_name, *_account_lines(city)]
    lines += ["", "Unit lain / other units: petugas.<unit>@<kota>.demo, misalnya petugas.rsud@kupang.demo"]
    return "\n".join(lines)


def _account_lines(city: City) -> list[str]:
    accounts = main_accounts(city)
    width = max(len(account.email) for account in accounts)
    return [f"  {account.email:<{width}}  {account.shows}" for account in accounts]


def first_steps(base_url: str, home: Path) -> str:
    """Return addresses, accounts and what to try first, in Indonesian with a short English part.

    Parameters
    ----------
    base_url
        Where the pages are served, such as `http://127.0.0.1:8000`.
    home
        The folder in which loading the demo noted its codes; without them the steps that need one are left out.
    """
    base = base_url.rstrip("/")
    samples = read_samples(home)
    code = samples.city if samples else cities()[0].code
    city = next(city for city in cities() if city.code == code)
    parts = (_citizen_lines(base, city, samples), _staff_lines(base, city), _try_lines(base, samples))
    return "\n\n".join("\n".join(lines) for lines in parts)


def _citizen_lines(base: str, city: City, samples: Samples | None) -> list[str]:
    lines = [
        f"Untuk warga / for citizens: {base}/",
        f"  nilai layanan    {base}/nilai/{city.code}/dukcapil",
        f"  kirim laporan    {base}/lapor/{city.code}/dukcapil",
        f"  lacak laporan    {base}/lacak",
        f"  halaman unit     {base}/unit/{city.code}/dukcapil",
        f"  layar di loket   {base}/kios/{city.code}/dukcapil",
        f"  survei (SKM)     {base}/skm/{city.code}/dukcapil",
    ]
    if samples:
        lines += [f"    kode {sample.code}  {sample.shows}" for sample in samples.tracking]
        lines += ["  struk kunjungan (masing-masing berlaku untuk satu penilaian)"]
        lines += [f"    {base}/k/{sample.token}  {sample.service}" for sample in samples.tokens]
    return lines


def _staff_lines(base: str, city: City) -> list[str]:
    return [
        f"Untuk petugas / for staff: {base}/masuk   kata sandi {PASSWORD}",
        *_account_lines(city),
        "  kota lain / other cities: `feedback demo accounts`",
        "  Demo ini tidak mewajibkan faktor kedua (SECOND_FACTOR=OFFERED); instalasi sungguhan mewajibkannya.",
    ]


def _try_lines(base: str, samples: Samples | None) -> list[str]:
    steps = []
    if samples:
        steps = [
            "Buka satu struk kunjungan dan beri nilai; buka lagi struk yang sama: ditolak, satu kunjungan satu suara.",
            "Lacak kode pertama dan nyatakan 'belum selesai': kasusnya terbuka kembali di kotak masuk Dukcapil.",
        ]
    steps += [
        "Kirim laporan dengan nomor telepon di dalamnya: sebelum terkirim Anda ditanya apakah nomor itu perlu.",
        "Masuk sebagai petugas Dukcapil: tanggapi kasus teratas, yaitu yang paling dekat tenggatnya.",
        "Masuk sebagai kepala Dukcapil: tinjau tanggapan yang disengketakan, lalu buka Dasbor; angkanya dapat dibuka.",
        "Masuk sebagai pengelola, buka Tenggat dan kalender: tambahkan hari libur; lihat kasus mana yang bergeser.",
        "Masuk sebagai penilai, buka Evaluasi: mengapa ada pegawai 'belum cukup bukti'? Setiap angka dapat dibuka.",
        "Buka triwulan yang dibekukan: dua orang menandatangani, orang ketiga memutus keberatannya.",
        "Buka siklus bulanan, buka hak jawabnya: pegawai lalu melihat hasilnya.",
        "Masuk sebagai pegawai: bacalah catatan, komentar warga, dan kedua sanggahannya; tambahkan pernyataan Anda.",
        "Masuk sebagai penelaah: putuskan salah satu sanggahan itu; penilai lalu menghitung ulang.",
        "Sesudah hak jawab ditutup: penilai dan penilai kedua menandatangani, atasan memutus keberatan.",
        "Masuk sebagai kepala Dukcapil, buka Survei: hasil, tiga unsur terendah, dan kegiatan yang terlambat.",
        "Masuk sebagai Inspektorat: dugaan pungli sampai di sini tanpa melewati unit yang diadukan.",
        "Masuk sebagai pengelola, buka Akses: beri seseorang wewenang penilai; pengelola kedua yang menyetujuinya.",
        "Masuk sebagai auditor, buka Jejak audit: yang baru Anda lakukan sudah tercatat dan disegel dalam semenit.",
        "Buka Akun saya, Keamanan: pasang aplikasi autentikator; masuk berikutnya meminta enam angkanya.",
    ]
    english = [
        "In English: rate with a receipt link; track a code and dispute its answer; then sign in as the officer, the",
        f"evaluator ({base}/petugas/evaluasi) and the inspectorate. All people and events are invented.",
    ]
    numbered = [f"  {number}. {step}" for number, step in enumerate(steps, start=1)]
    return ["Coba dahulu / try first", *numbered, "", *english]
