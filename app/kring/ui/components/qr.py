"""A QR code drawn on a canvas: always dark on white, whatever the theme, so that cameras read it."""

from __future__ import annotations

import flet as ft
import flet.canvas as cv
import segno

QUIET = 4
"""Modules of white around it, as the standard asks."""


def qr_code(content: str, size: float, label: str) -> ft.Control:
    matrix = segno.make(content, error="m", micro=False).matrix
    module = size / (len(matrix) + 2 * QUIET)
    elements: list[cv.Path.PathElement] = []
    for row, line in enumerate(matrix):
        start = None
        for column, dark in enumerate([*line, 0]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                elements.append(
                    cv.Path.Rect(
                        (QUIET + start) * module,
                        (QUIET + row) * module,
                        (column - start) * module,
                        module + 0.3,
                    )
                )
                start = None
    return ft.Semantics(
        label=label,
        image=True,
        content=ft.Container(
            width=size,
            height=size,
            bgcolor="#FFFFFF",
            border_radius=12,
            content=cv.Canvas(
                width=size, height=size, shapes=[cv.Path(elements, paint=ft.Paint(color="#000000"))]
            ),
        ),
    )
