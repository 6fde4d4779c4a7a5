"""The kinds of personal data: purpose, legal basis, time of keeping, who sees them.

UU 27/2022: Ps 20 (basis), Ps 4(2) (specific data), Ps 31 (record of processing), Ps 42 and 44 (end). Which article says
what, and how sure that is, stands in docs/privacy.md.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from feedback_app.privacy.retention.rules import DEFAULTS, FIXED, RetentionKind


class About(enum.StrEnum):
    """Whose data it is."""

    CITIZENS = "citizens"
    STAFF = "staff"


class Nature(enum.StrEnum):
    """What kind of data it is."""

    CONTACT = "contact"
    WORDS = "words"
    IDENTITY = "identity"
    DERIVED = "derived"


PUBLIC_TASK: Final = "public service and authority, Ps 20(2)e; UU 25/2009 Ps 36"
CONSENT: Final = "consent, Ps 20(2)a, taken back at any time (Ps 9)"
DUTY: Final = "legal obligation, Ps 20(2)c"
EMPLOYMENT: Final = "legal obligation and authority, Ps 20(2)c and e; PP 30/2019"


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of personal data, as the record of processing describes it.

    `kept` is a kind of retention rule, a fixed time (`retention.rules.FIXED`), or a sentence. `is_specific` says that
    specific data (Ps 4(2): health, children, finances …) may be in it, for people write what they like.
    """

    title: str
    about: About
    nature: Nature
    purpose: str
    basis: str
    kept: str
    readers: str
    is_specific: bool = False


_CITIZENS: Final[dict[str, Category]] = {
    "words": Category(
        "Words citizens wrote", About.CITIZENS, Nature.WORDS, "answer reports, find what has to be mended",
        PUBLIC_TASK, RetentionKind.WORDS,
        "whoever answers the case, after a click that is noted; of an anonymous report nobody", is_specific=True,
    ),
    "masked_words": Category(
        "Words with personal data masked", About.CITIZENS, Nature.WORDS,
        "let officers read without knowing who wrote; search, group and learn from what was written", PUBLIC_TASK,
        RetentionKind.WORDS, "officers of the unit; an allegation: the Inspektorat alone", is_specific=True,
    ),
    "published_words": Category(
        "Complaints and answers shown to everybody", About.CITIZENS, Nature.WORDS, "tell the public what was done",
        PUBLIC_TASK, RetentionKind.WORDS, "everybody, after an officer and the redactor have read them",
    ),
    "request_words": Category(
        "Words that came with a request about data", About.CITIZENS, Nature.WORDS, "correct or restrict", DUTY,
        RetentionKind.REQUEST_WORDS, "the reporter; masked: whoever answers the case", is_specific=True,
    ),
    "files": Category(
        "Photos and documents of citizens, pictures of what was done", About.CITIZENS, Nature.WORDS,
        "show what a report is about, and that it was mended", PUBLIC_TASK, RetentionKind.ATTACHMENTS,
        "officers who see the case", is_specific=True,
    ),
    "contacts": Category(
        "Addresses for news", About.CITIZENS, Nature.CONTACT, "tell somebody that there is news", CONSENT,
        RetentionKind.CONTACTS, "nobody: sealed, opened by the sender of messages alone",
    ),
    "tracking": Category(
        "Keyed hash of a tracking code", About.CITIZENS, Nature.IDENTITY, "open a report for whoever holds its code",
        PUBLIC_TASK, "kept with the feedback; the code itself is stored nowhere", "nobody",
    ),
    "visits": Category(
        "Visit tokens as hashes, and when they were printed", About.CITIZENS, Nature.IDENTITY,
        "count one rating for one visit", PUBLIC_TASK, RetentionKind.VISIT_TOKENS, "nobody; as counts: the unit",
    ),
    "network": Category(
        "Keyed mark of a network, another one each day", About.CITIZENS, Nature.DERIVED,
        "find ratings that were flooded", PUBLIC_TASK, "network_marks", "nobody; as an alarm: evaluators",
    ),
    "opinions": Category(
        "Ratings and what kind of feedback it is", About.CITIZENS, Nature.DERIVED, "measure the service", PUBLIC_TASK,
        "ratings", "officers of the unit; as sums: everybody",
    ),
    "readings": Category(
        "What the reader of texts took a text for", About.CITIZENS, Nature.DERIVED, "sort, find what is urgent",
        PUBLIC_TASK, "ratings", "officers of the unit",
    ),
    "handling": Category(
        "What happened to a report", About.CITIZENS, Nature.DERIVED, "answer in time, and prove it", PUBLIC_TASK,
        "kept with the feedback", "officers who see the case; its reporter",
    ),
    "requests": Category(
        "Requests about own data, restrictions, notices of breaches", About.CITIZENS, Nature.DERIVED,
        "do what the law gives a right to, and prove it", DUTY, "kept: proof (Ps 31)",
        "whoever answers the case; whoever manages privacy, without words",
    ),
    "survey": Category(
        "Filled questionnaires with sex, age, education, occupation", About.CITIZENS, Nature.DERIVED,
        "the satisfaction index", "legal obligation, Ps 20(2)c; PermenPANRB 14/2017",
        "kept with the survey: no way leads from it to a person", "as sums of many: officers, everybody",
    ),
}  # fmt: skip
_STAFF: Final[dict[str, Category]] = {
    "accounts": Category(
        "Names, addresses and password hashes of accounts", About.STAFF, Nature.IDENTITY, "sign in", EMPLOYMENT,
        "kept while the trail names the account", "administrators of the agency; the account itself",
    ),
    "sign_ins": Category(
        "Sign-ins and second factors", About.STAFF, Nature.DERIVED, "keep an account in its owner's hands", DUTY,
        "sign_ins", "the account itself; administrators end sessions",
    ),
    "roles": Category(
        "Who was given which role, and why", About.STAFF, Nature.DERIVED, "let people do their work and no more",
        EMPLOYMENT, "audit_trail", "administrators and auditors of the agency",
    ),
    "staff_acts": Category(
        "Which account did something", About.STAFF, Nature.IDENTITY, "answer for what was done", EMPLOYMENT,
        "kept with what was done", "whoever sees what was done; never the public",
    ),
    "staff_words": Category(
        "What staff wrote", About.STAFF, Nature.WORDS, "answer citizens, give reasons", PUBLIC_TASK,
        "kept with what it is about; notes go with the citizen's words",
        "whoever sees the case; answers: the reporter", is_specific=True,
    ),
    "employees": Category(
        "Civil servants: NIP, name, rank", About.STAFF, Nature.IDENTITY, "know who held which post", EMPLOYMENT,
        "posts", "personnel office, evaluators, heads; NIP masked",
    ),
    "posts": Category(
        "Posts, duty rosters, links of accounts", About.STAFF, Nature.DERIVED, "know who was responsible on a day",
        EMPLOYMENT, "posts", "personnel office, evaluators; the person",
    ),
    "people_lists": Category(
        "Lists of people as they were sent", About.STAFF, Nature.IDENTITY, "bring posts up to date", EMPLOYMENT,
        "people_lists", "personnel office", is_specific=True,
    ),
    "evaluation": Category(
        "Figures about a person", About.STAFF, Nature.DERIVED, "evidence for an appraisal; never the appraisal itself",
        EMPLOYMENT, "evaluation", "the person first; evaluators, superiors, reviewers of a contest",
    ),
    "contests": Category(
        "What employees said, contested and objected to, with files", About.STAFF, Nature.WORDS, "right of reply",
        "legal obligation, Ps 20(2)c; PP 30/2019 Ps 59", "evaluation", "the person; the named reviewer; evaluators",
        is_specific=True,
    ),
    "messages": Category(
        "Messages owed and sent", About.STAFF, Nature.DERIVED, "tell people that something waits", PUBLIC_TASK,
        RetentionKind.MESSAGES, "nobody; as numbers: administrators",
    ),
    "audit": Category(
        "The audit trail", About.STAFF, Nature.DERIVED, "prove who did what, in ids and never in words", DUTY,
        "audit_trail", "administrators, Inspektorat and auditors of the agency",
    ),
}  # fmt: skip
CATEGORIES: Final = {**_CITIZENS, **_STAFF}
# What is no data of any person: codes, counts, settings, figures of many.
PLAIN: Final = "plain"

# What citizens and notices call them; extracted for translation.
TITLE_SENTENCES = {
    "words": "Tulisan warga",
    "masked_words": "Tulisan yang sudah disamarkan",
    "published_words": "Laporan dan tanggapan yang ditampilkan kepada masyarakat",
    "request_words": "Tulisan pada permintaan tentang data",
    "files": "Foto dan dokumen",
    "contacts": "Surel atau nomor WhatsApp",
    "tracking": "Sidik kode pelacakan",
    "visits": "Kode kunjungan pada struk",
    "network": "Tanda jaringan",
    "opinions": "Nilai dan jenis masukan",
    "readings": "Dugaan mesin tentang tulisan",
    "handling": "Perjalanan laporan",
    "requests": "Permintaan tentang data dan pemberitahuan",
    "survey": "Jawaban survei kepuasan",
    "accounts": "Akun petugas: nama, surel, sidik kata sandi",
    "sign_ins": "Catatan masuk akun petugas",
    "roles": "Wewenang petugas",
    "staff_acts": "Siapa melakukan apa",
    "staff_words": "Tulisan petugas",
    "employees": "Pegawai: NIP, nama, pangkat",
    "posts": "Jabatan dan jadwal tugas pegawai",
    "people_lists": "Daftar pegawai yang diimpor",
    "evaluation": "Angka tentang pegawai",
    "contests": "Tanggapan, sanggahan, dan keberatan pegawai",
    "messages": "Pesan yang dikirim",
    "audit": "Jejak audit",
}
PURPOSE_SENTENCES = {
    "words": "Menanggapi laporan dan menemukan yang perlu diperbaiki.",
    "masked_words": "Agar petugas membaca tanpa mengetahui siapa penulisnya.",
    "published_words": "Memberi tahu masyarakat apa yang sudah dilakukan.",
    "request_words": "Memperbaiki data atau membatasi pemakaiannya.",
    "files": "Menunjukkan apa yang dilaporkan dan bahwa itu sudah diperbaiki.",
    "contacts": "Memberi kabar kepada Anda, bila Anda menghendakinya.",
    "tracking": "Membuka laporan bagi pemegang kodenya.",
    "visits": "Menghitung satu penilaian untuk satu kunjungan.",
    "network": "Mengenali penilaian yang dibanjirkan.",
    "opinions": "Mengukur layanan.",
    "readings": "Mengelompokkan laporan dan menemukan yang mendesak.",
    "handling": "Menanggapi tepat waktu dan membuktikannya.",
    "requests": "Memenuhi hak Anda dan membuktikannya.",
    "survey": "Menghitung indeks kepuasan masyarakat.",
}


def kept_words(category: Category) -> str:
    """Return for how long a category is kept where the agency set nothing else.

    >>> kept_words(CATEGORIES["contacts"])
    '90 days (rule `contacts`)'
    >>> kept_words(CATEGORIES["network"])
    '30 days, fixed'
    """
    if category.kept in set(RetentionKind):
        return f"{DEFAULTS[RetentionKind(category.kept)].days} days (rule `{category.kept}`)"
    fixed = FIXED.get(category.kept)
    if fixed is None:
        return category.kept
    if fixed.days is not None:
        return f"{fixed.days} days, fixed"
    return fixed.basis[0].lower() + fixed.basis[1:].rstrip(".")


def days_kept(key: str) -> int | None:
    """Return the usual days of a category, or None where it is kept with what it belongs to."""
    kept = CATEGORIES[key].kept
    if kept in set(RetentionKind):
        return DEFAULTS[RetentionKind(kept)].days
    return FIXED[kept].days if kept in FIXED else None
