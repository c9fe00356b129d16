"""The look of Kring: one warm palette in light and in dark, one type scale, one Flet theme made from both.

Text on its own ground has a contrast of at least 4.5 (AA); lines and marks that carry meaning at least 3.
Sizes are logical pixels at 100 % text; `Look.size` scales them with the reader's text size.
"""

from __future__ import annotations

from dataclasses import dataclass

import flet as ft

TOUCH = 48
"""The least width and height of anything that can be tapped."""

PAGE_WIDTH = 640
"""Text and forms are never wider than this."""

LARGE = 1.25
"""With text above this size, words need the room that pictures have below it."""

TEXT_SCALES = (1.0, 1.25, 1.5, 2.0)


@dataclass(frozen=True)
class Palette:
    paper: str
    """The ground of every screen."""
    card: str
    raised: str
    ink: str
    ink_soft: str
    line: str
    """Decorative lines only."""
    edge: str
    """The border of anything that can be used."""
    primary: str
    on_primary: str
    primary_soft: str
    on_primary_soft: str
    calm: str
    on_calm: str
    calm_soft: str
    on_calm_soft: str
    honey_soft: str
    on_honey_soft: str
    alarm: str
    on_alarm: str
    alarm_soft: str
    on_alarm_soft: str
    rings: tuple[str, str, str]
    """Grounds of the closeness rings, from the closest outward."""
    ring_line: str
    tie_strong: str
    tie_plain: str
    tie_tense: str
    tie_broken: str
    tie_rest: str
    """Ties between two others while nobody looks at them, whatever their quality: their form tells it."""
    gives: str
    receives: str


LIGHT = Palette(
    paper="#FBF5EC",
    card="#FFFCF7",
    raised="#FFFFFF",
    ink="#2A2420",
    ink_soft="#65594F",
    line="#E6DACA",
    edge="#8A7B6C",
    primary="#9C4328",
    on_primary="#FFFFFF",
    primary_soft="#F7DFD3",
    on_primary_soft="#5B2312",
    calm="#1F6461",
    on_calm="#FFFFFF",
    calm_soft="#D8EBE6",
    on_calm_soft="#0F403E",
    honey_soft="#FAE8BF",
    on_honey_soft="#533800",
    alarm="#A02A2A",
    on_alarm="#FFFFFF",
    alarm_soft="#F8DEDB",
    on_alarm_soft="#5F1414",
    rings=("#FFE9D6", "#FDF0E2", "#FBF5EC"),
    ring_line="#DCC6AE",
    tie_strong="#1F6461",
    tie_plain="#75675A",
    tie_tense="#B04A12",
    tie_broken="#77716C",
    tie_rest="#94867A",
    gives="#9C4328",
    receives="#1F6461",
)

DARK = Palette(
    paper="#1C1815",
    card="#27211D",
    raised="#2F2823",
    ink="#F5EBE0",
    ink_soft="#C9BBAD",
    line="#40362F",
    edge="#9C8C7E",
    primary="#F2A88B",
    on_primary="#45190B",
    primary_soft="#5B2E1E",
    on_primary_soft="#FFDCCD",
    calm="#8BD0C8",
    on_calm="#06312F",
    calm_soft="#1E4643",
    on_calm_soft="#CDEFE9",
    honey_soft="#4D3B12",
    on_honey_soft="#FBE6B5",
    alarm="#FFB4AB",
    on_alarm="#5A0F0F",
    alarm_soft="#5C2220",
    on_alarm_soft="#FFDAD5",
    rings=("#3A2B22", "#2B231E", "#221D19"),
    ring_line="#57483D",
    tie_strong="#8BD0C8",
    tie_plain="#A89788",
    tie_tense="#F4A261",
    tie_broken="#A39C96",
    tie_rest="#877A6E",
    gives="#F2A88B",
    receives="#8BD0C8",
)


@dataclass(frozen=True)
class Look:
    """Palette and text size together: what every drawn thing depends on."""

    palette: Palette
    dark: bool
    scale: float

    def size(self, points: float) -> float:
        return round(points * self.scale, 1)

    def icon(self, points: float) -> float:
        """Icons grow with the text, but less: they must still fit beside it."""
        return round(points * (1 + (self.scale - 1) * 0.5), 1)


def look(dark: bool, scale: float) -> Look:
    return Look(DARK if dark else LIGHT, dark, scale)


def flet_theme(shown: Look) -> ft.Theme:
    """Flet's theme for the controls that bring their own look: fields, buttons, dialogs, snack bars."""
    p = shown.palette
    label = ft.TextStyle(size=shown.size(16), weight=ft.FontWeight.W_600)
    shape = ft.RoundedRectangleBorder(radius=14)
    padding = ft.Padding.symmetric(horizontal=20, vertical=14)
    return ft.Theme(
        use_material3=True,
        visual_density=ft.VisualDensity.STANDARD,
        scaffold_bgcolor=p.paper,
        color_scheme=ft.ColorScheme(
            primary=p.primary,
            on_primary=p.on_primary,
            primary_container=p.primary_soft,
            on_primary_container=p.on_primary_soft,
            secondary=p.calm,
            on_secondary=p.on_calm,
            secondary_container=p.calm_soft,
            on_secondary_container=p.on_calm_soft,
            tertiary=p.calm,
            on_tertiary=p.on_calm,
            error=p.alarm,
            on_error=p.on_alarm,
            error_container=p.alarm_soft,
            on_error_container=p.on_alarm_soft,
            surface=p.paper,
            on_surface=p.ink,
            on_surface_variant=p.ink_soft,
            outline=p.edge,
            outline_variant=p.line,
            inverse_surface=p.ink,
            on_inverse_surface=p.paper,
            inverse_primary=p.primary_soft,
            surface_tint=p.paper,
        ),
        text_theme=ft.TextTheme(
            body_large=ft.TextStyle(size=shown.size(17), color=p.ink),
            body_medium=ft.TextStyle(size=shown.size(16), color=p.ink),
            body_small=ft.TextStyle(size=shown.size(14), color=p.ink_soft),
            label_large=label,
            label_medium=ft.TextStyle(size=shown.size(14), color=p.ink),
            title_large=ft.TextStyle(size=shown.size(22), weight=ft.FontWeight.W_600, color=p.ink),
            title_medium=ft.TextStyle(size=shown.size(18), weight=ft.FontWeight.W_600, color=p.ink),
        ),
        filled_button_theme=ft.FilledButtonTheme(
            style=ft.ButtonStyle(shape=shape, padding=padding, text_style=label)
        ),
        outlined_button_theme=ft.OutlinedButtonTheme(
            style=ft.ButtonStyle(shape=shape, padding=padding, text_style=label)
        ),
        text_button_theme=ft.TextButtonTheme(
            style=ft.ButtonStyle(shape=shape, padding=padding, text_style=label)
        ),
        icon_button_theme=ft.IconButtonTheme(
            style=ft.ButtonStyle(padding=ft.Padding.all(12), icon_size=shown.icon(24))
        ),
        snackbar_theme=ft.SnackBarTheme(
            bgcolor=p.ink,
            action_text_color=p.primary_soft,
            content_text_style=ft.TextStyle(size=shown.size(16), color=p.paper),
            behavior=ft.SnackBarBehavior.FLOATING,
        ),
        page_transitions=ft.PageTransitionsTheme(
            android=ft.PageTransitionTheme.FADE_FORWARDS,
            ios=ft.PageTransitionTheme.CUPERTINO,
            linux=ft.PageTransitionTheme.NONE,
            macos=ft.PageTransitionTheme.NONE,
            windows=ft.PageTransitionTheme.NONE,
        ),
    )
