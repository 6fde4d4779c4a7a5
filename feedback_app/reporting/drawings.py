"""Drawings that go into a document as words of SVG. Pure."""

from __future__ import annotations

import io

import segno


def qr(address: str) -> str:
    """Return an address as an SVG picture to scan from paper."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=1, dark="#000", light="#fff")
    return drawn.getvalue().decode()
