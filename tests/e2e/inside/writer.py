"""Tells which rows are there, then writes more and tells of each: `?inside=writer&form=...&name=...`."""

from __future__ import annotations

from collections.abc import Callable

from sqlite_utils import Database

from kring.platform.browser.files import BrowserStoreFile


async def run(options: dict[str, str], tell: Callable[..., None]) -> object:
    file = await BrowserStoreFile.open(options["name"], options["form"])
    db = Database(file.connect(), execute_plugins=False)
    db.execute("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, data BLOB)")
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    tell(found=[row[0] for row in db.execute("SELECT id FROM t ORDER BY id")])
    while True:
        with db.atomic():
            number = db.execute("INSERT INTO t (data) VALUES (zeroblob(3000))").lastrowid
        await file.durable()
        tell(durable=number)
