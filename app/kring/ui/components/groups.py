"""How a group of people is recognised: always a colour, a picture and a word together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import flet as ft

from kring.domain.person import OTHER_GROUP
from kring.ui.components import text
from kring.ui.context import Ui


@dataclass(frozen=True)
class GroupStyle:
    icon: ft.IconData
    light: str
    dark: str
    light_ground: str
    dark_ground: str

    def color(self, ui: Ui) -> str:
        """For borders, icons and words on paper."""
        return self.dark if ui.look.dark else self.light

    def ground(self, ui: Ui) -> str:
        return self.dark_ground if ui.look.dark else self.light_ground


STYLES: Final = {
    "gezin": GroupStyle(ft.Icons.HOME_OUTLINED, "#A8431F", "#F5A585", "#FBE3D8", "#4A2A1E"),
    "familie": GroupStyle(ft.Icons.FAMILY_RESTROOM, "#83590B", "#E9BE6C", "#F9EBCB", "#44351A"),
    "vrienden": GroupStyle(ft.Icons.FAVORITE_OUTLINE, "#2F6B3E", "#93CDA0", "#DFF0E0", "#213D28"),
    "buren": GroupStyle(ft.Icons.HOLIDAY_VILLAGE_OUTLINED, "#1D6678", "#86C9DA", "#D9EEF3", "#1C3C45"),
    "werk-school": GroupStyle(ft.Icons.SCHOOL_OUTLINED, "#3B58A0", "#A9BEF2", "#E2E8F8", "#283455"),
    "vereniging-geloof": GroupStyle(ft.Icons.GROUPS_OUTLINED, "#6C4699", "#CDB2EE", "#EEE5F8", "#3B2C50"),
    "vrijwilliger": GroupStyle(
        ft.Icons.VOLUNTEER_ACTIVISM_OUTLINED, "#9A3468", "#F0A9CB", "#F9E1EC", "#4B2438"
    ),
    "professional": GroupStyle(ft.Icons.BADGE_OUTLINED, "#4E5B64", "#B7C4CD", "#E6EBEE", "#323B41"),
    "anders": GroupStyle(ft.Icons.INTERESTS_OUTLINED, "#6A5B4B", "#CBB9A6", "#EFE6DB", "#3A3129"),
}


def style(group: str) -> GroupStyle:
    """The client's own groups look like "anders", with their own word."""
    return STYLES.get(group, STYLES[OTHER_GROUP])


def group_word(ui: Ui, group: str) -> str:
    return ui.say.either("group", group)


def group_tag(ui: Ui, group: str) -> ft.Control:
    """Colour, picture and word in a small label."""
    found = style(group)
    return ft.Container(
        bgcolor=found.ground(ui),
        border_radius=10,
        padding=ft.Padding.symmetric(horizontal=8, vertical=3),
        content=ft.Row(
            tight=True,
            spacing=5,
            controls=[
                ft.Icon(found.icon, size=ui.look.icon(16), color=found.color(ui)),
                text.small(ui, group_word(ui, group), color=found.color(ui), bold=True, lines=1),
            ],
        ),
    )
