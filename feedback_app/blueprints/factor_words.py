"""What is said when a second factor was not shown, or is running out."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext

from feedback_app.identity.factors.attempts import Outcome, Try

# From so few on, whoever has just used one is asked to make new ones.
FEW_CODES = 3


def refusal(tried: Try, now: datetime, *, password: bool = False) -> str:
    """Return why a try did not pass, and what to do next."""
    if tried.outcome is Outcome.PAUSED:
        words = gettext("Terlalu banyak percobaan.") if password else gettext("Terlalu banyak kode salah.")
        other = "" if password else gettext("Kunci sandi dan kode pemulihan tetap dapat dipakai.")
        return " ".join(str(part) for part in (words, _wait(tried, now), other) if part)
    if tried.outcome is Outcome.REFUSED:
        return str(gettext("Kunci sandi tidak diterima. Coba lagi, atau masukkan kode."))
    if tried.outcome is Outcome.REPLAYED:
        return str(gettext("Kode itu sudah dipakai. Tunggu kode berikutnya di aplikasi, lalu ketik yang baru."))
    if password:
        return str(gettext("Kata sandi tidak cocok. Coba lagi."))
    return str(gettext("Kode tidak cocok. Ketik kode yang sedang tampil di aplikasi, atau satu kode pemulihan."))


def codes_left_words(left: int) -> str:
    """Return what to say to somebody who signed in with a recovery code."""
    used = gettext("Anda masuk dengan kode pemulihan; sisanya %(left)d. Kode itu tidak berlaku lagi.", left=left)
    if left <= FEW_CODES:
        more = gettext("Buat kode baru di Akun saya, Keamanan.")
        return f"{used} {more}"
    return str(used)


def _wait(tried: Try, now: datetime) -> str:
    seconds = max(1, int((tried.again_at - now).total_seconds()) + 1) if tried.again_at else 60
    if seconds < 60:
        return str(gettext("Tunggu %(seconds)d detik, lalu coba lagi.", seconds=seconds))
    return str(gettext("Tunggu %(minutes)d menit, lalu coba lagi.", minutes=-(-seconds // 60)))
