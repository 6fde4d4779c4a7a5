"""Finder for names of private persons and officers.

Three kinds of evidence: a word that introduces a name ("a.n.", "bernama", "Pak"), capital letters, and a list of
names common in Indonesia. Titles of office, places and institutions are no names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from feedback_app.nlp.pii import PiiKind, Span

_HONORIFICS = frozenset(
    "pak bapak bpk bu ibu mas mbak mba sdr sdri saudara saudari kak kakak bang abang dr drg hj h ns drs dra ir ust ustaz "
    "ustadz bripka bripda briptu brigadir aiptu aipda ipda iptu akp kompol serda sertu serka kopda mpok neng tante om "
    "mama oma opa almarhum almarhumah alm".split()
)
_DOTTED_ONLY = frozenset({"dr", "drg", "h", "hj", "ns", "drs", "dra", "ir"})
_MAY_BE_DOTTED = frozenset({"sdr", "sdri", "bpk", "alm"})
_RELATIVES = frozenset({"anak", "ibu", "beliau", "lengkap", "bayi", "dia"})
_CUES = frozenset("nama namanya bernama namo namany an keluarga hubungi koordinator narahubung".split())
_PRONOUNS = frozenset("saya sy aku kulo kula beta abdi awak kami perkenalkan ana sayo ambo".split())
_OFFICES = frozenset(
    "lurah camat bupati walikota wali gubernur presiden menteri kades kadis kapus kepala ketua sekretaris sekda sekcam "
    "sekdes bendahara dokter bidan perawat suster guru dosen polisi satpam security sopir supir kernet hakim jaksa admin "
    "petugas operator kasir teller rt rw kadus dukuh kabid kasi kasubag staf staff anggota dewan dpr dprd pejabat pimpinan "
    "direktur manajer rektor kapolsek kapolres kapolda danramil babinsa bhabinkamtibmas kiai kyai modin amil penghulu "
    "pendeta romo pastor pendamping kader warga mantri kepsek wakil kanit kasat komandan tentara tni polri pns asn honorer "
    "hamil kota rumah kandung mertua kos menyusui tiri bapak ibu saudara tuhan allah yesus negara pertiwi desa "
    "pemerintah dinas kantor loket yang yth terhormat jokowi prabowo carik tukang dishub ruangan kasi anu".split()
)
_PLACES = frozenset(
    "jl jln jalan gang gg desa ds kelurahan kel kecamatan kec kabupaten kab kota provinsi prov rs rsud rsup rsu puskesmas pustu "
    "sd sdn mi min mts ma smp smpn sma sman smk smkn slb tk paud pasar terminal stasiun bandara masjid mushola gereja pura "
    "vihara pt cv ud toko perum perumahan komplek kompleks dusun gunung kali sungai pulau pantai jembatan stadion taman "
    "universitas univ pelabuhan simpang lapangan bank kampung kp lorong blok klinik apotek hotel gedung alun kantor dinas "
    "badan balai kementerian polsek polres polda samsat kua dukcapil disdukcapil bpn puncak".split()
)
_OTHER_WORDS = frozenset(
    "bpjs tionghoa jawa sunda batak bugis dayak papua januari februari maret april mei "
    "juni juli agustus september oktober november desember senin selasa rabu kamis jumat sabtu minggu ahad indonesia "
    "islam kristen katolik hindu buddha whatsapp facebook instagram google youtube tiktok gmail jaminan kartu keluarga "
    "akta surat nomor no nik nip ktp kk kis npwp pbb rp undang peraturan perda pp uu inpres permen bos pkh blt dtks "
    "timur barat utara selatan tengah raya dalam lama baru besar jaya".split()
)
_STARTERS = frozenset(
    "kepada yth hormat salam mohon tolong selamat pagi siang sore malam dengan terima kasih makasih halo hai assalamualaikum "
    "assalamu alaikum dear admin min kalau kalo untuk buat bagi dari oleh pada di ke dan atau tapi tetapi karena sebab jika "
    "apakah apa kapan mengapa kenapa bagaimana siapa mana kemarin tadi hari ini itu sudah belum tidak jangan ketika saat "
    "setelah sebelum petugas bidan dokter perawat guru kepala ketua sekretaris lurah camat kades bendahara koordinator "
    "narahubung kontak pendamping kader warga tetangga anak suami istri adik ayah almarhum keponakan teknisi operator "
    "sopir mandor pasien peserta pelapor korban apresiasi salut hebat bravo untungnya ternyata tercatat tertulis contoh "
    "hubungi transfer gara waktu usulan nb ps my the a our mr mrs ms miss thanks thank kaleh dibales".split()
)
_NEVER_A_NAME = _HONORIFICS | _CUES | _PRONOUNS | _STARTERS | _PLACES | _OTHER_WORDS | _OFFICES
_CONNECTORS = r"(?:bin|binti|bte|van|de|al)"
_CAPITAL = r"[A-Z][A-Za-z]*(?:['’][A-Za-z]+)?"
_DOTTED = r"(?:[A-Z]|Sdri?|Drs?|Drg|Dra|Hj|Ns|Ir|Bpk|Alm|Muh|Moh|Yth)\."
_RUN = re.compile(rf"\b(?:{_DOTTED}|{_CAPITAL})(?: (?:{_CONNECTORS} )?(?:{_DOTTED}|{_CAPITAL}))*")
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?\.?")
_NAME_ENDING = re.compile(
    r"(?:ningsih|ningrum|wati|yanti|yanto|yono|diono|tono|darti|wardani|wardana|wardhana|kusuma|astuti|uddin|udin|ullah|"
    r"sumo|winata|atmaja|atmadja|negara|prasetyo|widodo|diarta|wirawan|setiawan|hartanto|syah)$"
)
_REACH = 40
_BRACKETS = ",:(\"'–—-"
_TALKED_OF = _PRONOUNS | _RELATIVES
_NAME_SAID_BEFORE = re.compile(r"\bnam[ao](?:nya)?\b[^.;?!\n]{0,25}$", re.I)
_SIGNATURE = re.compile(r"(?:^|[\s.!?])[—–-]\s?\Z")
_LOWER_CUED = re.compile(
    r"\b(?:(pak|bapak|bpk|bu|ibu|mas|mbak|mba|sdri|sdr|bang|kak)\.?|a\.?n\.?|a/n|atas nam[ao]|nam[ao](?: saya| sy|nya)?|bernama)"
    r"[ :]+([a-z']+(?: [a-z']+){0,3})"
)


@cache
def _known_names() -> tuple[frozenset[str], frozenset[str]]:
    """Return the names that are evidence alone, and those that are also ordinary words."""
    text = files("feedback_app.nlp").joinpath("given_names.txt").read_text(encoding="utf-8")
    body = text.split("\n", 2)[2]
    sure, _, ambiguous = body.partition("# ambiguous")
    doubtful = frozenset(ambiguous.split())
    return frozenset(sure.split()) - doubtful, doubtful


def _is_known(word: str) -> bool:
    low = word.lower()
    return low in _known_names()[0] or (len(low) > 6 and _NAME_ENDING.search(low) is not None)


@dataclass(slots=True)
class _Evidence:
    """What stands before a run of capital words."""

    honorific: bool = False
    cue: bool = False
    pronoun: bool = False
    place: bool = False

    def note(self, word: str) -> bool:
        """Take one word into account; tell whether it introduces a name."""
        low, dotted = word.lower().rstrip("."), word.endswith(".")
        if low in _HONORIFICS:
            self.honorific |= dotted if low in _DOTTED_ONLY else (not dotted or low in _MAY_BE_DOTTED)
            return True
        self.cue |= low in _CUES or low in {"a.n", "a/n"}
        self.pronoun |= low in _PRONOUNS
        return low in _CUES or low in _PRONOUNS or low in _STARTERS


def _evidence_before(text: str, start: int) -> _Evidence:
    evidence = _Evidence()
    before = text[max(0, start - _REACH) : start]
    said = "nam" in before.lower() and _NAME_SAID_BEFORE.search(before) is not None
    evidence.cue = said or _SIGNATURE.search(before[-3:]) is not None
    words = [word.strip(_BRACKETS) for word in before.split()[-2:]]
    words = [word for word in words if word]
    if not words:
        return evidence
    last = words[-1]
    evidence.place = last.lower().rstrip(".") in _PLACES and not before.rstrip().endswith(",")
    evidence.note(last)
    if len(words) > 1 and last.lower() in _TALKED_OF:
        evidence.note(words[0])
    return evidence


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word.isupper()


def _name_words(words: list[re.Match[str]], evidence: _Evidence) -> list[re.Match[str]]:
    """Drop what introduces the name, and everything from the first word that cannot belong to one."""
    first = 0
    for position, word in enumerate(words[:4]):
        if not _is_known(word.group()) and evidence.note(word.group()):
            first = position + 1
    kept: list[re.Match[str]] = []
    for word in words[first:]:
        low = word.group().lower().rstrip(".")
        known = _is_known(low)
        if low in _PLACES or low in _OTHER_WORDS or (low in _OFFICES and not (kept and known)):
            break
        if _is_acronym(word.group()) and not (evidence.cue or known):
            break
        kept.append(word)
    return kept[:5]


def _is_name(words: list[re.Match[str]], evidence: _Evidence) -> bool:
    if not words:
        return False
    known = sum(_is_known(word.group()) for word in words)
    if evidence.honorific:
        return len(words[0].group()) > 2 or known > 0
    if evidence.cue:
        return len(words) > 1 or known > 0
    if evidence.pronoun:
        return len(words) > 1 or known > 0
    return not evidence.place and known > 0


def _end(word: re.Match[str]) -> int:
    return word.end() - word.group().endswith(".")


def _find_capitalised(text: str) -> Iterator[Span]:
    for run in _RUN.finditer(text):
        if run.group().lower() in _NEVER_A_NAME:
            continue
        evidence = _evidence_before(text, run.start())
        words = _name_words(list(_WORD.finditer(text, run.start(), run.end())), evidence)
        if _is_name(words, evidence):
            yield Span(words[0].start(), _end(words[-1]), PiiKind.NAME)


def _find_small_letters(text: str) -> Iterator[Span]:
    sure, doubtful = _known_names()
    for match in _LOWER_CUED.finditer(text):
        words = list(_WORD.finditer(text, match.start(2), match.end(2)))
        if words[0].group() not in sure:
            continue
        last = words[0]
        for word in words[1:]:
            if word.group() not in sure and word.group() not in doubtful:
                break
            last = word
        yield Span(words[0].start(), last.end(), PiiKind.NAME)


def find_names(text: str) -> Iterator[Span]:
    """Find names of persons, without the honorific before them."""
    yield from _find_capitalised(text)
    yield from _find_small_letters(text)
