"""A professional's account: it says what was signed, and its deeds follow each other (SHR-60)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.errors import CryptoError, KringError, ProtocolError
from kring.platform.cpython.crypto import CpythonCrypto
from kring.sharing.account import DEEDS, DENIED, DONE, Account, Event, check_account, follows, sign_account
from kring.sharing.deeds import (
    EXPORTED,
    FIRST,
    OPENED,
    REFUSED,
    Deed,
    chained,
    deed_hash,
    encode_deed,
    read_deeds,
)
from kring.sharing.device import DeviceKeys, device_keys, new_device

NOW = 1_795_000_000_000
CRYPTO = CpythonCrypto()
KINDS = ("mensen", "relatiekaart")


def deeds(count: int, start: int = 1) -> list[Deed]:
    kinds = (OPENED, EXPORTED, REFUSED)
    return [Deed(number, NOW + number, kinds[number % 3], KINDS) for number in range(start, start + count)]


def account(keys: DeviceKeys, told: list[Deed], before: bytes = FIRST) -> Account:
    events = [Event(each.time, DEEDS[each.what], "R", DONE, each.kinds, deed=each.number) for each in told]
    events += [
        Event(NOW, "granted", "U", DONE, until=NOW + 1, position=5),
        Event(NOW + 3, "changed", "U", DENIED, ("mensen",), number=4),
    ]
    return Account(
        "Kring 0.1.0", b"c" * 32, keys.id, keys.sign.public, b"m" * 16, "professional", "Jeugdhulp Šáré 💚",
        "K. de Wit", "", NOW + 99, 7, b"h" * 32, before, chained(told, before),
        tuple(sorted(events, key=lambda each: each.time)),
    )  # fmt: skip


@pytest.fixture
async def keys() -> DeviceKeys:
    return await new_device(CRYPTO)


async def test_SHR_60_an_account_says_what_was_signed_and_no_bit_of_it_can_change(keys: DeviceKeys) -> None:
    made = account(keys, deeds(3))
    text = await sign_account(CRYPTO, keys.sign, made)
    assert await check_account(CRYPTO, text) == made
    raw = json.loads(text)
    assert await check_account(CRYPTO, json.dumps(raw)) == made

    async def refused(said: Any) -> None:
        with pytest.raises((CryptoError, ProtocolError)):
            await check_account(CRYPTO, json.dumps(said))

    for name, value in raw.items():
        if name != "events":
            await refused({**raw, name: _bent(value)})
        await refused({key: each for key, each in raw.items() if key != name})
    for at, event in enumerate(raw["events"]):
        for name, value in event.items():
            bent = [*raw["events"][:at], {**event, name: _bent(value)}, *raw["events"][at + 1 :]]
            await refused({**raw, "events": bent})
        await refused({**raw, "events": raw["events"][:at] + raw["events"][at + 1 :]})
    await refused({**raw, "more": 1})


def _bent(value: Any) -> Any:
    if isinstance(value, int):
        return value + 1
    if isinstance(value, list):
        return [*value, "x"]
    return ("0" if value[:1] != "0" else "1") + value[1:]


async def test_SHR_60_deeds_that_were_taken_out_or_moved_are_found_though_they_are_signed(
    keys: DeviceKeys,
) -> None:
    told = deeds(5)
    last = chained(told, FIRST)
    wrong = (
        told[:2] + told[3:],
        told[1:],
        [replaced if each.number == 2 else each for each in told for replaced in (each._replace(time=NOW),)],
        [each._replace(number=each.number + 1) for each in told],
        told + told[-1:],
    )
    for bad in wrong:
        made = replace(account(keys, bad), last=last)
        with pytest.raises(ProtocolError):
            await check_account(CRYPTO, await sign_account(CRYPTO, keys.sign, made))


async def test_SHR_60_a_later_account_goes_on_where_an_earlier_one_ended(keys: DeviceKeys) -> None:
    earlier = account(keys, deeds(4))
    later = account(keys, deeds(9))
    kept = account(keys, deeds(5, 5), chained(deeds(4), FIRST))
    nothing = account(keys, [])
    for one, other in ((later, earlier), (kept, earlier), (earlier, earlier), (earlier, nothing)):
        assert follows(one, other)
    rewritten = [deeds(1)[0]._replace(time=NOW), *deeds(8, 2)]
    for one in (
        account(keys, rewritten),
        account(keys, deeds(3)),
        account(keys, deeds(4, 6), chained(deeds(5), FIRST)),
        replace(later, device=b"e" * 16),
        replace(later, case=b"e" * 32),
    ):
        assert not follows(one, earlier)


def test_SHR_60_deeds_are_read_in_their_chain_only() -> None:
    told, previous, wires = deeds(4), FIRST, []
    for deed in told:
        wires.append(encode_deed(deed, previous))
        previous = deed_hash(wires[-1])
    assert read_deeds(wires) == (told, FIRST, previous)
    assert read_deeds(wires[2:]) == (told[2:], deed_hash(wires[1]), previous)
    assert read_deeds([]) == ([], FIRST, FIRST)
    odd = (
        [wires[0], wires[2]],
        [wires[1], wires[0]],
        [wires[0], encode_deed(Deed(4, NOW, OPENED, ()), deed_hash(wires[0]))],
        [encode_deed(Deed(1, NOW, 9, ()), FIRST)],
        [encode_deed(Deed(0, NOW, OPENED, ()), FIRST)],
        [encode_deed(Deed(1, NOW, OPENED, ("x" * 65,)), FIRST)],
        [encode_deed(Deed(1, NOW, OPENED, ()), b"short")],
        [wires[0] + b"\0"],
        [b"\x80"],
    )
    for each in odd:
        with pytest.raises(ProtocolError):
            read_deeds(each)


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
async def test_SHR_3_P12_what_is_no_account_is_told(text: str) -> None:
    with pytest.raises(KringError):
        await check_account(CRYPTO, text)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"signature": ""}', "[" * 5000, '{"signature": "00", "events": 1}']
)
async def test_SHR_3_P12_odd_json_is_no_account(text: str) -> None:
    with pytest.raises(ProtocolError):
        await check_account(CRYPTO, text)


async def test_SHR_1_an_account_and_its_deeds_stay_the_same_bytes_for_ever() -> None:
    """An account that an organisation has kept must be checked by every later Kring."""
    keys = await device_keys(CRYPTO, b"s" * 32, b"k" * 32)
    made = account(keys, deeds(2))
    assert made.last.hex() == "346b3d8c01e0bfd404a2c78bf1b36455f59510ce08102863eb92cd431f0a8bea"
    signature = json.loads(await sign_account(CRYPTO, keys.sign, made))["signature"]
    assert signature == (
        "a53c0a152e3279250b89eca3f74d5a219a73fc347cae6de38c2084cd73e15368"
        "fd51cd3d16756ed9fd8c10431706b8193dddd4a0add15bb4365e911f7d8a310b"
    )
