"""Records keep their form over the wire, and nothing else is read as one."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.errors import ProtocolError
from kring.platform.cpython.crypto import CpythonCrypto
from kring.sharing import codec, labels
from kring.sharing.device import new_device
from kring.sharing.records import (
    BOX,
    EARLIER,
    MAX_CHAINS,
    MAX_DEVICES,
    MAX_EARLIER,
    Body,
    DeviceRevoke,
    Epoch,
    Freeze,
    Genesis,
    Invite,
    Present,
    Record,
    Recover,
    Snapshot,
    encode_payload,
    parse_record,
    sign_record,
)
from tests.unit.sharing.bodies import RECORDS, STRATEGIES, unsigned

ID = bytes(16)
HASH = bytes(32)


@given(RECORDS)
def test_SHR_2_a_record_is_read_back_as_it_was_made(record: Record) -> None:
    again = encode_payload(
        record.case, record.position, record.previous, record.author, record.time, record.body
    )
    assert again == record.payload
    assert parse_record(record.wire) == record


@given(RECORDS, st.data())
def test_P8_a_mutated_record_is_refused_or_is_another_record(record: Record, data: st.DataObject) -> None:
    wire = bytearray(record.wire)
    for _ in range(data.draw(st.integers(1, 3))):
        wire[data.draw(st.integers(0, min(len(wire), 400) - 1))] = data.draw(st.integers(0, 255))
    try:
        read = parse_record(bytes(wire))
    except ProtocolError:
        return
    assert read.wire == wire
    again = encode_payload(read.case, read.position, read.previous, read.author, read.time, read.body)
    assert codec.encode([again, read.signature]) == wire


@given(st.data())
def test_SHR_2_the_number_of_a_record_is_its_place_in_the_table(data: st.DataObject) -> None:
    assert len(STRATEGIES) == 18
    for number, strategy in enumerate(STRATEGIES):
        body = data.draw(strategy)
        case = b"" if number == 0 else HASH
        payload = codec.decode(unsigned(body, case=case, position=1).payload, 2**20)
        assert isinstance(payload, list)
        assert payload[1] == number


def said(body: Body) -> Record:
    return unsigned(body, case=HASH, position=1)


@pytest.mark.parametrize(
    "body",
    [
        Freeze(ID, ()),
        Freeze(ID, (b"b" * 16, b"a" * 16)),
        Freeze(ID, (ID, ID)),
        Freeze(ID, tuple(number.to_bytes(16) for number in range(MAX_DEVICES + 1))),
        Recover(HASH, bytes(1216), bytes(64), HASH, bytes(1216), bytes(64), (), {}),
        DeviceRevoke(ID, {ID: {ID: ((2, 1, HASH), (1, 1, HASH))}}),
        DeviceRevoke(ID, {ID: {ID: ((1, 1, HASH), (1, 2, HASH))}}),
        DeviceRevoke(ID, {ID: {ID: ((0, 1, HASH),)}}),
        DeviceRevoke(ID, {ID: {ID: ((1, 0, HASH),)}}),
        DeviceRevoke(ID, {ID: {ID: ((1, 1, ID),)}}),
        DeviceRevoke(ID, {ID: {ID: tuple((each, 1, HASH) for each in range(1, MAX_CHAINS + 2))}}),
        Snapshot(ID, ID, {}),
        Snapshot(ID, HASH, {ID: ((2, 1, HASH), (1, 1, HASH))}),
        Epoch(ID, 2, HASH, {}, ((2, bytes(EARLIER)), (1, bytes(EARLIER)))),
        Epoch(ID, 2, HASH, {}, ((1, bytes(EARLIER)), (1, bytes(EARLIER)))),
        Epoch(ID, 2, HASH, {}, ((1, bytes(EARLIER - 1)),)),
        Epoch(ID, 2, HASH, {}, tuple((each, bytes(EARLIER)) for each in range(1, MAX_EARLIER + 2))),
        Epoch(ID, 0, HASH, {}, ()),
        Invite(HASH, "klant", {}, 0),
        Invite(HASH, "", {}, 0, bytes(15)),
        Invite(HASH, "", {}, 0, bytes(32)),
        Present(HASH),
    ],
    ids=lambda body: type(body).__name__,
)
def test_P8_a_body_outside_its_shape_is_refused(body: Body) -> None:
    with pytest.raises(ProtocolError):
        said(body)


def test_SHR_20_an_epoch_for_every_seat_of_a_case_fits_in_a_record() -> None:
    wraps = {number.to_bytes(16): bytes(BOX) for number in range(MAX_DEVICES)}
    earlier = tuple((2**32 - 1 - MAX_EARLIER + each, bytes(EARLIER)) for each in range(MAX_EARLIER))
    assert len(said(Epoch(ID, 2**32 - 1, HASH, wraps, earlier)).wire) < 256 * 1024


@given(st.binary(max_size=300))
def test_P8_random_bytes_are_no_record(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse_record(data)


VALUES = st.recursive(
    st.one_of(st.integers(0, 300), st.binary(max_size=33), st.text(max_size=9), st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=8),
        st.dictionaries(st.text(max_size=9), inner, max_size=4),
        st.dictionaries(st.binary(max_size=16), inner, max_size=4),
    ),
    max_leaves=12,
)


NAMES = (
    "member", "sign", "kem", "documents", "cut", "wraps", "rights", "until", "device", "epoch", "devices",
    "keep", "earlier", "covers", "snapshot", "document", "revoked", "invite",
)  # fmt: skip


@given(st.sampled_from(range(20)), st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6))
def test_P8_well_formed_cbor_is_refused_or_is_a_record(kind: int, body: dict[str, codec.Value]) -> None:
    payload = codec.encode([1, kind, HASH, 1, HASH, ID, 0, body])
    try:
        read = parse_record(codec.encode([payload, bytes(64)]))
    except ProtocolError:
        return
    assert encode_payload(HASH, 1, HASH, ID, 0, read.body) == payload


@pytest.mark.parametrize(
    "change", [{"case": bytes(31)}, {"author": b""}, {"time": 2**53 + 1}, {"position": 65_536}]
)
def test_P8_parts_out_of_range_are_refused(change: dict[str, object]) -> None:
    parts = {"case": bytes(32), "position": 1, "previous": bytes(32), "author": bytes(16), "time": 0} | change
    with pytest.raises(ProtocolError):
        unsigned(Freeze(ID, (ID,)), **parts)  # type: ignore[arg-type]


def test_P8_a_record_above_256_KiB_is_refused() -> None:
    with pytest.raises(ProtocolError):
        parse_record(codec.encode([bytes(256 * 1024), bytes(64)]))


async def test_the_signature_covers_the_received_payload_under_its_label() -> None:
    crypto = CpythonCrypto()
    keys = await new_device(crypto)
    body = Genesis(bytes(16), keys.sign.public, keys.kem.public, bytes(32), (bytes(16),))
    record = await sign_record(crypto, keys, case=b"", position=0, previous=bytes(32), time=5, body=body)
    assert record.signed == labels.RECORD + record.payload
    assert await crypto.verify_many([(keys.sign.public, record.signed, record.signature)]) == [True]
    assert await crypto.verify_many([(keys.sign.public, record.payload, record.signature)]) == [False]


def test_no_label_is_the_beginning_of_another() -> None:
    texts = [value for name, value in vars(labels).items() if name.isupper()]
    assert len(texts) == len(set(texts)) > 15
    for text in texts:
        assert text.startswith(b"kring/1/")
        assert text.index(b"\0") == len(text) - 1


def test_records_are_frozen() -> None:
    record = unsigned(Freeze(ID, (ID,)), case=bytes(32), position=1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.position = 2  # type: ignore[misc]
