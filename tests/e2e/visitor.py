"""Somebody at Kring in any engine: finds things by the names that screen readers and tests share."""

from __future__ import annotations

import json
import re
import time

from tests.e2e.browser import PASSPHRASE
from tests.e2e.engines import Engine
from tests.e2e.phone import LISTENING, SPOKEN

PATIENCE = 130
"""Seconds: a shared machine may be busy; nothing here is a measurement."""
PAUSE = 0.25
SHOWN = "performance.getEntriesByName('kring-shown').length > 0"
MIDDLE = """((selector) => {
  const found = [...document.querySelectorAll(selector)].at(-1);
  if (!found) return null;
  const inner = '[role="button"], button, input, textarea, [flt-tappable]';
  const target = found.matches('input, button') ? found : found.querySelector(inner) ?? found;
  target.scrollIntoView({ block: 'nearest' });
  const { x, y, width, height } = target.getBoundingClientRect();
  return width && height ? [Math.round(x + width / 2), Math.round(y + height / 2)] : null;
})"""
FORMS = """new Promise((resolve) => {
  indexedDB.open('kring').onsuccess = ({ target: { result: db } }) => {
    const files = db.transaction('files').objectStore('files');
    const keys = files.getAllKeys();
    const values = files.getAll();
    values.onsuccess = () => {
      db.close();
      resolve(values.result.filter((_, at) => String(keys.result[at]).endsWith('/form')));
    };
  };
})"""


def named(name: str) -> str:
    """The selector of a name, or of all names that begin with it where it ends in a dash."""
    return f'[flt-semantics-identifier{"^" if name.endswith("-") else ""}="{name}"]'


class Visitor:
    def __init__(self, engine: Engine, origin: str) -> None:
        self.engine, self.origin = engine, origin

    def first_start(self) -> None:
        self._arrive("#passphrase", "#again")

    def start(self) -> None:
        """Open the app in a fresh page, and unlock it."""
        self._arrive("#passphrase")

    def _arrive(self, *fields: str) -> None:
        self.engine.go("about:blank")
        self.engine.go(self.origin)
        for field in fields:
            self._write(field, PASSPHRASE)
        self._click("button[type=submit]")
        self._until(SHOWN)
        self._until(f"({LISTENING})()")

    def tap(self, name: str) -> None:
        self._click(named(name))

    def type(self, name: str, words: str) -> None:
        self._write(f"{named(name)} :is(input, textarea)", words)

    def sees(self, name: str) -> None:
        self._until(f"document.querySelector({json.dumps(named(name))}) !== null")

    def hears(self, name: str, wanted: str) -> str:
        """All that a screen reader says of a name, once `wanted` (a regular expression) is in it."""
        every = f"[...document.querySelectorAll({json.dumps(named(name))})].map({SPOKEN}).join(' | ')"
        deadline = time.monotonic() + PATIENCE
        while not re.search(wanted, said := str(self.engine.ask(every))):
            assert time.monotonic() < deadline, f"{name} says {said!r}; {self._page()}"
            time.sleep(PAUSE)
        return said

    def forms(self) -> list[str]:
        """How each store is kept here: "opfs" or "indexeddb"."""
        return [str(form) for form in self.engine.ask(FORMS)]

    def _click(self, selector: str) -> None:
        """Once it has come to rest: a page that slides in is not where it was a moment ago."""
        deadline, before = time.monotonic() + PATIENCE, None
        while (at := self.engine.ask(f"{MIDDLE}({json.dumps(selector)})")) is None or at != before:
            assert time.monotonic() < deadline, f"no {selector}; {self._page()}"
            before = at
            time.sleep(PAUSE)
        self.engine.click(*at)

    def _write(self, selector: str, words: str) -> None:
        self._click(selector)
        self._until(f"document.activeElement?.matches({json.dumps(selector)})")
        self.engine.keys(words)

    def _until(self, expression: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self.engine.ask(expression):
            assert time.monotonic() < deadline, f"never {expression}; {self._page()}"
            time.sleep(PAUSE)

    def _page(self) -> str:
        names = "[...document.querySelectorAll('[flt-semantics-identifier]')]"
        names += ".map((each) => each.getAttribute('flt-semantics-identifier')).join(' ')"
        return f"names: {self.engine.ask(names)}; words: {self.engine.ask('document.body.innerText')}"
