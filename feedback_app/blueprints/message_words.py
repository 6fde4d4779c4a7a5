"""The words for messages and their failures, for whoever looks after their delivery."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from feedback_app.blueprints.labels import Words
from feedback_app.notifications.delivery import ACCOUNT_CLOSED, MOOT, UNSUBSCRIBED
from feedback_app.notifications.operations import CUT_SHORT, STALE
from feedback_app.notifications.rules import Way
from feedback_app.notifications.templates import Template

WAYS: Final[Mapping[Way, Words]] = {Way.EMAIL: _("Surel"), Way.WHATSAPP: _("WhatsApp atau SMS")}
_ABOUT: Final[Mapping[Template, Words]] = {
    Template.NEWS: _("Kabar laporan rahasia"),
    Template.REPLIED: _("Laporan ditanggapi"),
    Template.PROGRESS: _("Kabar penanganan"),
    Template.QUESTION: _("Permintaan keterangan"),
    Template.EXPLANATION: _("Penjelasan resmi"),
    Template.NOT_COMPLETED: _("Laporan tidak dilengkapi"),
    Template.CLOSED_BY_SILENCE: _("Laporan ditutup tanpa jawaban"),
    Template.FOLLOWED_REPLIED: _("Laporan yang diikuti ditanggapi"),
    Template.FOLLOWED_NEWS: _("Kabar laporan yang diikuti"),
    Template.FOLLOWED_ENDED: _("Laporan yang diikuti ditutup"),
    Template.REOPENED: _("Kasus dibuka kembali"),
    Template.ASSIGNED: _("Kasus ditugaskan"),
    Template.ESCALATED: _("Eskalasi batas waktu"),
    Template.ESCALATED_MANY: _("Eskalasi beberapa kasus"),
    Template.REVIEW_WANTED: _("Tinjauan tanggapan"),
    Template.SENT_BACK: _("Kasus dikembalikan"),
    Template.ARCHIVE_OBJECTED: _("Keberatan atas pengarsipan"),
    Template.CASE_RESUMED: _("Kasus berjalan lagi"),
    Template.REFERRED_HERE: _("Rujukan dari instansi lain"),
    Template.REMINDER: _("Pengingat harian"),
    Template.DIGEST: _("Ringkasan pekanan"),
    Template.CONTEST_ASSIGNED: _("Penunjukan penelaah"),
    Template.CONTEST_DECIDED: _("Putusan sanggahan"),
    Template.REPLY_OPEN: _("Hak jawab dibuka"),
    Template.ACCOUNT_LINKED: _("Akun ditautkan"),
    Template.ACCOUNT_UNLINKED: _("Tautan akun dilepas"),
    Template.INVITATION: _("Undangan akun"),
    Template.RECOVERY: _("Tautan kata sandi baru"),
    Template.PASSWORD_CHANGED: _("Kata sandi diganti"),
    Template.FACTOR_CHANGED: _("Faktor kedua berubah"),
    Template.FACTOR_MISSED: _("Faktor kedua berkali-kali salah"),
    Template.NEW_SIGN_IN: _("Masuk dari peramban baru"),
    Template.GRANT_GIVEN: _("Wewenang bertambah"),
    Template.GRANT_ENDED: _("Wewenang diakhiri"),
    Template.GRANT_WAITS: _("Wewenang menunggu orang kedua"),
    Template.BREAK_GLASS_ASKED: _("Akses darurat diminta"),
    Template.BREAK_GLASS_OPEN: _("Akses darurat terbuka"),
    Template.CYCLE_FROZEN: _("Hasil siklus dibekukan"),
    Template.READER_DRIFT: _("Perubahan pada pembaca tulisan"),
    Template.REQUEST_SETTLED: _("Permintaan data dijawab"),
    Template.BREACH_NOTICE: _("Pemberitahuan kebocoran data"),
    Template.REQUEST_DUE: _("Permintaan data hampir jatuh tempo"),
    Template.BREACH_TO_CONFIRM: _("Kebocoran data menunggu pengesahan"),
    Template.BREACH_DUE: _("Kebocoran data hampir jatuh tempo"),
}
_REASONS: Final[Mapping[str, Words]] = {
    UNSUBSCRIBED: _("Penerima tidak ingin dikabari lagi"),
    ACCOUNT_CLOSED: _("Akun petugas sudah ditutup"),
    MOOT: _("Tidak diperlukan lagi sebelum terkirim"),
    CUT_SHORT: _("Pengiriman terputus setiap kali dicoba"),
    STALE: _("Terlalu lama menunggu jalur pengiriman"),
    "no key opens the address": _("Alamat tersegel tidak dapat dibuka; periksa VAULT_KEYS"),
    "cannot be put into words": _("Ditulis oleh versi lain dari aplikasi ini"),
    "address not usable": _("Alamat tidak dapat dipakai"),
}


def about(template: str) -> Words:
    """Return what a message is about; a template of another release by its stored name."""
    try:
        return _ABOUT[Template(template)]
    except ValueError:
        return template


def reason_words(reason: str) -> Words:
    """Return why a message was given up, with the code of the machine that refused it."""
    if reason in _REASONS:
        return _REASONS[reason]
    if reason.startswith("SMTP "):
        return gettext("Ditolak server surel (%(code)s)", code=reason)
    if reason.startswith("HTTP "):
        return gettext("Ditolak gerbang pesan (%(code)s)", code=reason)
    if reason.startswith("gateway: "):
        return gettext("Gerbang melaporkan gagal sampai (%(code)s)", code=reason.removeprefix("gateway: "))
    return gettext("Sambungan gagal (%(code)s)", code=reason or "–")
