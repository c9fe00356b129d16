"""Fonts from packages: what Flutter loads at start, and where it looks for scripts that Roboto lacks.

Flutter's own list of fallback fonts says which file it wants for which characters; those files are put
there, at that address on this origin, so any text shows without the screens having to think of it. Its
twelve emoji files and its six of symbols are one each here, which the service worker gives in place of all.
It gives the symbols for every font that is not here too: Flutter would ask for a missing one at every
layout again.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from unittest import mock

from fontTools import subset
from fontTools.colorLib import builder
from fontTools.ttLib import TTFont

from pwa import flet_web, npm
from pwa.errors import BuildError
from pwa.paths import APP, Workplace

ROBOTO = {
    "roboto.woff2": (400, "@expo-google-fonts/roboto/400Regular/Roboto_400Regular.ttf"),
    "roboto-bold.woff2": (600, "@expo-google-fonts/roboto/600SemiBold/Roboto_600SemiBold.ttf"),
}
"""File in the bundle: weight and source. What asks for 500 gets 400, what asks for 700 gets 600."""
ROBOTO_FEATURES = ["ccmp", "kern", "liga", "locl", "mark", "mkmk"]
SCRIPTS = ("Arabic", "Armenian", "Ethiopic", "Georgian", "Hebrew", "Symbols")
EMOJI = "@fontsource/noto-color-emoji/files/noto-color-emoji-emoji-400-normal.woff2"
EMOJI_ALIAS = ("/fonts/notocoloremoji/", "/fonts/emoji.woff2")
REGIONAL = range(0x1F1E6, 0x1F200)
"""The letters that make a flag, two by two."""
TEXT_COLOR = 0xFFFF
"""In the palette of a colour font: the colour of the text around it."""
SYMBOLS = "@fontsource/noto-sans-symbols-2/files/noto-sans-symbols-2-symbols-400-normal.woff2"
SYMBOLS_ALIAS = ("/fonts/", "/fonts/symbols.woff2")
SYMBOLS_KEPT = (range(0x2190, 0x2800), range(0x2900, 0x2C00))
"""Arrows, boxes, shapes, stars, ticks and ornaments; what is a picture is in the emoji."""
ALIASES = (EMOJI_ALIAS, SYMBOLS_ALIAS)
"""Beginning of an address and the file that answers it, where there is no file of that very name."""
ICONS = "assets/fonts/MaterialIcons-Regular.otf"
ICON_STYLES = ("outlined", "rounded", "sharp")
"""Every icon has a plain drawing, which is kept, and these, kept where a screen or Flutter names them."""
FLUTTER_NAMES = {"calendar_today_outlined", "edit_outlined", "keyboard_outlined"}


def _fewer_icons(font: TTFont) -> None:
    text = "".join(file.read_text(encoding="utf-8") for file in APP.rglob("*.py"))
    named = {name.lower() for name in re.findall(r"\bIcons\.([A-Z0-9_]+)", text)} | FLUTTER_NAMES
    glyphs = font.getBestCmap()
    # A name that the font does not know is an alias of any icon of its style, so that style is kept whole.
    known = set(glyphs.values())
    whole = tuple(f"_{style}" for style in ICON_STYLES if any(n.endswith(f"_{style}") for n in named - known))
    plain = tuple(f"_{style}" for style in ICON_STYLES)
    kept = [
        code
        for code, name in glyphs.items()
        if not name.endswith(plain) or name in named or (whole and name.endswith(whole))
    ]
    worker = subset.Subsetter(subset.Options(layout_features=["*"], notdef_outline=True))
    worker.populate(unicodes=kept)
    worker.subset(font)


def _plain(font: TTFont) -> None:
    """Every character stays; without the hints, which a phone does not use, and the typesetter's variants."""
    _keep(font, font.getBestCmap(), ROBOTO_FEATURES)


def _fewer_symbols(font: TTFont) -> None:
    _keep(font, [code for code in font.getBestCmap() if any(code in kept for kept in SYMBOLS_KEPT)], ["*"])


def _lighter_emoji(font: TTFont) -> None:
    """Every emoji stays but the flags of countries, a third of the bytes: they show as their two letters.

    The font holds all drawings a second time, as SVG, which goes too.
    """
    del font["SVG "]
    characters = font.getBestCmap()
    letters = {characters[code] for code in REGIONAL}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            changes = getattr(table, "ligatures", None) or getattr(table, "mapping", None) or {}
            for letter in letters & changes.keys():
                del changes[letter]
    for record in font["COLR"].table.BaseGlyphList.BaseGlyphPaintRecord:
        if record.BaseGlyph in letters:
            record.Paint.Paint.PaletteIndex = TEXT_COLOR
    # Looking for equal layers takes as long as all the rest, and after compression saves nothing.
    plain = functools.partial(builder.buildColrV1, allowLayerReuse=False)
    with mock.patch.object(builder, "buildColrV1", plain):
        _keep(font, characters, ["*"])


def _keep(font: TTFont, characters: Iterable[int], features: list[str]) -> None:
    options = subset.Options(layout_features=features, hinting=False, notdef_outline=True)
    options.name_IDs = ["*"]  # with the licence
    worker = subset.Subsetter(options)
    worker.populate(unicodes=list(characters))
    worker.subset(font)
    font.flavor = "woff2"


def _made(place: Workplace, source: Path, change: Callable[[TTFont], None]) -> Path:
    """The font after `change`, made once for equal input and equal sources."""
    data = source.read_bytes()
    parts = [data, Path(__file__).read_bytes(), *(file.read_bytes() for file in sorted(APP.rglob("*.py")))]
    seen = parts if change is _fewer_icons else parts[:2]
    made = place.cache / "fonts" / hashlib.sha256(b"".join(seen)).hexdigest()[:24]
    if not made.exists():
        made.parent.mkdir(exist_ok=True)
        font = TTFont(BytesIO(data), recalcTimestamp=False)
        change(font)
        draft = made.with_suffix(f".{os.getpid()}")
        font.save(draft)
        draft.replace(made)
    return made


def _fallback(program: str, family: str) -> str:
    found = re.search(rf'"{re.escape(family)}","([a-z0-9]+/v\d+/[^"]+\.woff2)"', program)
    if not found:
        raise BuildError(f"Flutter no longer names a fallback font {family}: look at fonts.py")
    return found[1]


def _put(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def write(place: Workplace) -> None:
    """Put the fonts and their manifest into the bundle."""
    fonts = place.out / "assets" / "fonts"
    modules = npm.install(place)
    program = (place.out / "main.dart.js").read_text(encoding="utf-8")
    _put(_made(place, flet_web.folder() / ICONS, _fewer_icons), place.out / ICONS)
    for name, (_, source) in ROBOTO.items():
        _put(_made(place, modules / source, _plain), fonts / name)
    for script in SCRIPTS:
        name = f"noto-sans-{script.lower()}"
        file = modules / f"@fontsource/{name}/files/{name}-{script.lower()}-400-normal.woff2"
        _put(file, place.out / "fonts" / _fallback(program, f"Noto Sans {script}"))
    if not _fallback(program, "Noto Color Emoji 0").startswith(EMOJI_ALIAS[0].split("/")[2]):
        raise BuildError("Flutter's emoji fonts stand elsewhere now: look at fonts.py")
    _put(_made(place, modules / EMOJI, _lighter_emoji), place.out / EMOJI_ALIAS[1].lstrip("/"))
    _put(_made(place, modules / SYMBOLS, _fewer_symbols), place.out / SYMBOLS_ALIAS[1].lstrip("/"))
    roboto = [{"asset": f"fonts/{name}", "weight": weight} for name, (weight, _) in ROBOTO.items()]
    manifest = [
        {"family": "MaterialIcons", "fonts": [{"asset": "fonts/MaterialIcons-Regular.otf"}]},
        {"family": "Roboto", "fonts": roboto},
    ]
    (place.out / "assets" / "FontManifest.json").write_text(json.dumps(manifest), encoding="utf-8")
