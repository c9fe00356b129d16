"""Both runtimes make and read the same log, with every type of record, as it was committed."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest

from kring.errors import CryptoError
from kring.sharing.crypto import Crypto
from kring.sharing.device import device_keys
from kring.sharing.keyring import Keyring
from kring.sharing.membership import Membership
from kring.sharing.records import Body, parse_record
from kring.sharing.replay import verified
from tests.compat.make_log_vectors import FIRST, HELPER, KRING, MENSEN, PRIVE, SECOND, TARGET, deterministic
from tests.compat.make_vectors import fixed


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(TARGET.read_text())
    return loaded


async def test_SHR_1_each_runtime_makes_the_committed_log(
    each_runtime: Crypto, vectors: dict[str, Any]
) -> None:
    assert await deterministic(each_runtime) == vectors


async def test_SHR_1_each_runtime_verifies_every_signature_of_the_committed_log(
    each_runtime: Crypto, vectors: dict[str, Any]
) -> None:
    records = [parse_record(bytes.fromhex(each)) for each in vectors["records"]]
    assert {type(record.body) for record in records} == set(get_args(Body))
    membership = await verified(each_runtime, Membership(), records)
    assert membership.head.hex() == vectors["head"]
    assert membership.owner.hex() == vectors["owner"] == HELPER.hex()
    assert [document.hex() for document in membership.owed()] == vectors["owed"]
    for number, record in enumerate(records):
        wire = bytearray(record.wire)
        wire[-1] ^= 1
        with pytest.raises(CryptoError):
            await verified(each_runtime, Membership(), [*records[:number], parse_record(bytes(wire))])


async def test_SHR_1_SHR_16_each_runtime_opens_the_committed_earlier_secret(
    each_runtime: Crypto, vectors: dict[str, Any]
) -> None:
    records = [parse_record(bytes.fromhex(each)) for each in vectors["records"]]
    membership = await verified(each_runtime, Membership(), records)
    stranger = await device_keys(each_runtime, fixed("no sign "), fixed("no kem "))
    ring = Keyring({(MENSEN, 2): SECOND, (PRIVE, 1): FIRST, (KRING, 1): SECOND})
    assert await ring.update(each_runtime, stranger, membership) == []
    assert dict(ring.secrets) == {(MENSEN, 1): FIRST, (MENSEN, 2): SECOND, (PRIVE, 1): FIRST}
