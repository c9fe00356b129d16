"""Passkeys in the browser (app/pwa/web/passkey.js): the page asks the device, for a worker may not."""

from __future__ import annotations

from kring_bridge import passkey
from pyodide.ffi import JsException, to_js

from kring.errors import PasskeyFailed
from kring.store.passkeys import Passkey


class BrowserPasskeys:
    async def available(self) -> bool:
        return bool(await passkey.available())

    async def make(self, salt: bytes) -> Passkey:
        try:
            made = await passkey.make(to_js(salt))
        except JsException as error:
            raise PasskeyFailed(str(error)) from error
        return Passkey(made.id.to_bytes(), made.secret.to_bytes())
