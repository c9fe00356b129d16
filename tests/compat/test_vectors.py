"""Both runtimes make and open the same bytes, and the bytes that were committed."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any, get_args

import pytest

from kring.errors import CryptoError
from kring.sharing import envelope, keyring, recovery, shares
from kring.sharing.crypto import Crypto
from kring.sharing.device import device_keys
from kring.sharing.membership import Membership
from kring.sharing.records import parse_record
from kring.sharing.replay import verified
from kring.sharing.snapshots import parse_whole
from kring.sync import messages
from tests.compat.make_vectors import CHANGES, TARGET, WHOLE, deterministic, fixed, frames, snapshot


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(TARGET.read_text())
    return loaded


async def test_SHR_1_each_runtime_makes_the_committed_bytes(
    each_runtime: Crypto, vectors: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(each_runtime, "random", lambda length: fixed("random ", length))
    assert await deterministic(each_runtime) == vectors["made"]


@pytest.mark.parametrize("maker", ["cpython", "browser"])
async def test_SHR_1_each_runtime_opens_committed_wraps_of_the_other(
    each_runtime: Crypto, vectors: dict[str, Any], maker: str
) -> None:
    keys = await device_keys(each_runtime, fixed("sign seed "), fixed("kem seed "))
    box = bytes.fromhex(vectors["boxes"][maker][keys.id.hex()])
    info = keyring.wrap_info(fixed("case "), fixed("document ", 16), 1, keys.id, keys.id)
    assert await each_runtime.hpke_open(keys.kem.private, info, box) == fixed("epoch secret ")
    with pytest.raises(CryptoError):
        await each_runtime.hpke_open(keys.kem.private, info[:-1] + b"x", box)


async def test_SHR_1_each_runtime_verifies_and_opens_the_committed_case(
    each_runtime: Crypto, vectors: dict[str, Any]
) -> None:
    made = vectors["made"]
    genesis = parse_record(bytes.fromhex(made["genesis"]))
    membership = await verified(each_runtime, Membership(), [genesis])
    sealed = envelope.parse_envelope(bytes.fromhex(made["envelope"]))
    signer = membership.devices[sealed.header.device].sign
    assert await each_runtime.verify_many([(signer, sealed.signed, sealed.signature)]) == [True]
    plaintext = (await envelope.open_many(each_runtime, [(sealed, fixed("epoch secret "))]))[0]
    assert plaintext is not None
    assert envelope.parse_content(plaintext).changes == CHANGES


async def test_SHR_1_each_runtime_opens_the_committed_snapshot_and_makes_it_anew(
    each_runtime: Crypto, vectors: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = vectors["kept"]
    monkeypatch.setattr(each_runtime, "random", lambda length: fixed("random ", length))
    assert await snapshot(each_runtime, bytes.fromhex(kept["whole"])) == kept["snapshot"]
    sealed = envelope.parse_envelope(bytes.fromhex(kept["snapshot"]))
    assert sealed.header.kind == envelope.SNAPSHOT
    plaintext = (await envelope.open_many(each_runtime, [(sealed, fixed("epoch secret "))]))[0]
    assert plaintext is not None
    assert parse_whole(plaintext) == WHOLE


def test_SHR_1_any_two_of_the_committed_shares_are_the_sheet(vectors: dict[str, Any]) -> None:
    for pair in combinations(vectors["kept"]["shares"], shares.ENOUGH):
        assert shares.combine(pair) == fixed("sheet ", recovery.SEED)


def test_SHR_2_every_frame_is_the_committed_bytes_and_back(vectors: dict[str, Any]) -> None:
    all_of_them = frames()
    kinds = {*get_args(messages.ClientFrame), *get_args(messages.ServerFrame)}
    assert {type(each) for each in all_of_them} == kinds
    for frame, known in zip(all_of_them, vectors["frames"], strict=True):
        assert messages.encode(frame).hex() == known
        from_client = isinstance(frame, messages.ClientFrame)
        parse = messages.parse_from_client if from_client else messages.parse_from_server
        assert parse(bytes.fromhex(known)) == frame
    body = messages.encode_frames([bytes.fromhex(each) for each in vectors["frames"]])
    assert list(messages.parse_frames(body)) == [bytes.fromhex(each) for each in vectors["frames"]]


@pytest.mark.parametrize("size", [0, 1, 200, 70_000])
async def test_SHR_1_fresh_seals_cross_in_both_directions(
    cpython: Crypto, browser: Crypto, size: int
) -> None:
    content = envelope.Content(bytes(16), bytes(16), 1, (bytes(size),))
    for maker, opener in ((cpython, browser), (browser, cpython)):
        keys = await device_keys(maker, maker.random(32), maker.random(32))
        secret = maker.random(32)
        sealed = await envelope.seal(
            maker,
            keys,
            secret,
            case=maker.random(32),
            document=maker.random(16),
            epoch=1,
            seq=1,
            previous=bytes(32),
            log_position=1,
            log_head=bytes(32),
            frontier=bytes(32),
            plaintext=envelope.pack_content(content),
        )
        assert await opener.verify_many([(keys.sign.public, sealed.signed, sealed.signature)]) == [True]
        plaintext = (await envelope.open_many(opener, [(sealed, secret)]))[0]
        assert plaintext is not None
        assert envelope.parse_content(plaintext) == content
        box = await maker.hpke_seal(keys.kem.public, b"info", secret)
        assert await opener.hpke_open(keys.kem.private, b"info", box) == secret
