"""What messages to staff say: a case by its number, or numbers of cases."""

from __future__ import annotations

from typing import Final

from feedback_app.notifications.templates import Template

STAFF: Final[dict[str, dict[Template, tuple[str, str]]]] = {
    "id": {
        Template.REOPENED: (
            "Kasus {case} dibuka kembali oleh pelapor",
            "Pelapor menyatakan kasus {case} belum selesai, sehingga kasus itu dibuka kembali. Buka {page}.",
        ),
        Template.ASSIGNED: (
            "Kasus {case} ditugaskan kepada Anda",
            "Kasus {case} ditugaskan kepada Anda. Buka {page}.",
        ),
        Template.ESCALATED: (
            "Kasus {case} sudah memakai {share} persen batas waktunya",
            (
                "Kasus {case} belum selesai dan sudah memakai {share} persen batas waktunya. Buka {page} untuk melihat "
                "apa yang menghambatnya dan siapa yang dapat membantu."
            ),
        ),
        Template.ESCALATED_MANY: (
            "{cases} kasus sudah memakai {share} persen batas waktunya",
            "{cases} kasus belum selesai dan sudah memakai {share} persen batas waktunya. Buka {inbox}?escalated=1.",
        ),
        Template.REVIEW_WANTED: (
            "Tanggapan kasus {case} perlu ditinjau",
            (
                "Pelapor menyatakan kasus {case} belum selesai. Tinjau tanggapannya: kembalikan kepada petugas, atau "
                "jelaskan mengapa tanggapan itu tetap berlaku. Buka {page}."
            ),
        ),
        Template.SENT_BACK: (
            "Kasus {case} dikembalikan untuk ditangani lagi",
            "Peninjau meminta kasus {case} ditangani lebih lanjut. Baca catatannya di {page}.",
        ),
        Template.ARCHIVE_OBJECTED: (
            "Pelapor keberatan atas pengarsipan kasus {case}",
            "Pelapor keberatan atas pengarsipan kasus {case}, sehingga kasus itu dibuka kembali. Buka {page}.",
        ),
        Template.CASE_RESUMED: (
            "Kasus {case} berjalan lagi",
            (
                "Kasus {case} tidak menunggu pelapor lagi: keterangannya sudah datang, atau waktunya habis. Batas "
                "waktunya berjalan lagi. Buka {page}."
            ),
        ),
        Template.REFERRED_HERE: (
            "Kasus {case} dirujuk ke instansi Anda",
            "Instansi lain merujuk sebuah laporan ke instansi Anda sebagai kasus {case}. Buka {page}.",
        ),
        Template.REMINDER: (
            "Kasus Anda yang perlu perhatian hari ini",
            (
                "Kasus yang menunggu Anda atau unit Anda:\n"
                "- lewat batas waktu: {late}\n"
                "- batas waktunya hari ini: {today}\n"
                "- batas waktunya hari kerja berikutnya: {next}\n\n"
                "Buka {inbox}.\n\n"
                "Surel ini datang pada hari kerja bila ada yang menunggu. Ubah di {account}."
            ),
        ),
        Template.DIGEST: (
            "Ringkasan pekan lalu untuk unit Anda",
            (
                "Pekan lalu di unit yang Anda pimpin:\n"
                "- kasus masuk: {came}\n"
                "- kasus ditanggapi: {answered}\n"
                "- kasus dibuka kembali: {reopened}\n"
                "- kasus ditutup: {closed}, di antaranya dikonfirmasi selesai oleh pelapor: {confirmed}\n\n"
                "Saat ini:\n"
                "- lewat batas waktu: {late}\n"
                "- menunggu pelapor: {waiting}\n\n"
                "Buka {dashboard}.\n\n"
                "Surel ini datang sekali sepekan. Ubah di {account}."
            ),
        ),
        Template.CONTEST_ASSIGNED: (
            "Sanggahan nomor {contest} menunggu putusan Anda",
            "Anda ditunjuk sebagai penelaah sanggahan nomor {contest}. Buka {contest_page}.",
        ),
        Template.CONTEST_DECIDED: (
            "Sanggahan nomor {contest} sudah diputus",
            "Sanggahan Anda nomor {contest} sudah diputus. Baca putusan dan penjelasannya di {own_record}.",
        ),
        Template.REPLY_OPEN: (
            "Hasil umpan balik tentang Anda dapat dibaca",
            (
                "Hasil sementara sebuah siklus penilaian yang menyangkut Anda sudah dapat dibaca. Anda dapat "
                "menanggapi atau menyanggahnya sebelum hasil itu ditandatangani. Buka {own_record}."
            ),
        ),
        Template.CYCLE_FROZEN: (
            "Hasil umpan balik tentang Anda sudah final",
            (
                "Hasil sebuah siklus penilaian yang menyangkut Anda sudah ditandatangani dan dibekukan. Bila Anda "
                "berkeberatan, ajukan dalam batas waktu yang tertulis di {own_record}."
            ),
        ),
        Template.ACCOUNT_LINKED: (
            "Sebuah akun ditautkan dengan catatan pegawai",
            (
                "Tautan akun pada catatan seorang pegawai yang menyangkut Anda baru saja diubah: akun yang ditautkan "
                "dapat membaca catatan umpan balik pegawai itu. Bila Anda tidak mengetahuinya, segera hubungi "
                "kepegawaian. Akun Anda: {account}."
            ),
        ),
        Template.ACCOUNT_UNLINKED: (
            "Akun Anda tidak lagi ditautkan dengan catatan pegawai",
            (
                "Bagian kepegawaian melepas tautan akun Anda dengan sebuah catatan pegawai. Bila catatan itu milik "
                "Anda, hubungi kepegawaian. Akun Anda: {account}."
            ),
        ),
        Template.READER_DRIFT: (
            "Pembaca tulisan perlu diperiksa: {alarms} hal berubah",
            (
                "Cara pembaca tulisan bekerja di instansi Anda berubah dalam {alarms} hal. Buka {reader} untuk melihat "
                "apa yang berubah dan membaca tulisan yang menunggu."
            ),
        ),
    },
    "en": {
        Template.REOPENED: (
            "Case {case} was reopened by its reporter",
            "The reporter says that case {case} is not solved, so it was reopened. Open {page}.",
        ),
        Template.ASSIGNED: (
            "Case {case} was assigned to you",
            "Case {case} was assigned to you. Open {page}.",
        ),
        Template.ESCALATED: (
            "Case {case} has used {share} percent of its time",
            (
                "Case {case} is not settled and has used {share} percent of its time. Open {page} to see what holds "
                "it up and who can help."
            ),
        ),
        Template.ESCALATED_MANY: (
            "{cases} cases have used {share} percent of their time",
            "{cases} cases are not settled and have used {share} percent of their time. Open {inbox}?escalated=1.",
        ),
        Template.REVIEW_WANTED: (
            "The answer on case {case} needs a review",
            (
                "The reporter says that case {case} is not solved. Review its answer: send it back to the officer, or "
                "explain why the answer stands. Open {page}."
            ),
        ),
        Template.SENT_BACK: (
            "Case {case} was sent back for more work",
            "The reviewer asks for more work on case {case}. Read the remarks at {page}.",
        ),
        Template.ARCHIVE_OBJECTED: (
            "The reporter objects to the archiving of case {case}",
            "The reporter objects to the archiving of case {case}, so it was opened again. Open {page}.",
        ),
        Template.CASE_RESUMED: (
            "Case {case} goes on",
            (
                "Case {case} waits for its reporter no longer: the facts asked for have come, or the time to give "
                "them is over. Its own time runs again. Open {page}."
            ),
        ),
        Template.REFERRED_HERE: (
            "Case {case} was referred to your agency",
            "Another agency referred a report to your agency as case {case}. Open {page}.",
        ),
        Template.REMINDER: (
            "Your cases that need attention today",
            (
                "Cases that wait for you or your unit:\n"
                "- past their deadline: {late}\n"
                "- due today: {today}\n"
                "- due on the next working day: {next}\n\n"
                "Open {inbox}.\n\n"
                "This mail comes on working days when something waits. Change that at {account}."
            ),
        ),
        Template.DIGEST: (
            "Last week in your unit",
            (
                "Last week in the units you head:\n"
                "- cases that came: {came}\n"
                "- cases answered: {answered}\n"
                "- cases reopened: {reopened}\n"
                "- cases closed: {closed}, of them confirmed as solved by the reporter: {confirmed}\n\n"
                "Now:\n"
                "- past their deadline: {late}\n"
                "- waiting for the reporter: {waiting}\n\n"
                "Open {dashboard}.\n\n"
                "This mail comes once a week. Change that at {account}."
            ),
        ),
        Template.CONTEST_ASSIGNED: (
            "Contest {contest} waits for your decision",
            "You were named as the reviewer of contest {contest}. Open {contest_page}.",
        ),
        Template.CONTEST_DECIDED: (
            "Contest {contest} was decided",
            "Your contest {contest} was decided. Read the decision and its reasons at {own_record}.",
        ),
        Template.REPLY_OPEN: (
            "Feedback about you is ready to read",
            (
                "The provisional result of an evaluation cycle that concerns you is ready to read. You may answer or "
                "contest it before it is signed. Open {own_record}."
            ),
        ),
        Template.CYCLE_FROZEN: (
            "The feedback about you is final",
            (
                "The result of an evaluation cycle that concerns you was signed and frozen. If you object to it, do so "
                "within the days named at {own_record}."
            ),
        ),
        Template.ACCOUNT_LINKED: (
            "An account was linked with an employee's record",
            (
                "The account linked with an employee's record that concerns you has just changed: the linked account "
                "can read the feedback about that employee. If you did not know of this, tell the personnel office at "
                "once. Your account: {account}."
            ),
        ),
        Template.ACCOUNT_UNLINKED: (
            "Your account is no longer linked with an employee's record",
            (
                "The personnel office parted your account from an employee's record. If that record is yours, tell "
                "the personnel office. Your account: {account}."
            ),
        ),
        Template.READER_DRIFT: (
            "The reader of texts needs a look: {alarms} things changed",
            (
                "The reader of texts works differently in your agency in {alarms} ways. Open {reader} to see what "
                "changed and to read the texts that wait."
            ),
        ),
    },
}
# The numbers each template holds. Whatever else stood in a row's parameters could not reach the text.
NUMBERS: Final[dict[Template, tuple[str, ...]]] = {
    Template.ESCALATED: ("case", "share"),
    Template.ESCALATED_MANY: ("cases", "share"),
    Template.READER_DRIFT: ("alarms",),
    Template.REPLY_OPEN: ("cycle",),
    Template.ACCOUNT_LINKED: (),
    Template.ACCOUNT_UNLINKED: (),
    Template.CYCLE_FROZEN: ("cycle",),
    Template.CONTEST_ASSIGNED: ("contest",),
    Template.CONTEST_DECIDED: ("contest", "cycle"),
    Template.REMINDER: ("late", "today", "next"),
    Template.DIGEST: ("came", "answered", "reopened", "closed", "confirmed", "late", "waiting"),
}
ONE_CASE: Final = ("case",)
