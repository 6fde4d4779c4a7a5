"""Everything held under a tracking code in words: labels for codes, the clock of the agency for moments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from flask_babel import gettext

from feedback_app.blueprints.formats import day, moment
from feedback_app.blueprints.labels import label
from feedback_app.blueprints.stored_words import NOTHING, actor, guess, urgency, word, yes
from feedback_app.handling.citizens.models import RequestKind, RequestOutcome
from feedback_app.handling.rules import ArchiveReason, CaseStatus, Classification, Outcome
from feedback_app.intake.rules import (
    AnalysisState,
    AttachmentKind,
    BadReason,
    Channel,
    ContactKind,
    GoodReason,
    Signal,
    SubmissionKind,
)
from feedback_app.nlp.labels import Aspect, Kind, Language, Sentiment
from feedback_app.nlp.personal.pii import PiiKind

Held = Mapping[str, Any]
Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: a heading, and lists of what is held and how it reads."""

    name: str
    title: str
    lists: list[list[Row]]


def held_in_words(held: Held, time_zone: str) -> list[Section]:
    """Return what `handling.own_data.everything_held` found, for people to read."""
    at = partial(_at, time_zone=time_zone)
    labels, case, contact = held["labels"], held["case"] or {}, held["contact"]
    return [
        Section("report", gettext("Yang Anda kirim"), [_submission(held["submission"], at)]),
        Section("labels", gettext("Dugaan sistem tentang tulisan Anda"), [_labels(labels, at)] if labels else []),
        Section("contact", gettext("Kontak"), [_contact(contact, at)] if contact else []),
        Section("case", gettext("Penanganan"), [_case(case, at)] if case else []),
        Section("events", gettext("Perjalanan laporan"), [_event(row, at) for row in case.get("events", ())]),
        Section("replies", gettext("Tanggapan petugas"), [_reply(row, at) for row in case.get("replies", ())]),
        Section("proofs", gettext("Bukti penanganan dari unit"), [_proof(row, at) for row in case.get("proofs", ())]),
        Section("referrals", gettext("Rujukan"), [_referral(row, at) for row in case.get("referrals", ())]),
        Section("messages", gettext("Pesan Anda"), [_message(row, at) for row in case.get("messages", ())]),
        Section(
            "publications",
            gettext("Yang ditampilkan kepada masyarakat"),
            [_publication(row, at) for row in case.get("publications", ())],
        ),
        Section("requests", gettext("Permintaan Anda tentang data"), [_request(row, at) for row in held["requests"]]),
        Section(
            "restrictions", gettext("Pembatasan pemakaian"), [_restriction(row, at) for row in held["restrictions"]]
        ),
    ]


Moment = Callable[[str | None], str]


def _at(value: str | None, *, time_zone: str) -> str:
    return moment(datetime.fromisoformat(value) if value else None, time_zone)


def _submission(held: Held, at: Moment) -> list[Row]:
    reasons = [word(GoodReason if one in set(GoodReason) else BadReason, one) for one in held["reasons"]]
    return _rows(
        (gettext("Jenis"), word(SubmissionKind, held["kind"])),
        (gettext("Unit"), held["unit_name"] or NOTHING),
        (gettext("Layanan"), held["service_name"] or NOTHING),
        (gettext("Tanggal kejadian"), day(date.fromisoformat(held["occurred_on"]))),
        (gettext("Diterima"), at(held["received_at"])),
        (gettext("Nilai"), str(label(held["rating"]))),
        (gettext("Alasan"), ", ".join(reasons) or NOTHING),
        (gettext("Tulisan Anda"), held["text"] or NOTHING),
        (gettext("Meminta balasan"), yes(held["wants_reply"])),
        (gettext("Anonim"), yes(held["is_anonymous"])),
        (gettext("Rahasia"), yes(held["is_confidential"])),
        (gettext("Unitnya tidak diketahui pengirim"), yes(held["unit_is_unknown"])),
        (gettext("Cara masuk"), word(Channel, held["channel"])),
        (gettext("Kode kunjungan pada struk"), yes(held["visit_token"] is not None)),
        (gettext("Kode pelacakan"), gettext("Hanya sidiknya; kodenya sendiri tidak kami simpan.")),
        (gettext("Tanda jaringan"), gettext("Masih tersimpan") if held["network_mark"] else gettext("Tidak tersimpan")),
        (gettext("Tanda mencurigakan"), ", ".join(word(Signal, one) for one in held["signals"]) or NOTHING),
        (gettext("Pembacaan mesin"), word(AnalysisState, held["analysis"])),
        (gettext("Dihapus"), at(held["erased_at"])),
        (gettext("Nomor pada kami"), str(held["id"])),
    )


def _labels(held: Held, at: Moment) -> list[Row]:
    return _rows(
        (gettext("Tulisan setelah disamarkan"), held["redacted_text"] or NOTHING),
        (
            gettext("Data pribadi yang disamarkan"),
            ", ".join(word(PiiKind, one) for one in held["pii_kinds"]) or NOTHING,
        ),
        (gettext("Jenis"), guess(Kind, held["kind"], held["kind_confidence"])),
        (gettext("Nada"), guess(Sentiment, held["sentiment"], held["sentiment_confidence"])),
        (gettext("Pokok"), guess(Aspect, held["aspect"], held["aspect_confidence"])),
        (gettext("Pokok kedua"), word(Aspect, held["aspect2"])),
        (gettext("Kemendesakan"), urgency(held["urgency"], held["urgency_confidence"], held["urgency_source"])),
        (gettext("Tampaknya mengadukan pungutan liar atau penyalahgunaan wewenang"), yes(held["integrity"])),
        (gettext("Ragam bahasa"), word(Language, held["language"])),
        (gettext("Memuat kata kasar"), yes(held["abusive"])),
        (gettext("Dibaca"), at(held["labelled_at"])),
        (gettext("Versi pembaca"), held["model_version"]),
    )


def _contact(held: Held, at: Moment) -> list[Row]:
    return _rows(
        (gettext("Jenis"), word(ContactKind, held["kind"])),
        (gettext("Alamat"), gettext("Tersegel; hanya pengirim kabar otomatis yang membukanya.")),
        (gettext("Ditambahkan"), at(held["added_at"])),
        (gettext("Kabar dihentikan"), yes(held["messages_stopped"])),
    )


def _case(held: Held, at: Moment) -> list[Row]:
    return _rows(
        (gettext("Keadaan"), word(CaseStatus, held["status"])),
        (gettext("Golongan"), word(Classification, held["classification"])),
        (gettext("Rahasia"), yes(held["is_confidential"])),
        (gettext("Dibuka"), at(held["opened_at"])),
        (gettext("Batas tanggapan pertama"), at(held["reply_due_at"])),
        (gettext("Batas penyelesaian"), at(held["resolve_due_at"])),
        (gettext("Tanggapan pertama"), at(held["first_replied_at"])),
        (gettext("Batas penilaian Anda atas tanggapan"), at(held["silence_ends_at"])),
        (gettext("Penilaian Anda atas tanggapan"), word(Outcome, held["outcome"])),
        (gettext("Berakhir"), at(held["closed_at"])),
        (gettext("Kali dibuka kembali"), str(held["reopened_count"])),
        (gettext("Alasan diarsipkan"), word(ArchiveReason, held["archive_reason"])),
        (gettext("Nomor kasus"), str(held["id"])),
    )


def _event(held: Held, at: Moment) -> list[Row]:
    before, after = word(CaseStatus, held["from_status"]), word(CaseStatus, held["to_status"])
    return _rows(
        (gettext("Waktu"), at(held["at"])),
        (gettext("Keadaan"), after if before in (NOTHING, after) else f"{before} → {after}"),
        (gettext("Oleh"), actor(held["by"])),
        (gettext("Penilaian Anda atas tanggapan"), word(Outcome, held["outcome"])),
        (gettext("Tulisan Anda"), held["words"] or NOTHING),
    )


def _reply(held: Held, at: Moment) -> list[Row]:
    return _rows((gettext("Dikirim"), at(held["sent_at"])), (gettext("Tanggapan"), held["text"]))


def _proof(held: Held, at: Moment) -> list[Row]:
    return _rows(
        (gettext("Jenis"), gettext("Foto") if held["kind"] == AttachmentKind.PHOTO else "PDF"),
        (gettext("Keterangan bukti"), held["caption"] or NOTHING),
        (gettext("Ditambahkan"), at(held["added_at"])),
    )


def _referral(held: Held, at: Moment) -> list[Row]:
    name: str = held["name"]
    where = (
        gettext("Dirujuk dari %(name)s", name=name)
        if held["side"] == "from"
        else gettext("Dirujuk ke %(name)s", name=name)
    )
    return _rows(
        (gettext("Rujukan"), where),
        (gettext("Waktu"), at(held["referred_at"])),
        (gettext("Penjelasan bagi pelapor"), held["explanation"]),
    )


def _message(held: Held, at: Moment) -> list[Row]:
    return _rows(
        (gettext("Dikirim"), at(held["sent_at"])),
        (gettext("Tulisan Anda"), held["text"]),
        (gettext("Tulisan setelah disamarkan"), held["redacted_text"]),
    )


def _publication(held: Held, at: Moment) -> list[Row]:
    return _rows(
        (gettext("Tulisan"), held["text"]),
        (gettext("Tanggapan"), held["reply"] or NOTHING),
        (gettext("Ditampilkan"), at(held["published_at"])),
        (gettext("Ditarik"), at(held["withdrawn_at"])),
    )


def _request(held: Held, at: Moment) -> list[Row]:
    return _rows(
        (gettext("Permintaan"), word(RequestKind, held["kind"])),
        (gettext("Diminta"), at(held["requested_at"])),
        (gettext("Batas jawaban"), at(held["due_at"])),
        (gettext("Hasil"), word(RequestOutcome, held["outcome"])),
        (gettext("Dijawab"), at(held["settled_at"])),
        (gettext("Yang keliru"), held.get("wrong") or NOTHING),
        (gettext("Seharusnya") if held.get("wrong") else gettext("Alasan Anda"), held.get("said") or NOTHING),
        (gettext("Alasan"), held["reason"] or NOTHING),
    )


def _restriction(held: Held, at: Moment) -> list[Row]:
    return _rows((gettext("Sejak"), at(held["starts_at"])), (gettext("Sampai"), at(held["ends_at"])))


def _rows(*rows: Row) -> list[Row]:
    """Return the rows that say something; a dash says that nothing is held."""
    return [row for row in rows if row[1] != NOTHING]
