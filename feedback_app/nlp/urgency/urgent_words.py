"""The rules for urgency as data: a name, how urgent, and the words.

Each string is one alternative, matched as whole tokens of a line from `tokens.analyse`; a word under a negation carries
the mark ~ there, and so matches only where the mark is written here too. The seeds are the drivers and the lexicon of
the domain's taxonomy; further words came from reading messages.
"""

from __future__ import annotations

import re
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


def any_of(*alternatives: str) -> re.Pattern[str]:
    """Match any of the alternatives as whole tokens."""
    return re.compile(rf"(?<!\S)(?:{'|'.join(alternatives)})(?!\S)")


_VIOLENCE = any_of(
    r"di(?:pukul|tampar|tempeleng|tendang|cekik|bacok|tonjok|gebuk|keroyok|hajar|aniaya|siksa|pukulin|gebukin)i?",
    r"(?:memukul|menampar|menendang|mencekik|membacok|menonjok|mengeroyok|menganiaya|menyiksa|menodong)(?:i|kan)?",
    r"(?:mukul|nampar|nendang|nyekik|mbacok|nonjok|ngeroyok|nggebuk|jewer|dijewer)(?:i|in)?",
    r"di(?:tinju|tikam|tusuk|todong|sabet|injak|seret|banting|gampar|jotos|toyor|pentung)(?:i|in|nya|nyo)?",
    r"(?:meninju|menikam|menusuk|menyabet|membanting|menggampar|nempeleng|nikam|ninju|nyabet|ngegebuk|gampar|jotos)(?:i|in)?",
    r"(?:memar|lebam|babak belur|berdarah|bedarah|badarah|bocor kepala)(?:nya)?",
    r"penganiayaan|kdrt|pisau|parang|celurit|clurit|golok|bedog|samurai|bom molotov|molotov|senjata tajam|pistol",
    r"(?:beat(?:en|ing)?|punch(?:ed|ing)?|stab(?:bed|bing)?|slapp(?:ed|ing)|kicked|assault(?:ed)?)",
    r"(?:di)?(?:ancam|ancem)(?:nya)?(?: \S+){0,4} (?:bunuh|dibunuh|mati|bakar|dibakar|habisi|dihabisi)",
)
_HARASSMENT = any_of(
    r"(?:pe)?leceh(?:an|kan)?|dilecehkan|melecehkan|cabul|dicabuli|pencabulan|mesum|asusila",
    r"cabulin|bugil|telanjangi|intip(?:in)?|ngintip|mengintip|diintip|siulin|disiulin",
    r"cat ?call\w*|harass(?:ed|ment|ing)?",
    r"(?:moto|motret|foto|rekam|ngerekam|memotret|merekam)(?: \S+){0,2} (?:rok|paha|dada|celana dalam)(?: \S+)?",
    r"(?:ngajak|ajak|diajak|minta|maksa|dipaksa) (?:tidur|ngamar|hubungan badan|kencan)",
    r"perkosa(?:an)?|diperkosa|(?:di)?(?:grepe|raba|gerayangi|remas|remes)(?:in|i)?",
    r"(?:meraba|ngeraba|mengelus|meremas|menggerayangi)(?: \S+){0,3}",
    r"(?:di|me)?(?:pegang|pegangi|pegangin|megang|nyentuh|menyentuh|sentuh|elus|elusin)(?: \S+){0,3}"
    r" (?:paha|dada|payudara|pantat|pinggang|bokong)(?:nya|ku)?",
    r"(?:mengajak|ngajak|diajak|maksa)(?: \S+){0,3} (?:hotel|menginap|ngamar|tidur bareng)",
)
_DANGER = any_of(
    r"tenggelem|kecebur|tercebur|terperosok|kejebak|terjebak|terkubur|katimbun|meledak|meleduk|ledakan",
    r"patah (?:kaki|tangan|tulang|leher)",
    r"(?:kaki|tangan|tulang|jari)(?:nya)? (?:patah|putus|terpotong|hancur)|rem(?:nya)? blong",
    r"(?:luka|luko) (?:parah|bakar|berat)|diinfus|kritis|sakaratul|air (?:su |sudah |udah |uda )?masuk rumah",
    r"tsunami|gempa|banjir bandang|puting beliung|tanggul (?:jebol|bocor|retak|rembes)|jebol|angin puting",
    r"(?:on|caught) fire|drown(?:ing|ed)?|sinking|collaps(?:e|ed|ing)|bleeding|unconscious|electrocut\w*|bare wires?",
    r"gas leak",
    r"(?:ke|di)?setrum|tersengat|tertimbun|tenggelam|hanyut|kejepit|terjepit|keracunan|kejang|step",
    r"pendarahan|perdarahan|muntah darah|serangan jantung|bukaan|keguguran|kritis|sekarat",
    r"(?:sesak|sesek)(?: (?:napas|nafas))?|megap|pingsan|semaput|tewas|bunuh diri|minum racun",
    r"(?:tidak|tdk|ga|gak|nggak|blm|belum|gk) (?:~\S+ ){0,2}~(?:sadar|sadarkan|napas|bernapas|nafas)",
    r"kebakaran|kebakar|terbakar|kobongan|longsor|ambruk|roboh|runtuh|ambles|amblas|bau gas",
    r"(?:api|asap)(?: \S+){0,4} (?:nyamber|menyambar|membesar|tebal)",
    r"(?:digigit|gigit)(?: \S+){0,3} anjing|anjing gila",
    r"kabel(?: listrik)?(?: \S+){0,3} (?:telanjang|putus|ngelewer|menjuntai|kelupas|terkelupas)",
)
_SOMEBODY_NOW = any_of(
    r"barusan|skrg|sekarang|saat ini|malam ini|tadi|pagi ini|hari ini|masih|msh|semalam|semalem|kemarin|kmrn",
    r"tolong|tlg|korban|anak|bayi|ibu|bapak|warga|orang|org|murid|siswa|pasien|lansia|nenek|kakek|istri|suami",
    r"igd|ambulan(?:s|ce)?|people|child(?:ren)?|kids?|students?|woman|man|help|now|pedagang|pengendara|peserta|penumpang",
    r"dalam|dalem|baru|teman|temen|om|paman|mama|papa|emak|abah|budak|rumah|kami|kita|saya|sy|gw|beta",
)
_THREAT = any_of(
    r"(?:di|meng|ng)?(?:ancam|ancem|intimidasi|teror)(?:an|in|nya)?|mengancam|diusir|digedor",
    r"didatangi|didatengin|dilempari|dicegat|ngancem|ngancam|dibuntuti|dikuntit|threat(?:en|ened|ening|s)?|follow(?:ed|ing)?",
)
_REPORTING = any_of(
    r"(?:me|nge|di)?lapor(?:kan|in|an)?|laporin|melapor|pelapor|aduan|pengaduan|ngadu|mengadu",
    r"ulasan|komplen|komplain|cabut laporan|report(?:ed|ing)?|complain(?:ed|t)?|reviews?",
)

_MONEY = r"(?:uang|duit|dwit|fulus|pitih|kepeng|xmoney|amplop|jatah|setoran|imbalan|upeti|tip|jasa|persenan|komisi)"
_ASKED = (
    r"(?:(?:di)?minta(?:i|in)?|minta2|mintak|memint[ai]|dimintak|nyuwun|njaluk|dijaluki|menta|menta[in]|ditarik(?:i|in)?"
    r"|narik|menarik|dipungut|memungut|mungut|nagih|menagih|ditagih|dipalak|malak|nodong|ditodong|maksa|memaksa)"
)
_LEVY = any_of(
    r"pungli|dipungli|pungutan (?:liar|ilegal)|juru pungut|salam tempel|gratifikasi|(?:calo|makelar)(?:nya)?",
    r"uang (?:pelicin|rokok|lelah|tinta|bensin|kopi|damai|keamanan|terima kasih|tutup mulut)",
    r"sogok(?:an)?|nyogok|disogok|suap|menyuap|disuap|(?:di|me)?peras(?:an)?|memeras|pemerasan|dipalak|malak",
    rf"{_ASKED}(?: \S+){{0,3}} {_MONEY}",
    rf"(?:oknum|calo|biro jasa)(?: \S+){{0,6}} {_MONEY}",
    r"(?:disuruh|suruh|kudu|mesti|harus|wajib)(?: \S+){0,2} (?:nyelipin|selipkan|amplop|nyetor|setor)",
    rf"{_MONEY}(?: \S+){{0,6}} (?:tanpa|ga|gak|tidak|tdk|nggak|engga) (?:~\S+ ){{0,2}}"
    r"~(?:kuitansi|kwitansi|karcis|bukti|struk)(?:nya)?",
)
_ABUSE = any_of(
    r"korup(?:si)?|dikorupsi|dikorup|mark up|markup|jual beli jabatan|menyalahgunakan",
    r"(?:laporan|kuitansi|kwitansi|proyek|penerima|data|belanja|nota) fiktif",
    r"digelapkan|penggelapan|menggelapkan|ditilep|nilep|disunat|nyunat|sunat|diembat",
    r"penyelewengan|diselewengkan|menyelewengkan",
)
_LEAK = any_of(
    r"(?:data|nik|ktp|kk|kartu keluarga|rekam medis|nomor|foto|identitas|alamat|hasil)\S*(?: \S+){0,4}"
    r" (?:bocor|dibocorkan|dibocorin|tersebar|disebar(?:kan|in)?|menyebar|nyebar|dijual|beredar|terpampang)",
    r"kebocoran data|(?:nik|ktp|data|kk|identitas)\S*(?: \S+){0,5} (?:dipakai|dipake|digunakan)(?: \S+){0,4}"
    r" (?:pinjol|pinjaman|utang|hutang|kredit)",
    r"(?:membocorkan|menyebarkan|nyebarin|mbocorin|menjual)(?: \S+){0,3}"
    r" (?:data|nik|ktp|kk|nomor|foto|identitas|hasil)\S*",
)
_AREA = r"(?:kecamatan|kelurahan|kabupaten|kota|kampung|desa|rw|dusun|perumahan)"
_EVERYBODY = any_of(rf"(?:satu|sak|seluruh|semua|1) {_AREA}", rf"se-?{_AREA}")
_OUTAGE = any_of(
    r"mati|padam|rusak|keruh|banjir|macet|down|putus|tumbang|error|eror|kekeringan|kering|mampet|luber",
    r"ngungsi|mengungsi|terputus|terisolasi|lumpuh",
)
_DENIED = any_of(
    r"(?:igd|ugd|rs|rsud|rumah sakit|puskesmas|bidan|dokter|bpjs|kis|cuci darah|ambulan(?:s|ce)?|nicu|icu|obat)\S*"
    r"(?: \S+){0,8} (?:ditolak|menolak|nolak|nonaktif|dicabut|dinonaktifkan|disuruh pulang|terkunci|digembok|dikunci)",
    r"(?:ditolak|menolak|nolak)(?: \S+){0,5}"
    r" (?:igd|ugd|rs|rsud|rumah sakit|puskesmas|berobat|rawat|dirawat|pasien)",
    r"(?:bansos|blt|pkh|bpnt|bantuan|kks)\S*(?: \S+){0,8} (?:dicoret|dihentikan|diblokir|terblokir|dihapus)",
)

RULES: Final[tuple[Rule, ...]] = (
    Rule("violence", Urgency.CRITICAL, _VIOLENCE),
    Rule("harassment", Urgency.CRITICAL, _HARASSMENT),
    Rule("danger", Urgency.CRITICAL, _DANGER, _SOMEBODY_NOW),
    Rule("intimidation", Urgency.CRITICAL, _THREAT, _REPORTING),
    Rule("illegal_levy", Urgency.HIGH, _LEVY),
    Rule("abuse_of_power", Urgency.HIGH, _ABUSE),
    Rule("data_leak", Urgency.HIGH, _LEAK),
    Rule("many_affected", Urgency.HIGH, _EVERYBODY, _OUTAGE),
    Rule("denied_basic_service", Urgency.HIGH, _DENIED),
)
"""In order of precedence within the same urgency."""
