"""The one error tree. Drawn at the top; every leaf has a stable code that the catalogues translate.

Screens, the CLI and the relay show an error by its `code` (`error.<code>` in the catalogues), never by
its class or its text: the text is for developers and may change, the code may not.
"""

from __future__ import annotations


class KringError(Exception):
    """Anything that Kring itself reports. `code` is stable and translated; `details` fills the sentence."""

    code = "unknown"

    def __init__(self, message: str = "", **details: str | int) -> None:
        super().__init__(message or self.code)
        self.details: dict[str, str | int] = details


class BadInput(KringError):
    """What a person typed or scanned cannot be used; nothing was changed."""

    code = "bad_input"


class LinkBroken(BadInput):
    """An invite link or the code of a recovery sheet is incomplete or mistyped."""

    code = "link_broken"


class SheetMismatch(BadInput):
    """The relay's log is shorter than it was when the recovery sheet was printed, or another one."""

    code = "sheet_mismatch"


class SheetUnknown(BadInput):
    """The relay knows no such recovery sheet: it was replaced by a newer one, or was used."""

    code = "sheet_unknown"


class InviteExpired(BadInput):
    """The invite's date has passed, or somebody used it; ask for a new one."""

    code = "invite_expired"


class NotAllowed(KringError):
    """The member has no right to do this here."""

    code = "not_allowed"


class WrongPassphrase(KringError):
    """The vault did not open with this passphrase; the store is untouched."""

    code = "wrong_passphrase"


class PasskeyFailed(KringError):
    """The passkey was not made: the person declined, or this device cannot do it."""

    code = "passkey_failed"


class StoreError(KringError):
    """The local store cannot be used."""

    code = "store"


class StoreCorrupt(StoreError):
    """The store file is damaged; it was left as it is."""

    code = "store_corrupt"


class StoreFull(StoreError):
    """No room to save; the edit stays on screen and is tried again."""

    code = "store_full"


class StoreNewer(StoreError):
    """The store was written by a newer Kring; it was left as it is."""

    code = "store_newer"


class StoreTaken(StoreError):
    """Another tab or process holds the store."""

    code = "store_taken"


class ProtocolError(KringError):
    """Bytes from elsewhere do not follow docs/protocol.md."""

    code = "protocol"


class LogForked(ProtocolError):
    """A membership log does not continue the one known: the relay dropped, rewrote or forked it."""

    code = "log_forked"


class LogChanged(KringError):
    """Who may see what has changed since the person decided; nothing was done, and they should look again."""

    code = "log_changed"


class CryptoError(KringError):
    """A seal or signature did not hold. Says no more, on purpose."""

    code = "crypto"


class NetworkError(KringError):
    """The relay could not be reached or answered nonsense; tried again later."""

    code = "network"


class ChainMoved(NetworkError):
    """Somebody wrote more than a cut names; the cut is made anew once that is here."""


class DocumentError(KringError):
    """A document cannot be read or changed."""

    code = "document"


class DocumentNewer(DocumentError):
    """The document's schema is newer than this Kring knows; it can be kept and passed on, not edited."""

    code = "document_newer"
