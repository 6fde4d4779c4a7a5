"""What is said to somebody whose sign-in ended, and the words for browsers and means of signing in."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from feedback_app.identity.sign_in_rules import EndReason, Means, SecondMeans

# Any: Flask-Babel's lazy strings have no type of their own.
Words = Any

_GONE: Final[dict[EndReason, Words]] = {
    EndReason.SIGNED_OUT: _("Anda sudah keluar."),
    EndReason.IDLE: _("Anda keluar dengan sendirinya karena lama tidak ada kegiatan. Silakan masuk lagi."),
    EndReason.ABSOLUTE: _("Anda keluar dengan sendirinya karena sudah lama sejak terakhir masuk. Silakan masuk lagi."),
    EndReason.REVOKED: _("Perangkat ini sudah dikeluarkan dari akun. Bila ini memang Anda, silakan masuk lagi."),
    EndReason.PASSWORD_CHANGED: _("Kata sandi akun ini sudah diganti. Masuklah dengan kata sandi yang baru."),
    EndReason.FACTOR_CHANGED: _("Pengaman akun ini sudah diubah. Silakan masuk lagi."),
    EndReason.DEACTIVATED: _("Akun ini tidak aktif lagi. Hubungi pengelola instansi Anda."),
}
_BROWSERS: Final[dict[str, str]] = {
    "edge": "Edge", "opera": "Opera", "samsung": "Samsung Internet", "firefox": "Firefox", "chrome": "Chrome",
    "safari": "Safari",
}  # fmt: skip
_SYSTEMS: Final[dict[str, str]] = {
    "android": "Android", "ios": "iPhone/iPad", "windows": "Windows", "chromeos": "ChromeOS", "macos": "macOS",
    "linux": "Linux",
}  # fmt: skip
_MEANS: Final[dict[Means, Words]] = {
    Means.PASSWORD: _("kata sandi"),
    Means.WEBAUTHN: _("kunci sandi"),
    Means.OIDC: _("akun instansi (SSO)"),
    Means.LINK: _("tautan surel"),
}
_SECOND: Final[dict[SecondMeans, Words]] = {
    SecondMeans.TOTP: _("kode autentikator"),
    SecondMeans.WEBAUTHN: _("kunci sandi"),
    SecondMeans.RECOVERY_CODE: _("kode pemulihan"),
    SecondMeans.PROVIDER: _("faktor kedua di penyedia identitas"),
}


def signed_out_words(reason: EndReason | str | None) -> Words:
    """Return why somebody has to sign in again; the plain request where the reason is none that they need to know."""
    plain = _("Silakan masuk untuk membuka halaman ini.")
    try:
        return _GONE.get(EndReason(reason), plain) if reason else plain
    except ValueError:
        return plain


def browser_words(label: str) -> str:
    """Return a browser as its owner calls it, such as "Chrome di Android"."""
    browser, _sep, system = label.partition("/")
    named, on = _BROWSERS.get(browser), _SYSTEMS.get(system)
    if named and on:
        return str(gettext("%(browser)s di %(system)s", browser=named, system=on))
    return named or on or str(gettext("Peramban lain"))


def means_words(means: Means, second: SecondMeans | None) -> str:
    """Return by what somebody signed in, such as "kata sandi dan kode autentikator"."""
    if second is None:
        return str(_MEANS[means])
    return str(gettext("%(first)s dan %(second)s", first=_MEANS[means], second=_SECOND[second]))
