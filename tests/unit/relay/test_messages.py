"""The frames of the wire: one encoding each, and nothing else parses (REL-1)."""

from __future__ import annotations

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.errors import ProtocolError
from kring.sync import messages as m

NUMBER = st.integers(0, m.NUMBER_MAX)
REQUEST = st.integers(1, m.NUMBER_MAX)
B16 = st.binary(min_size=16, max_size=16)
B32 = st.binary(min_size=32, max_size=32)
B64 = st.binary(min_size=64, max_size=64)
ITEMS = st.lists(st.binary(max_size=300), max_size=20).map(tuple)
SENT = st.lists(st.binary(max_size=300), min_size=1, max_size=20).map(tuple)

FROM_CLIENT = st.one_of(
    st.builds(m.Create, SENT),
    st.builds(m.Login, B32, B16, NUMBER, B64),
    st.builds(m.LogGet, NUMBER),
    st.builds(m.LogAppend, REQUEST, NUMBER, SENT),
    st.builds(m.Put, REQUEST, SENT),
    st.builds(m.Subscribe, st.dictionaries(B16, NUMBER, max_size=8)),
    st.builds(m.Ping, NUMBER),
)
FROM_SERVER = st.one_of(
    st.builds(m.Hello, st.just(1), B32),
    st.builds(m.Created, NUMBER, B32),
    st.builds(m.LogOk, REQUEST, NUMBER, B32),
    st.builds(m.Welcome, NUMBER, NUMBER),
    st.builds(m.Log, NUMBER, ITEMS, NUMBER),
    st.builds(m.Ack, REQUEST, st.lists(B32, max_size=9).map(tuple)),
    st.builds(m.Events, B16, NUMBER, ITEMS),
    st.builds(m.Pong, NUMBER),
    st.builds(m.Error, NUMBER, st.sampled_from(m.CODES)),
)


@given(FROM_CLIENT)
def test_REL_1_what_a_device_sends_arrives_as_it_was(frame: m.ClientFrame) -> None:
    assert m.parse_from_client(m.encode(frame)) == frame


@given(FROM_SERVER)
def test_REL_1_what_the_relay_sends_arrives_as_it_was(frame: m.ServerFrame) -> None:
    assert m.parse_from_server(m.encode(frame)) == frame


@given(st.binary(max_size=400))
def test_REL_1_noise_is_a_protocol_error_or_a_frame_that_encodes_to_itself(data: bytes) -> None:
    for parse in (m.parse_from_client, m.parse_from_server):
        try:
            frame = parse(data)
        except ProtocolError:
            continue
        assert m.encode(frame) == data


@given(FROM_CLIENT, st.data())
def test_REL_1_a_frame_cut_short_or_lengthened_is_refused(frame: m.ClientFrame, data: st.DataObject) -> None:
    whole = m.encode(frame)
    with pytest.raises(ProtocolError):
        m.parse_from_client(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(ProtocolError):
        m.parse_from_client(whole + b"\0")


@pytest.mark.parametrize(
    "value",
    [
        [],
        "ping",
        ["ping"],
        ["ping", -1],
        ["ping", 2**53],
        ["ping", True],
        ["ping", 1, 2],
        ["pong", 1],
        ["put", 0, [b"e"]],
        ["put", 1, []],
        ["put", 1, ["text"]],
        ["put", 1, [b"e"] * (m.ITEMS_MAX + 1)],
        ["login", b"c" * 31, b"i" * 16, 1, b"s" * 64],
        ["login", b"c" * 32, b"i" * 16, 1, b"s" * 63],
        ["subscribe", {b"d" * 15: 0}],
        ["subscribe", {b"d" * 16: -1}],
        ["subscribe", {n.to_bytes(16): 0 for n in range(m.DOCUMENTS_MAX + 1)}],
        ["subscribe", [[b"d" * 16, 0]]],
    ],
)
def test_REL_1_hostile_frames_from_a_device_are_refused(value: object) -> None:
    with pytest.raises(ProtocolError):
        m.parse_from_client(cbor2.dumps(value, canonical=True))


@pytest.mark.parametrize(
    "value",
    [
        ["hello", 2, b"n" * 32],
        ["error", 1, "unheard_of"],
        ["log_ok", 0, 1, b"h" * 32],
        ["ack", 1, [b"h" * 31]],
        ["events", b"d" * 16, 1, [b"e" * (m.ENVELOPE_MAX + 1)]],
        ["log", 0, [b"r" * (m.RECORD_MAX + 1)], 1],
    ],
)
def test_REL_1_hostile_frames_from_a_relay_are_refused(value: object) -> None:
    with pytest.raises(ProtocolError):
        m.parse_from_server(cbor2.dumps(value, canonical=True))


def test_REL_1_a_second_encoding_of_a_frame_is_refused() -> None:
    assert m.parse_from_client(b"\x82\x64ping\x01") == m.Ping(1)
    for other in (b"\x82\x64ping\x18\x01", b"\x9f\x64ping\x01\xff", b"\x82\x78\x04ping\x01"):
        with pytest.raises(ProtocolError):
            m.parse_from_client(other)


def test_REL_1_no_frame_is_longer_than_four_mebibytes() -> None:
    with pytest.raises(ProtocolError):
        m.encode(m.Put(1, (bytes(m.ENVELOPE_MAX),) * 5))
    with pytest.raises(ProtocolError):
        m.parse_from_client(cbor2.dumps(["put", 1, [bytes(m.FRAME_MAX)]]))


def test_REL_1_a_body_carries_frames_over_http() -> None:
    frames = (m.encode(m.Ping(1)), m.encode(m.Ping(2)))
    assert m.parse_frames(m.encode_frames(frames)) == frames
    assert m.parse_frames(m.encode_frames(())) == ()
