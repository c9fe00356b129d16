"""STO-7, P12: the boot page and Python believe the same vault records."""

from __future__ import annotations

import hashlib
import json
import subprocess

import pytest

from kring.errors import KringError, StoreCorrupt, StoreNewer
from kring.platform.cpython.crypto import CpythonCrypto
from kring.store.vault import open_vault, passkey_key
from kring.store.vault_record import b64, wrap
from pwa import npm
from pwa.paths import HERE

PAGE = HERE / "web/vault.js"
RECORD = {
    "v": 1,
    "kdf": "argon2id",
    "memory_kib": 65536,
    "passes": 3,
    "salt": "A" * 22,
    "wraps": [{"kind": "passphrase", "box": "A" * 80}],
}
SCRIPT = """
globalThis.document = { baseURI: "file:///" };
globalThis.Worker = class { constructor() { throw new Error("derives"); } };
const { open } = await import(process.argv[1]);
try { await open(process.argv[2], "geheim"); } catch (error) { console.log(error.constructor.name); }
"""


def page_says(record: str) -> str:
    """What the boot page makes of it; "Error" where it would begin to stretch the passphrase."""
    node = npm.tool("node", HERE.parent.parent / "build")
    command = [*node, "--input-type=module", "-e", SCRIPT, PAGE.as_uri(), record]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


@pytest.mark.parametrize(
    "change",
    [
        {"memory_kib": 65535},
        {"memory_kib": 19 * 1024},
        {"memory_kib": 1024 * 1024 + 1},
        {"passes": 2},
        {"passes": 17},
        {"v": 2},
        {"kdf": "pbkdf2"},
        {"salt": "A" * 21},
        {"wraps": [{"kind": "passphrase", "box": "A" * 79}]},
    ],
)
async def test_P12_STO_7_the_page_believes_no_record_that_python_does_not(change: dict[str, object]) -> None:
    record = json.dumps({**RECORD, **change})
    with pytest.raises(KringError) as error:
        await open_vault(CpythonCrypto(), record.encode(), "geheim")
    assert isinstance(error.value, StoreCorrupt | StoreNewer)
    assert page_says(record) == "BadVault"


def test_P12_STO_7_the_page_tries_a_record_as_it_makes_them() -> None:
    assert page_says(json.dumps(RECORD)) == "Error"
    assert page_says(json.dumps({**RECORD, "memory_kib": 1024 * 1024, "passes": 16})) == "Error"


PASSKEY_SCRIPT = """
globalThis.document = { baseURI: "file:///" };
const { hasPasskey, openWithPasskey } = await import(process.argv[1]);
const [, , record, secret] = process.argv;
const asked = [];
const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const hex = (given) => Buffer.from(given).toString("hex");
let key = "";
try {
  const give = async (id, salt) => (asked.push(hex(id), hex(salt)), bytes(secret));
  key = hex(await openWithPasskey(record, give));
} catch {}
console.log(JSON.stringify({ has: hasPasskey(record), asked, key }));
"""


def page_opens(record: bytes, secret: bytes) -> dict[str, object]:
    """What the boot page asks of a passkey that gives `secret`, and the vault key that it then has."""
    node = npm.tool("node", HERE.parent.parent / "build")
    command = [
        *node,
        "--input-type=module",
        "-e",
        PASSKEY_SCRIPT,
        PAGE.as_uri(),
        record.decode(),
        secret.hex(),
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    found: dict[str, object] = json.loads(said)
    return found


async def test_SAF_2_the_page_opens_with_a_passkey_what_python_sealed_for_it() -> None:
    crypto, salt, key = CpythonCrypto(), bytes(range(32)), b"v" * 32
    secret = hashlib.sha256(salt).digest()
    box = await wrap(crypto, passkey_key(crypto, secret), key)
    passkey = {"kind": "passkey", "id": b64(b"credential"), "salt": b64(salt), "box": box}
    record = json.dumps({**RECORD, "wraps": [*RECORD["wraps"], passkey]}).encode()  # type: ignore[misc]
    asked = [b"credential".hex(), salt.hex()]
    assert page_opens(record, secret) == {"has": True, "asked": asked, "key": key.hex()}
    assert page_opens(record, secret[::-1]) == {"has": True, "asked": asked, "key": ""}
    for bad in ({"salt": b64(salt[1:])}, {"box": box[:-1]}, {"id": ""}, {"kind": "other"}):
        broken = json.dumps({**RECORD, "wraps": [*RECORD["wraps"], {**passkey, **bad}]}).encode()  # type: ignore[misc]
        assert page_opens(broken, secret) == {"has": False, "asked": [], "key": ""}
