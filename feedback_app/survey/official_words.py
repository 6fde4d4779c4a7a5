"""The words of the two rules on satisfaction surveys: names, meanings, questions and answers.

Names and order of PermenPANRB 14/2017 and its questions with their answers were read in published documents that
reproduce its annexes; the stems of questions 6 and 9 and the meanings, which are told here in short sentences of our
own, are still to be compared with the printed regulation (`docs/skm.md`). The fourteen of Kepmenpan 25/2004 serve
older series.
"""

from __future__ import annotations

from typing import Final

FREE_SERVICE: Final = "layanan yang menurut undang-undang tidak dipungut biaya"
WEB_SERVICE: Final = "layanan berbasis web, tanpa tatap muka dengan petugas"

ELEMENTS_2017: Final[tuple[tuple[str, str, str, str | None], ...]] = (
    (
        "persyaratan",
        "Persyaratan",
        "Syarat teknis dan administratif yang harus dipenuhi dalam pengurusan suatu jenis pelayanan.",
        None,
    ),
    (
        "prosedur",
        "Sistem, Mekanisme, dan Prosedur",
        "Tata cara yang dibakukan bagi pemberi dan penerima pelayanan, termasuk pengaduan.",
        None,
    ),
    (
        "waktu",
        "Waktu Penyelesaian",
        "Jangka waktu untuk menyelesaikan seluruh proses suatu jenis pelayanan.",
        None,
    ),
    (
        "biaya",
        "Biaya/Tarif",
        "Ongkos yang dikenakan kepada penerima layanan untuk memperoleh pelayanan.",
        FREE_SERVICE,
    ),
    (
        "produk",
        "Produk Spesifikasi Jenis Pelayanan",
        "Hasil pelayanan yang diberikan dan diterima sesuai dengan ketentuan yang ditetapkan.",
        None,
    ),
    (
        "kompetensi",
        "Kompetensi Pelaksana",
        "Pengetahuan, keahlian, keterampilan, dan pengalaman yang harus dimiliki pelaksana.",
        WEB_SERVICE,
    ),
    (
        "perilaku",
        "Perilaku Pelaksana",
        "Sikap petugas dalam memberikan pelayanan.",
        WEB_SERVICE,
    ),
    (
        "pengaduan",
        "Penanganan Pengaduan, Saran dan Masukan",
        "Tata cara penanganan pengaduan dan tindak lanjutnya.",
        None,
    ),
    (
        "sarana",
        "Sarana dan Prasarana",
        (
            "Sarana adalah barang yang dapat bergerak, prasarana adalah barang yang tidak bergerak seperti gedung, "
            "yang dipakai untuk memberikan pelayanan."
        ),
        None,
    ),
)

FORM_ORDER_2017: Final = (
    "persyaratan", "prosedur", "waktu", "biaya", "produk", "kompetensi", "perilaku", "sarana", "pengaduan",
)  # fmt: skip

_OPINION: Final = "Bagaimana pendapat Saudara tentang"

QUESTIONS_2017: Final[tuple[tuple[str, str, tuple[str, str, str, str]], ...]] = (
    (
        "persyaratan",
        f"{_OPINION} kesesuaian persyaratan pelayanan dengan jenis pelayanannya?",
        ("Tidak sesuai", "Kurang sesuai", "Sesuai", "Sangat sesuai"),
    ),
    (
        "prosedur",
        "Bagaimana pemahaman Saudara tentang kemudahan prosedur pelayanan di unit ini?",
        ("Tidak mudah", "Kurang mudah", "Mudah", "Sangat mudah"),
    ),
    (
        "waktu",
        f"{_OPINION} kecepatan waktu dalam memberikan pelayanan?",
        ("Tidak cepat", "Kurang cepat", "Cepat", "Sangat cepat"),
    ),
    (
        "biaya",
        f"{_OPINION} kewajaran biaya/tarif dalam pelayanan?",
        ("Sangat mahal", "Cukup mahal", "Murah", "Gratis"),
    ),
    (
        "produk",
        (
            f"{_OPINION} kesesuaian produk pelayanan antara yang tercantum dalam standar pelayanan dengan hasil yang "
            "diberikan?"
        ),
        ("Tidak sesuai", "Kurang sesuai", "Sesuai", "Sangat sesuai"),
    ),
    (
        "kompetensi",
        f"{_OPINION} kompetensi/kemampuan petugas dalam pelayanan?",
        ("Tidak kompeten", "Kurang kompeten", "Kompeten", "Sangat kompeten"),
    ),
    (
        "perilaku",
        f"{_OPINION} perilaku petugas dalam pelayanan terkait kesopanan dan keramahan?",
        ("Tidak sopan dan ramah", "Kurang sopan dan ramah", "Sopan dan ramah", "Sangat sopan dan ramah"),
    ),
    (
        "sarana",
        f"{_OPINION} kualitas sarana dan prasarana?",
        ("Buruk", "Cukup", "Baik", "Sangat baik"),
    ),
    (
        "pengaduan",
        f"{_OPINION} penanganan pengaduan pengguna layanan?",
        ("Tidak ada", "Ada tetapi tidak berfungsi", "Berfungsi kurang maksimal", "Dikelola dengan baik"),
    ),
)

ELEMENTS_2004: Final[tuple[tuple[str, str, str, str | None], ...]] = (
    ("prosedur", "Prosedur pelayanan", "Kemudahan dan kesederhanaan tahapan pelayanan.", None),
    ("persyaratan", "Persyaratan pelayanan", "Syarat teknis dan administratif untuk dilayani.", None),
    ("kejelasan_petugas", "Kejelasan petugas pelayanan", "Kepastian siapa petugas dan apa wewenangnya.", None),
    ("kedisiplinan", "Kedisiplinan petugas pelayanan", "Kesungguhan petugas, terutama menepati waktu kerja.", None),
    ("tanggung_jawab", "Tanggung jawab petugas pelayanan", "Kejelasan wewenang dan tanggung jawab petugas.", None),
    ("kemampuan", "Kemampuan petugas pelayanan", "Keahlian dan keterampilan petugas.", None),
    ("kecepatan", "Kecepatan pelayanan", "Selesainya pelayanan dalam waktu yang ditentukan.", None),
    ("keadilan", "Keadilan mendapatkan pelayanan", "Pelayanan tanpa membedakan siapa yang dilayani.", None),
    ("kesopanan", "Kesopanan dan keramahan petugas", "Sikap petugas yang sopan, ramah, dan menghargai.", None),
    ("kewajaran_biaya", "Kewajaran biaya pelayanan", "Terjangkaunya biaya yang ditetapkan.", None),
    ("kepastian_biaya", "Kepastian biaya pelayanan", "Kesesuaian biaya yang dibayar dengan yang ditetapkan.", None),
    ("kepastian_jadwal", "Kepastian jadwal pelayanan", "Pelaksanaan pelayanan sesuai jadwalnya.", None),
    ("kenyamanan", "Kenyamanan lingkungan", "Kebersihan, kerapian, dan keteraturan tempat pelayanan.", None),
    ("keamanan", "Keamanan pelayanan", "Keamanan tempat dan sarana bagi yang dilayani.", None),
)
