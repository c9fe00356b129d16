"""A page of one line for each script, big enough to tell a letter from an empty box."""

import flet as ft
from kring_bridge import boot

PAIRS = {
    "latin": ("ñ", "ž"),
    "dutch": ("ë", "ĳ"),
    "polish": ("ł", "ą"),
    "turkish": ("ğ", "ş"),
    "vietnamese": ("ạ", "ễ"),
    "greek": ("λ", "Ω"),
    "cyrillic": ("ж", "я"),
    "arabic": ("ع", "ك"),
    "hebrew": ("ש", "ל"),
    "ethiopic": ("ሀ", "ለ"),
    "armenian": ("Ա", "Բ"),
    "georgian": ("ა", "ბ"),
    "signs": ("→", "★"),
    "emoji": ("👵", "🐈"),
    "heart": ("❤️", "⭐"),
    "family": ("👨‍👩‍👧", "🧕🏽"),
    "flag": ("🇳🇱", "🇲🇦"),
}
UNKNOWN = "王"
"""No font here has it."""
ROW = 42


async def main(page: ft.Page) -> None:
    await boot.unlocked()
    page.padding = 0
    page.spacing = 0
    for pair in PAIRS.values():
        cells = [ft.Container(ft.Text(letter, size=26), width=100, height=ROW) for letter in pair]
        page.add(ft.Row(cells, spacing=0))
    page.add(ft.Text(UNKNOWN))
    boot.shown()


if __name__ == "__main__":
    ft.run(main)
