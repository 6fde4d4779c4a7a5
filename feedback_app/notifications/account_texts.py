"""What a mail about an account says to its owner. Whoever adds a kind adds it to `Template` and `OF_AN_ACCOUNT` first.

A text may hold `{link}` (made at delivery, see `account_mail.LINKED`), `{account}` (the owner's page), `{home}` (the
start page of staff), `{sign_in}`, `{recovery}`, and numbers named in `ACCOUNT_NUMBERS`; nothing that somebody wrote.
"""

from __future__ import annotations

from typing import Final

from feedback_app.notifications.templates import Template

ACCOUNT_TEXTS: Final[dict[str, dict[Template, tuple[str, str]]]] = {
    "id": {
        Template.INVITATION: (
            "Anda diundang memakai Suara Layanan",
            (
                "Instansi Anda membuat akun petugas untuk Anda di Suara Layanan, tempat masukan warga dibaca dan "
                "dijawab.\n\n"
                "Buat kata sandi Anda di sini:\n{link}\n\n"
                "Tautan ini hanya untuk Anda dan dapat dipakai sekali, paling lama {days} hari. Bila sudah tidak "
                "berlaku, minta pengelola instansi Anda mengirim undangan lagi.\n\n"
                "Tidak merasa bekerja di instansi itu? Abaikan surel ini; tanpa kata sandi dari Anda akun itu tidak "
                "dapat dipakai siapa pun."
            ),
        ),
        Template.RECOVERY: (
            "Tautan untuk membuat kata sandi baru",
            (
                "Seseorang, mungkin Anda, meminta kata sandi baru untuk akun ini di Suara Layanan.\n\n"
                "Buat kata sandi baru di sini:\n{link}\n\n"
                "Tautan ini berlaku {minutes} menit dan hanya dapat dipakai sekali. Jangan teruskan kepada siapa pun; "
                "petugas kami tidak pernah memintanya.\n\n"
                "Bukan Anda? Abaikan surel ini. Kata sandi Anda tidak berubah."
            ),
        ),
        Template.PASSWORD_CHANGED: (
            "Kata sandi akun Anda sudah diganti",
            (
                "Kata sandi akun Anda di Suara Layanan baru saja diganti, dan semua perangkat lain sudah dikeluarkan."
                "\n\n"
                "Bukan Anda yang menggantinya? Segera buat kata sandi baru di {recovery}, lalu beri tahu "
                "pengelola instansi Anda."
            ),
        ),
        Template.FACTOR_CHANGED: (
            "Pengaman akun Anda berubah",
            (
                "Faktor kedua akun Anda di Suara Layanan (aplikasi autentikator, kunci sandi, atau kode pemulihan) "
                "baru saja berubah. Lihat keadaannya di {account}/keamanan.\n\n"
                "Bukan Anda? Segera buat kata sandi baru di {recovery}, lalu beri tahu pengelola instansi Anda."
            ),
        ),
        Template.FACTOR_MISSED: (
            "Seseorang mengetahui kata sandi akun Anda",
            (
                "Kata sandi akun Anda di Suara Layanan dipakai dengan benar, tetapi faktor keduanya berkali-kali "
                "salah. Tidak ada yang masuk.\n\n"
                "Anda sendiri yang mencoba? Pakai kunci sandi atau satu kode pemulihan.\n\n"
                "Bukan Anda? Segera buat kata sandi baru di {recovery}, lalu beri tahu pengelola instansi Anda."
            ),
        ),
        Template.NEW_SIGN_IN: (
            "Akun Anda dipakai dari peramban baru",
            (
                "Akun Anda di Suara Layanan baru saja dipakai masuk dari peramban atau jaringan yang belum pernah "
                "kami lihat. Lihat semua perangkat di {account}/sesi.\n\n"
                "Bukan Anda? Keluarkan perangkat itu di halaman tersebut, buat kata sandi baru di {recovery}, lalu "
                "beri tahu pengelola instansi Anda."
            ),
        ),
        Template.GRANT_GIVEN: (
            "Wewenang Anda di Suara Layanan bertambah",
            (
                "Akun Anda di Suara Layanan diberi wewenang baru. Lihat wewenang Anda di {account}.\n\n"
                "Tidak mengetahuinya? Beri tahu pengelola instansi Anda."
            ),
        ),
        Template.GRANT_ENDED: (
            "Satu wewenang Anda di Suara Layanan diakhiri",
            (
                "Satu wewenang akun Anda di Suara Layanan sudah diakhiri. Lihat wewenang yang masih berlaku di "
                "{account}.\n\n"
                "Menurut Anda keliru? Hubungi pengelola instansi Anda."
            ),
        ),
        Template.GRANT_WAITS: (
            "Permintaan wewenang menunggu Anda sebagai orang kedua",
            (
                "Rekan Anda meminta wewenang bagi seseorang. Wewenang ini baru berlaku setelah orang kedua "
                "menyetujuinya.\n\n"
                "Lihat dan putuskan di {home}akses."
            ),
        ),
        Template.BREAK_GLASS_ASKED: (
            "Operator platform meminta akses darurat ke instansi Anda",
            (
                "Seorang operator platform meminta melihat kotak masuk, atau satu kasus, instansi Anda untuk waktu "
                "terbatas. Ia belum melihat apa pun.\n\n"
                "Baca alasannya, lalu setujui atau tolak di {home}akses/darurat."
            ),
        ),
        Template.BREAK_GLASS_OPEN: (
            "Akses darurat ke instansi Anda sedang terbuka",
            (
                "Seorang operator platform kini dapat membaca kotak masuk, atau satu kasus, instansi Anda. Akses ini "
                "berakhir sendiri dan setiap halaman yang dibuka dicatat.\n\n"
                "Lihat siapa, mengapa, dan apa yang dibuka, atau akhiri sekarang juga, di {home}akses/darurat."
            ),
        ),
    },
    "en": {
        Template.INVITATION: (
            "You are invited to Suara Layanan",
            (
                "Your agency has made a staff account for you at Suara Layanan, where feedback from citizens is read "
                "and answered.\n\n"
                "Choose your password here:\n{link}\n\n"
                "This link is for you alone and works once, for at most {days} days. When it no longer works, ask the "
                "administrator of your agency to send the invitation again.\n\n"
                "You do not work there? Ignore this mail: without a password from you nobody can use that account."
            ),
        ),
        Template.RECOVERY: (
            "A link to choose a new password",
            (
                "Somebody, perhaps you, asked for a new password for this account at Suara Layanan.\n\n"
                "Choose a new password here:\n{link}\n\n"
                "This link works once and for {minutes} minutes. Hand it on to nobody; our staff never ask for it.\n\n"
                "It was not you? Ignore this mail. Your password has not changed."
            ),
        ),
        Template.PASSWORD_CHANGED: (
            "The password of your account was changed",
            (
                "The password of your account at Suara Layanan has just been changed, and all other devices were "
                "signed out.\n\n"
                "You did not change it? Choose a new password at {recovery} at once and tell the administrator of "
                "your agency."
            ),
        ),
        Template.FACTOR_CHANGED: (
            "The protection of your account changed",
            (
                "The second factor of your account at Suara Layanan (an authenticator app, a passkey or recovery "
                "codes) has just changed. See how it stands at {account}/keamanan.\n\n"
                "It was not you? Choose a new password at {recovery} at once and tell the administrator of your "
                "agency."
            ),
        ),
        Template.FACTOR_MISSED: (
            "Somebody knows the password of your account",
            (
                "The password of your account at Suara Layanan was typed rightly, but its second factor wrongly many "
                "times. Nobody was signed in.\n\n"
                "It was you? Use a passkey or one of your recovery codes.\n\n"
                "It was not you? Choose a new password at {recovery} at once and tell the administrator of your agency."
            ),
        ),
        Template.NEW_SIGN_IN: (
            "Your account was used from a new browser",
            (
                "Your account at Suara Layanan was just signed in from a browser or a network never seen before. See "
                "all devices at {account}/sesi.\n\n"
                "It was not you? Sign that device out on that page, choose a new password at {recovery} and tell the "
                "administrator of your agency."
            ),
        ),
        Template.GRANT_GIVEN: (
            "You were given a role at Suara Layanan",
            (
                "Your account at Suara Layanan was given a new role. See your roles at {account}.\n\n"
                "You did not know of it? Tell the administrator of your agency."
            ),
        ),
        Template.GRANT_ENDED: (
            "One of your roles at Suara Layanan was ended",
            (
                "One role of your account at Suara Layanan has been ended. See the roles you still hold at {account}."
                "\n\n"
                "You think this is wrong? Ask the administrator of your agency."
            ),
        ),
        Template.GRANT_WAITS: (
            "A role waits for you as the second person",
            (
                "A colleague asked for a role for somebody. It takes effect only after a second person has agreed.\n\n"
                "See it and decide at {home}akses."
            ),
        ),
        Template.BREAK_GLASS_ASKED: (
            "An operator of the platform asks for emergency access to your agency",
            (
                "An operator of the platform asks to see the inbox, or one case, of your agency for a limited time. "
                "Nothing has been seen yet.\n\n"
                "Read why, then agree or refuse, at {home}akses/darurat."
            ),
        ),
        Template.BREAK_GLASS_OPEN: (
            "Emergency access to your agency is open now",
            (
                "An operator of the platform can now read the inbox, or one case, of your agency. This ends by itself, "
                "and every page that is opened is noted.\n\n"
                "See who, why and what was opened, or end it at once, at {home}akses/darurat."
            ),
        ),
    },
}
# The numbers a text holds; whatever else stands in a row's parameters could not reach it.
ACCOUNT_NUMBERS: Final[dict[Template, tuple[str, ...]]] = {
    Template.INVITATION: ("days",),
    Template.RECOVERY: ("minutes",),
}
