"""The vault record and its passphrase (STO-4, STO-7, STO-8; P12)."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from kring.errors import (
    BadInput,
    KringError,
    PasskeyFailed,
    StoreCorrupt,
    StoreError,
    StoreNewer,
    WrongPassphrase,
)
from kring.platform.cpython.crypto import CpythonCrypto
from kring.platform.cpython.files import FolderVaultFile
from kring.store.passkeys import Passkey
from kring.store.vault import (
    KdfCost,
    KdfPolicy,
    PassphraseVault,
    create_vault,
    open_vault,
    passkey_key,
)
from kring.store.vault_record import read_record, unb64, unwrap

CHEAP = KdfPolicy(cost=KdfCost(64, 1), least=KdfCost(8, 1))


@pytest.fixture
def crypto() -> CpythonCrypto:
    return CpythonCrypto()


async def test_P12_the_passphrase_opens_and_another_does_not(crypto: CpythonCrypto) -> None:
    record, key = await create_vault(crypto, "correct paard batterij", CHEAP)
    assert await open_vault(crypto, record, "correct paard batterij", CHEAP) == key
    assert len(key) == 32
    for wrong in ("Correct paard batterij", "correct paard batterij ", "x"):
        with pytest.raises(WrongPassphrase):
            await open_vault(crypto, record, wrong, CHEAP)


async def test_STO_7_the_record_is_the_agreed_one_and_costs_64_mib(crypto: CpythonCrypto) -> None:
    record, key = await create_vault(crypto, "geheim")
    raw = json.loads(record)
    assert (raw["v"], raw["kdf"], raw["memory_kib"], raw["passes"]) == (1, "argon2id", 65536, 3)
    assert [sorted(wrap) for wrap in raw["wraps"]] == [["box", "kind"]]
    assert key not in record
    assert await open_vault(crypto, record, "geheim") == key


async def test_STO_7_costs_out_of_bounds_are_not_believed(crypto: CpythonCrypto) -> None:
    record, _ = await create_vault(crypto, "geheim", CHEAP)
    with pytest.raises(StoreCorrupt):
        await open_vault(crypto, record, "geheim")
    raw = json.loads(record)
    for field, value in (("memory_kib", 1 << 40), ("passes", 10**6), ("memory_kib", "64"), ("passes", True)):
        with pytest.raises(StoreCorrupt):
            await open_vault(crypto, json.dumps(raw | {field: value}).encode(), "geheim", CHEAP)


async def test_STO_8_composed_and_decomposed_letters_are_the_same_passphrase(crypto: CpythonCrypto) -> None:
    record, key = await create_vault(crypto, "caf\u00e9 ﬁets", CHEAP)
    assert await open_vault(crypto, record, "cafe\u0301 fiets", CHEAP) == key


@pytest.mark.parametrize("bad", ["", "x" * 5000])
async def test_P12_an_empty_or_endless_passphrase_is_refused(crypto: CpythonCrypto, bad: str) -> None:
    with pytest.raises(BadInput):
        await create_vault(crypto, bad, CHEAP)


@pytest.mark.parametrize(
    "record",
    [b"", b"{}", b"[]", b"null", b"\xff\xfe", b'{"v":0}', b'{"v":"1"}', b"[" * 5000, b'{"v":1,"kdf":"x"}'],
)
async def test_P12_a_damaged_record_is_corrupt_and_says_so(crypto: CpythonCrypto, record: bytes) -> None:
    with pytest.raises(StoreCorrupt):
        await open_vault(crypto, record, "geheim", CHEAP)


async def test_P12_every_flipped_byte_gives_an_error_and_never_a_key(crypto: CpythonCrypto) -> None:
    record, key = await create_vault(crypto, "geheim", CHEAP)
    codes = set()
    for at in range(len(record)):
        bent = record[:at] + bytes([record[at] ^ 1]) + record[at + 1 :]
        try:
            opened = await open_vault(crypto, bent, "geheim", CHEAP)
        except KringError as error:
            codes.add(error.code)
        else:
            # Only the spare bits at the end of the salt's base64 carry nothing.
            assert (opened, record[at + 1 : at + 2]) == (key, b'"')
    assert codes == {"store_corrupt", "wrong_passphrase"}


async def test_STO_3_a_newer_record_is_left_alone(crypto: CpythonCrypto) -> None:
    record, _ = await create_vault(crypto, "geheim", CHEAP)
    with pytest.raises(StoreNewer):
        await open_vault(crypto, json.dumps(json.loads(record) | {"v": 2}).encode(), "geheim", CHEAP)


async def test_P12_the_vault_file_is_made_once_and_a_wrong_passphrase_leaves_it(
    crypto: CpythonCrypto, tmp_path: Path
) -> None:
    file = FolderVaultFile(tmp_path / "deep" / "er")
    vault = PassphraseVault(crypto, file, CHEAP)
    assert await vault.state() == "new"
    with pytest.raises(StoreError):
        await vault.unlock("geheim")
    key = await vault.create("geheim")
    before = file.path.read_bytes()
    assert await vault.state() == "locked"
    assert await PassphraseVault(crypto, file, CHEAP).unlock("geheim") == key
    with pytest.raises(WrongPassphrase):
        await vault.unlock("anders")
    with pytest.raises(StoreError):
        await vault.create("nog een")
    assert file.path.read_bytes() == before
    assert [path.name for path in file.path.parent.iterdir()] == ["vault.json"]
    assert file.path.stat().st_mode & 0o077 == 0


async def test_P12_a_folder_that_cannot_be_made_is_a_store_error(
    crypto: CpythonCrypto, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError):
        await PassphraseVault(crypto, FolderVaultFile(tmp_path / "file"), CHEAP).create("geheim")


class Thumb:
    """Passkeys that give a secret for every salt, until they are refused."""

    def __init__(self, there: bool = True) -> None:
        self.there, self.declined = there, False
        self.asked: list[bytes] = []

    async def available(self) -> bool:
        return self.there

    async def make(self, salt: bytes) -> Passkey:
        if self.declined:
            raise PasskeyFailed("no")
        self.asked.append(salt)
        return Passkey(b"credential", self.secret(salt))

    @staticmethod
    def secret(salt: bytes) -> bytes:
        return hashlib.sha256(b"thumb" + salt).digest()


def wraps(file: FolderVaultFile) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(file.path.read_bytes())["wraps"]
    return found


async def by_passkey(crypto: CpythonCrypto, record: bytes) -> bytes | None:
    """The vault key as a boot page gets it with the passkey."""
    read = read_record(record, CHEAP)
    (wrap,) = read.of("passkey")
    return await unwrap(crypto, passkey_key(crypto, Thumb.secret(unb64(wrap["salt"]))), (wrap,))


async def test_SAF_1_a_changed_passphrase_opens_the_same_vault_and_the_old_one_does_not(
    crypto: CpythonCrypto, tmp_path: Path
) -> None:
    file = FolderVaultFile(tmp_path)
    vault = PassphraseVault(crypto, file, CHEAP, Thumb())
    key = await vault.create("de oude zin")
    await vault.add_passkey("de oude zin")
    before = json.loads(file.path.read_bytes())
    for wrong, new, error in [("anders", "de nieuwe zin", WrongPassphrase), ("de oude zin", "", BadInput)]:
        with pytest.raises(error):
            await vault.change(wrong, new)
        assert json.loads(file.path.read_bytes()) == before
    await vault.change("de oude zin", "de nieuwe zin")
    assert await vault.unlock("de nieuwe zin") == key
    with pytest.raises(WrongPassphrase):
        await vault.unlock("de oude zin")
    after = json.loads(file.path.read_bytes())
    assert after["salt"] != before["salt"]
    assert [each["kind"] for each in after["wraps"]] == ["passphrase", "passkey"]
    assert await by_passkey(crypto, file.path.read_bytes()) == key


async def test_SAF_1_a_change_that_stops_half_way_leaves_a_vault_that_opens(
    crypto: CpythonCrypto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = FolderVaultFile(tmp_path)
    vault = PassphraseVault(crypto, file, CHEAP)
    key = await vault.create("de oude zin")
    for stop in ("fsync", "replace"):

        def die(*_: object) -> None:
            raise OSError(5, "died")

        with monkeypatch.context() as dying:
            dying.setattr(f"kring.platform.cpython.files.os.{stop}", die)
            with pytest.raises(StoreError):
                await vault.change("de oude zin", "de nieuwe zin")
        assert await PassphraseVault(crypto, file, CHEAP).unlock("de oude zin") == key


async def test_SAF_1_a_vault_that_another_changed_meanwhile_is_not_written_over(
    crypto: CpythonCrypto, tmp_path: Path
) -> None:
    file = FolderVaultFile(tmp_path)
    vault = PassphraseVault(crypto, file, CHEAP)
    await vault.create("de oude zin")
    known = file.path.read_bytes()
    await vault.change("de oude zin", "de nieuwe zin")
    after = file.path.read_bytes()
    with pytest.raises(StoreError):
        await file.replace(known, b"{}")
    assert file.path.read_bytes() == after


async def test_SAF_2_a_passkey_opens_the_vault_too_until_it_is_taken_away(
    crypto: CpythonCrypto, tmp_path: Path
) -> None:
    file, thumb = FolderVaultFile(tmp_path), Thumb()
    vault = PassphraseVault(crypto, file, CHEAP, thumb)
    key = await vault.create("geheim")
    assert await vault.passkey() == "off"
    with pytest.raises(WrongPassphrase):
        await vault.add_passkey("anders")
    assert not thumb.asked
    await vault.add_passkey("geheim")
    assert await vault.passkey() == "on"
    assert await by_passkey(crypto, file.path.read_bytes()) == key
    assert await vault.unlock("geheim") == key
    (wrap,) = [each for each in wraps(file) if each["kind"] == "passkey"]
    assert unb64(wrap["id"]) == b"credential"
    assert unb64(wrap["salt"]) == thumb.asked[0]
    await vault.add_passkey("geheim")
    assert [each["kind"] for each in wraps(file)] == ["passphrase", "passkey"]
    assert thumb.asked[0] != thumb.asked[1]
    await vault.remove_passkey()
    assert await vault.passkey() == "off"
    assert [each["kind"] for each in wraps(file)] == ["passphrase"]
    assert await vault.unlock("geheim") == key


async def test_SAF_2_a_passkey_that_was_not_made_changes_nothing(
    crypto: CpythonCrypto, tmp_path: Path
) -> None:
    file, thumb = FolderVaultFile(tmp_path), Thumb()
    vault = PassphraseVault(crypto, file, CHEAP, thumb)
    await vault.create("geheim")
    before, thumb.declined = file.path.read_bytes(), True
    with pytest.raises(PasskeyFailed):
        await vault.add_passkey("geheim")
    assert file.path.read_bytes() == before
    thumb.there = False
    assert await vault.passkey() == "unavailable"
    nowhere = PassphraseVault(crypto, file, CHEAP)
    assert await nowhere.passkey() == "unavailable"
    with pytest.raises(PasskeyFailed):
        await nowhere.add_passkey("geheim")


async def test_SAF_2_another_secret_opens_no_passkey_box_and_the_two_ways_are_apart(
    crypto: CpythonCrypto, tmp_path: Path
) -> None:
    file = FolderVaultFile(tmp_path)
    vault = PassphraseVault(crypto, file, CHEAP, Thumb())
    await vault.create("geheim")
    await vault.add_passkey("geheim")
    read = read_record(file.path.read_bytes(), CHEAP)
    (wrap,) = read.of("passkey")
    secret = Thumb.secret(unb64(wrap["salt"]))
    assert await unwrap(crypto, passkey_key(crypto, secret[::-1]), (wrap,)) is None
    assert await unwrap(crypto, secret, (wrap,)) is None
    assert await unwrap(crypto, passkey_key(crypto, secret), read.of("passphrase")) is None


async def test_SAF_2_a_way_of_opening_that_is_not_known_here_is_kept(
    crypto: CpythonCrypto, tmp_path: Path
) -> None:
    file = FolderVaultFile(tmp_path)
    vault = PassphraseVault(crypto, file, CHEAP, Thumb())
    key = await vault.create("geheim")
    raw = json.loads(file.path.read_bytes())
    later = {"kind": "later", "box": raw["wraps"][0]["box"], "extra": "x"}
    file.path.write_text(json.dumps(raw | {"wraps": [*raw["wraps"], later]}))
    await vault.change("geheim", "een nieuwe")
    await vault.add_passkey("een nieuwe")
    await vault.remove_passkey()
    assert later in wraps(file)
    assert await vault.unlock("een nieuwe") == key
