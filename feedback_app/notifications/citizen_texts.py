"""What messages to citizens say."""

from __future__ import annotations

from typing import Final

from feedback_app.notifications.templates import Template

CITIZEN: Final[dict[str, dict[Template, tuple[str, str]]]] = {
    "id": {
        Template.NEWS: (
            "Ada kabar tentang laporan Anda",
            "Ada kabar tentang laporan Anda. Buka {lookup} dan masukkan kode Anda.",
        ),
        Template.REPLIED: (
            "Laporan Anda sudah ditanggapi",
            (
                "Laporan Anda sudah ditanggapi. Buka {lookup} dan masukkan kode Anda untuk membaca tanggapannya. "
                "Di sana Anda memutuskan apakah masalahnya sudah selesai."
            ),
        ),
        Template.PROGRESS: (
            "Ada kabar penanganan laporan Anda",
            (
                "Laporan Anda sedang ditangani dan ada kabar penanganannya. Buka {lookup} dan masukkan kode Anda "
                "untuk membacanya."
            ),
        ),
        Template.QUESTION: (
            "Kami memerlukan keterangan Anda",
            (
                "Petugas memerlukan keterangan Anda untuk menangani laporan Anda. Buka {lookup}, masukkan kode Anda, "
                "lalu jawab pertanyaannya di sana. Jika tidak dijawab sampai batas waktu yang tertulis di sana, "
                "laporan Anda diarsipkan."
            ),
        ),
        Template.EXPLANATION: (
            "Ada penjelasan tentang laporan Anda",
            (
                "Ada penjelasan resmi tentang laporan Anda. Buka {lookup} dan masukkan kode Anda untuk membaca "
                "penjelasan itu dan langkah yang masih dapat Anda tempuh."
            ),
        ),
        Template.NOT_COMPLETED: (
            "Laporan Anda diarsipkan karena belum dilengkapi",
            (
                "Laporan Anda diarsipkan karena keterangan yang kami minta belum kami terima. Jika masalahnya masih "
                "ada, buka {lookup}, masukkan kode Anda, lalu tulis keterangan itu; laporan Anda dibuka kembali "
                "selama batas waktu yang tertulis di sana."
            ),
        ),
        Template.CLOSED_BY_SILENCE: (
            "Laporan Anda ditutup karena belum ada jawaban Anda",
            (
                "Laporan Anda ditutup karena sampai batas waktunya kami tidak menerima penilaian Anda atas tanggapan. "
                "Ini dicatat sebagai tanpa jawaban, bukan sebagai selesai. Jika masalahnya belum selesai, buka "
                "{lookup} dalam {days} hari, masukkan kode Anda, lalu pilih “Belum selesai”; "
                "laporan Anda dibuka kembali."
            ),
        ),
        Template.FOLLOWED_REPLIED: (
            "Laporan yang Anda ikuti sudah ditanggapi",
            "Laporan yang Anda ikuti sudah ditanggapi. Buka {lookup} dan masukkan kode Anda untuk melihatnya.",
        ),
        Template.FOLLOWED_NEWS: (
            "Ada kabar tentang laporan yang Anda ikuti",
            "Ada kabar tentang laporan yang Anda ikuti. Buka {lookup} dan masukkan kode Anda untuk melihatnya.",
        ),
        Template.FOLLOWED_ENDED: (
            "Laporan yang Anda ikuti sudah ditutup",
            "Laporan yang Anda ikuti sudah ditutup. Buka {lookup} dan masukkan kode Anda untuk melihat akhirnya.",
        ),
        Template.REQUEST_SETTLED: (
            "Permintaan Anda tentang data sudah dijawab",
            "Permintaan Anda tentang data Anda sudah dijawab. Buka {lookup} dan masukkan kode Anda untuk membacanya.",
        ),
        Template.BREACH_NOTICE: (
            "Pemberitahuan tentang data Anda",
            (
                "Ada kejadian yang menyangkut data yang Anda titipkan kepada kami. Data apa, kapan dan bagaimana, apa "
                "yang kami lakukan, dan apa yang sebaiknya Anda lakukan: baca {notice}."
            ),
        ),
    },
    "en": {
        Template.NEWS: (
            "There is news about your report",
            "There is news about your report. Open {lookup} and enter your code.",
        ),
        Template.REPLIED: (
            "Your report has been answered",
            (
                "Your report has been answered. Open {lookup} and enter your code to read the answer. "
                "There you decide whether the problem is solved."
            ),
        ),
        Template.PROGRESS: (
            "There is news of how your report is handled",
            "Your report is being handled and there is news of it. Open {lookup} and enter your code to read it.",
        ),
        Template.QUESTION: (
            "We need facts from you",
            (
                "An officer needs facts from you to handle your report. Open {lookup}, enter your code and answer the "
                "question there. If it is not answered by the day written there, your report is archived."
            ),
        ),
        Template.EXPLANATION: (
            "There is an explanation about your report",
            (
                "There is an official explanation about your report. Open {lookup} and enter your code to read it, "
                "and what you can still do."
            ),
        ),
        Template.NOT_COMPLETED: (
            "Your report was archived because it was not completed",
            (
                "Your report was archived because we have not received the facts we asked for. If the problem remains, "
                "open {lookup}, enter your code and write them: your report is opened again until the day written "
                "there."
            ),
        ),
        Template.CLOSED_BY_SILENCE: (
            "Your report was closed because you did not respond",
            (
                "Your report was closed because we did not receive your decision about its answer in time. "
                "This is recorded as no response, not as solved. If the problem remains, open {lookup} within {days} "
                "days, enter your code and choose “Not solved”: your report is then opened again."
            ),
        ),
        Template.FOLLOWED_REPLIED: (
            "A report you follow has been answered",
            "A report you follow has been answered. Open {lookup} and enter your code to see it.",
        ),
        Template.FOLLOWED_NEWS: (
            "There is news about a report you follow",
            "There is news about a report you follow. Open {lookup} and enter your code to see it.",
        ),
        Template.FOLLOWED_ENDED: (
            "A report you follow has been closed",
            "A report you follow has been closed. Open {lookup} and enter your code to see how it ended.",
        ),
        Template.REQUEST_SETTLED: (
            "Your request about your data has been answered",
            "Your request about your data has been answered. Open {lookup} and enter your code to read the answer.",
        ),
        Template.BREACH_NOTICE: (
            "A notice about your data",
            (
                "Something happened to the data you entrusted to us. Which data, when and how, what we do about it and "
                "what you can do yourself: read {notice}."
            ),
        ),
    },
}
STOP: Final = {
    "id": "Tidak ingin menerima kabar lagi? Buka {stop}",
    "en": "No longer want these messages? Open {stop}",
}
