"""Transparent rules for urgency: what must not wait, said in words that can be read and disputed.

A rule looks at one line of tokens from `tokens.analyse`, in which words under a negation carry a mark and so match
nothing. Further guards keep it silent: slogans ("tolak pungli"), questions about the word alone ("apakah itu pungli?"),
and praise ("gratis, bebas pungli, terima kasih"). The drivers are those of the domain's taxonomy: levy and corruption,
violence, danger to life, harassment, a data leak, intimidation of the reporter, denial of a basic service.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from feedback_app.nlp.labels import Urgency


@dataclass(frozen=True, slots=True)
class Rule:
    """A named pattern and how urgent a message is that matches it.

    `pattern` must match; `also`, where given, must match too, anywhere in the line.
    """

    name: str
    urgency: Urgency
    pattern: re.Pattern[str]
    also: re.Pattern[str] | None = None

    def matches(self, line: str) -> bool:
        """Tell whether the line of tokens meets the rule."""
        return self.pattern.search(line) is not None and (self.also is None or self.also.search(line) is not None)


def _words(*alternatives: str) -> re.Pattern[str]:
    """Match any of the alternatives as whole words that no negation marks."""
    return re.compile(rf"(?<!\S)(?:{'|'.join(alternatives)})(?!\S)")


_MONEY = r"(?:uang|duit|dwit|fulus|pitih|kepeng|xmoney|amplop|jatah|setoran|imbalan|upeti|tip|jasa|persenan|komisi)"
_ASKED = (
    r"(?:(?:di)?minta(?:i|in)?|mintak|memint[ai]|dimintak|nyuwun|njaluk|dijaluki|menta|menta[in]|ditarik(?:i|in)?|narik|menarik"
    r"|dipungut|memungut|mungut|nagih|menagih|ditagih|dipalak|malak|nodong|ditodong|minta2|maksa|memaksa|menyodorkan)"
)

RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "violence",
        Urgency.CRITICAL,
        _words(
            r"di(?:pukul|tampar|tempeleng|tendang|cekik|bacok|tonjok|gebuk|keroyok|hajar|aniaya|siksa|pukulin|gebukin|hajar)i?",
            r"(?:memukul|menampar|menendang|mencekik|membacok|menonjok|mengeroyok|menganiaya|menyiksa|menodong)(?:i|kan)?",
            r"(?:mukul|nampar|nendang|nyekik|mbacok|nonjok|ngeroyok|nggebuk|jewer|dijewer)(?:i|in)?",
            r"penganiayaan|kdrt|pisau|parang|celurit|clurit|golok|bedog|samurai",
            r"(?:di)?(?:ancam|ancem)(?:nya)?(?: \S+){0,4} (?:bunuh|dibunuh|mati|bakar|dibakar|habisi|dihabisi)",
        ),
    ),
    Rule(
        "harassment",
        Urgency.CRITICAL,
        _words(
            r"(?:pe)?leceh(?:an|kan)?|dilecehkan|melecehkan|cabul|dicabuli|pencabulan|mesum|perkosa(?:an)?|diperkosa|asusila",
            r"(?:di)?(?:grepe|raba|gerayangi|remas|remes)(?:in|i)?|(?:meraba|ngeraba|mengelus|meremas|menggerayangi)(?: \S+){0,3}",
            r"(?:di|me)?(?:pegang|pegangi|pegangin|megang|nyentuh|menyentuh|sentuh|elus|elusin)(?: \S+){0,3} (?:paha|dada|payudara|pantat|pinggang|bokong)(?:nya|ku)?",
            r"(?:mengajak|ngajak|diajak|maksa)(?: \S+){0,3} (?:hotel|menginap|ngamar|tidur bareng)",
        ),
    ),
    Rule(
        "danger",
        Urgency.CRITICAL,
        _words(
            r"(?:ke|di)?setrum|tersengat|tertimbun|tenggelam|hanyut|kejepit|terjepit|keracunan|pendarahan|perdarahan|kejang|step",
            r"(?:sesak|sesek)(?: (?:napas|nafas))?|megap|pingsan|semaput|kritis|sekarat|muntah darah|serangan jantung|bukaan",
            r"(?:tidak|tdk|ga|gak|nggak|blm|belum|gk) (?:~\S+ ){0,2}~(?:sadar|sadarkan|napas|bernapas|nafas)",
            r"kebakaran|kebakar|terbakar|kobongan|longsor|ambruk|roboh|runtuh|ambles|amblas|bunuh diri|minum racun|tewas|keguguran",
            r"(?:api|asap)(?: \S+){0,4} (?:nyamber|menyambar|membesar|tebal)|bau gas|(?:digigit|gigit)(?: \S+){0,3} anjing|anjing gila",
            r"kabel(?: listrik)?(?: \S+){0,3} (?:telanjang|putus|ngelewer|menjuntai|kelupas|terkelupas)",
        ),
        _words(
            r"barusan|skrg|sekarang|saat ini|malam ini|tadi|pagi ini|hari ini|masih|msh|semalam|semalem|kemarin|kmrn|tolong|tlg"
            r"|korban|anak|bayi|ibu|bapak|warga|orang|org|murid|siswa|pasien|lansia|nenek|kakek|istri|suami|igd|ambulan(?:s|ce)?"
        ),
    ),
    Rule(
        "intimidation",
        Urgency.CRITICAL,
        _words(
            r"(?:di|meng|ng)?(?:ancam|ancem|intimidasi|teror)(?:an|in|nya)?|mengancam|didatangi|didatengin|dilempari|dicegat|diusir|digedor"
        ),
        _words(
            r"(?:me|nge|di)?lapor(?:kan|in|an)?|laporin|melapor|pelapor|aduan|pengaduan|ngadu|mengadu|ulasan|komplen|komplain|cabut laporan"
        ),
    ),
    Rule(
        "illegal_levy",
        Urgency.HIGH,
        _words(
            r"pungli|dipungli|pungutan (?:liar|ilegal)|juru pungut|uang (?:pelicin|rokok|lelah|tinta|bensin|kopi|damai|keamanan|terima kasih|tutup mulut)",
            r"salam tempel|sogok(?:an)?|nyogok|disogok|suap|menyuap|disuap|gratifikasi|(?:di|me)?peras(?:an)?|memeras|pemerasan|dipalak|malak",
            rf"{_ASKED}(?: \S+){{0,3}} {_MONEY}",
            rf"(?:oknum|calo|biro jasa)(?: \S+){{0,6}} {_MONEY}",
            rf"(?:calo|makelar)(?:nya)?|(?:disuruh|suruh|kudu|mesti|harus|wajib)(?: \S+){{0,2}} (?:nyelipin|selipkan|amplop|nyetor|setor)",
            rf"{_MONEY}(?: \S+){{0,6}} (?:tanpa|ga|gak|tidak|tdk|nggak|engga) (?:~\S+ ){{0,2}}~(?:kuitansi|kwitansi|karcis|bukti|struk)(?:nya)?",
        ),
    ),
    Rule(
        "abuse_of_power",
        Urgency.HIGH,
        _words(
            r"korup(?:si)?|dikorupsi|mark up|markup|(?:laporan|kuitansi|kwitansi|proyek|penerima|data|belanja|nota) fiktif|digelapkan|penggelapan|menggelapkan|ditilep|nilep|disunat|nyunat|sunat|dikorup|diembat"
            r"|jual beli jabatan|penyelewengan|diselewengkan|menyelewengkan|menyalahgunakan"
        ),
    ),
    Rule(
        "data_leak",
        Urgency.HIGH,
        _words(
            r"(?:data|nik|ktp|kk|kartu keluarga|rekam medis|nomor|foto|identitas|alamat|hasil)\S*(?: \S+){0,4}"
            r" (?:bocor|dibocorkan|dibocorin|tersebar|disebar(?:kan|in)?|menyebar|nyebar|dijual|beredar|diperjualbelikan|terpampang)",
            r"kebocoran data|(?:nik|ktp|data|kk|identitas)\S*(?: \S+){0,5} (?:dipakai|dipake|digunakan)(?: \S+){0,4} (?:pinjol|pinjaman|utang|hutang|kredit)",
            r"(?:membocorkan|menyebarkan|nyebarin|mbocorin|menjual)(?: \S+){0,3} (?:data|nik|ktp|kk|nomor|foto|identitas|hasil)\S*",
        ),
    ),
    Rule(
        "many_affected",
        Urgency.HIGH,
        _words(r"(?:satu|sak|seluruh|semua|1) (?:kecamatan|kelurahan|kabupaten|kota|kampung|desa|rw|dusun|perumahan)|se(?:kecamatan|kelurahan|kabupaten|kampung|desa|kota)|se-(?:rw|kecamatan|kelurahan|kabupaten|kampung|desa|kota)"),
        _words(r"mati|padam|rusak|keruh|banjir|macet|down|putus|tumbang|error|eror|kekeringan|kering|mampet|luber|ngungsi|mengungsi|terputus|terisolasi|lumpuh"),
    ),
    Rule(
        "denied_basic_service",
        Urgency.HIGH,
        _words(
            r"(?:igd|ugd|rs|rsud|rumah sakit|puskesmas|bidan|dokter|bpjs|kis|cuci darah|ambulan(?:s|ce)?|nicu|icu|obat)\S*(?: \S+){0,8}"
            r" (?:ditolak|menolak|nolak|nonaktif|dicabut|dinonaktifkan|disuruh pulang|terkunci|digembok|dikunci)",
            r"(?:ditolak|menolak|nolak)(?: \S+){0,5} (?:igd|ugd|rs|rsud|rumah sakit|puskesmas|berobat|rawat|dirawat|pasien)",
            r"(?:bansos|blt|pkh|bpnt|bantuan|kks)\S*(?: \S+){0,8} (?:dicoret|dihentikan|diblokir|terblokir|dihapus)",
        ),
    ),
)
"""Tried in this order; the first of the highest urgency decides."""

_SLOGAN = _words(
    r"(?:tolak|stop|anti|bebas|berantas|basmi|lawan|cegah|nol|zero|no|katakan|laporkan jika|say no(?: to)?)"
    r" (?:segala |praktik |praktek |bentuk |dari |to |pada |tidak pada )*"
    r"(?:pungli|pungutan liar|suap|calo|korupsi|gratifikasi|sogokan?|kekerasan|pelecehan)"
)
_WORDS_OF_LEVY = frozenset({"illegal_levy", "abuse_of_power"})
_QUESTION = re.compile(r"(?<!\S)(?:apakah|apa|emang|memang|benarkah|resmi|boleh|berapa|brp|gimana|gmn|bagaimana)(?: [^?.!]*)?\?")
_PRAISE = _words(
    r"terima ?kasih|makasih|makasi|mksh|trims|salut|alhamdulillah|mantap|mantep|bravo|apresiasi|hebat|top|bangga|lega"
    r"|respek|hatur nuhun|matur nuwun|matur suksma|thanks|thank"
)
_WISH = _words(
    r"usul(?:an)?|saran|sebaiknya|hendaknya|semoga|pasang(?:lah)?|mohon dipasang(?:i)?|kasih cctv|tempel|pelatihan|simulasi|seminar"
    r"|penyuluhan|andai(?:kan)?|seandainya|kalau menemukan|kalo menemukan|jika menemukan|makalah|skripsi"
)
_RESOLVED = _words(
    r"diusut|dicopot|dipecat|dikembalikan|dinonaktifkan|salah paham|ternyata|tarik laporan|lapor(?:nya)? (?:ke |lewat )?saber"
)
_DRILL = _words(r"pelatihan|simulasi|latihan|penyuluhan|proteksi|sk korban|hampir|bila|jangan (?:~\S+ )*~(?:ambruk|roboh)|belajar")
_BUT = _words(r"tapi|tp|tetapi|namun|sayang(?:nya)?|cuma|padahal|sedangkan|beda dengan|masih|msh|kecuali")


def _is_guarded(rule: Rule, line: str) -> bool:
    """Tell whether the words are about urgency without reporting any."""
    if rule.urgency is Urgency.HIGH and (_PRAISE.search(line) or _WISH.search(line)) and not _BUT.search(line):
        return True
    if rule.name == "danger" and _DRILL.search(line):
        return True
    about_levy = rule.name in _WORDS_OF_LEVY
    return about_levy and (_QUESTION.search(line) or _RESOLVED.search(line)) is not None


def urgent_rule(line: str, rules: Iterable[Rule] = RULES) -> Rule | None:
    """Return the rule that makes the message urgent, the most urgent first, or None.

    Parameters
    ----------
    line : str
        Tokens from `tokens.analyse`.
    rules : iterable of Rule
        In order of precedence within the same urgency.

    Returns
    -------
    Rule or None
        The deciding rule; None when none matches or a guard holds it back.
    """
    spoken = _SLOGAN.sub(" ", line)
    found = [rule for rule in rules if rule.matches(spoken) and not _is_guarded(rule, spoken)]
    critical = [rule for rule in found if rule.urgency is Urgency.CRITICAL]
    return (critical or found or [None])[0]
