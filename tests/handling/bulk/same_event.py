"""Two tellings of one event, and a report of something else."""

from __future__ import annotations

LAMP = "Lampu jalan di depan Pasar Inpres Waingapu padam sejak seminggu, gelap sekali kalau malam."
SAME = "Sudah seminggu lampu jalan depan pasar inpres padam, malam gelap dan rawan. Mohon diperbaiki."
OTHER = "Blangko KTP elektronik habis, sudah tiga bulan saya menunggu di kantor dukcapil."
