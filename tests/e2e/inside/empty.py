"""The smallest Flet app that goes through Kring's boot page: what a start costs without the app."""

import flet as ft
from kring_bridge import boot


async def main(page: ft.Page) -> None:
    await boot.unlocked()
    page.add(ft.Text("Kring"))
    boot.shown()


if __name__ == "__main__":
    ft.run(main)
