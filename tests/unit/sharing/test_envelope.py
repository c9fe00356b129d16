"""The envelope's form."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from kring.errors import KringError, ProtocolError
from kring.platform.cpython.crypto import CpythonCrypto
from kring.sharing import codec, padding
from kring.sharing.device import new_device
from kring.sharing.envelope import (
    EDIT,
    HEADER_SIZE,
    NOTHING,
    SNAPSHOT,
    Content,
    Header,
    history,
    pack_content,
    parse_content,
    parse_envelope,
    seal,
)

CONTENTS = st.builds(
    Content,
    st.binary(min_size=16, max_size=16),
    st.binary(min_size=16, max_size=16),
    st.integers(0, 2**53),
    st.lists(st.binary(max_size=300), min_size=1, max_size=5).map(tuple),
    st.binary(min_size=32, max_size=32),
)
HEADERS = st.builds(
    Header,
    st.just(1),
    st.sampled_from((1, 2)),
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=16, max_size=16),
    st.integers(1, 2**32 - 1),
    st.binary(min_size=16, max_size=16),
    st.integers(1, 2**64 - 1),
    st.binary(min_size=32, max_size=32),
    st.integers(1, 2**32 - 1),
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=32, max_size=32),
    st.just(40),
)


def test_the_header_has_the_size_of_the_protocol() -> None:
    assert HEADER_SIZE == 214


@given(HEADERS)
def test_a_header_is_read_back_as_it_was_packed(header: Header) -> None:
    envelope = parse_envelope(header.pack() + bytes(40) + bytes(64))
    assert envelope.header == header
    assert envelope.ciphertext == bytes(40)


@given(HEADERS, st.data())
def test_P8_any_bytes_are_an_envelope_or_a_protocol_error(header: Header, data: st.DataObject) -> None:
    wire = bytearray(header.pack() + bytes(40) + bytes(64))
    for _ in range(data.draw(st.integers(1, 4))):
        wire[data.draw(st.sampled_from((0, 1, 50, 60, 70, 80, 120, 210, 212, 213)))] = data.draw(
            st.integers(0, 255)
        )
    cut = data.draw(st.sampled_from((0, 0, 0, 1, 100, 300)))
    try:
        envelope = parse_envelope(bytes(wire[cut:]))
    except ProtocolError:
        return
    assert envelope.header.pack() == wire[:HEADER_SIZE]


@pytest.mark.parametrize("number", ["epoch", "seq", "log_position"])
def test_P8_numbers_start_at_one(number: str) -> None:
    header = Header(1, 1, bytes(32), bytes(16), 1, bytes(16), 1, *([bytes(32)]), 1, *([bytes(32)] * 3), 40)
    parse_envelope(header.pack() + bytes(104))
    with pytest.raises(ProtocolError):
        parse_envelope(header._replace(**{number: 0}).pack() + bytes(104))


@given(CONTENTS)
def test_content_comes_back_and_its_length_hides_in_a_class(content: Content) -> None:
    packed = pack_content(content)
    assert parse_content(packed) == content
    assert padding.padme(len(packed)) == len(packed)


@given(st.binary(max_size=120))
def test_P8_any_plaintext_is_content_or_a_kring_error(data: bytes) -> None:
    for each in (
        data,
        padding.pad(data),
        padding.pad(codec.encode([data[:16], data[16:32], 5, [data], data[:32]])),
    ):
        try:
            parse_content(each)
        except KringError:
            continue


@pytest.mark.parametrize("said", [5, None, [bytes(16), bytes(16), 5, [b"x"]], [bytes(16)] * 6])
def test_P8_content_is_a_list_of_five_parts(said: codec.Value) -> None:
    with pytest.raises(ProtocolError, match="content is"):
        parse_content(padding.pad(codec.encode(said)))


def test_P8_content_within_every_cap_comes_back() -> None:
    for changes in ((b"x",) * 4096, (bytes(256 * 1024),)):
        content = Content(bytes(16), bytes(16), 5, changes, bytes(32))
        assert parse_content(pack_content(content)) == content


@pytest.mark.parametrize(
    ("part", "bad"),
    [
        ("device", bytes(15)),
        ("device", bytes(17)),
        ("actor_nonce", bytes(15)),
        ("actor_nonce", bytes(17)),
        ("time", 2**53 + 1),
        ("changes", ()),
        ("changes", (bytes(256 * 1024 + 1),)),
        ("history", bytes(31)),
        ("history", bytes(33)),
    ],
)
def test_P8_content_with_one_part_outside_its_cap_is_refused(part: str, bad: object) -> None:
    content = Content(bytes(16), bytes(16), 2**53, (b"x",), bytes(32))
    assert parse_content(pack_content(content)) == content
    with pytest.raises(ProtocolError, match="expected"):
        parse_content(pack_content(replace(content, **{part: bad})))


def test_P8_more_changes_than_the_cap_are_refused_before_they_are_read() -> None:
    with pytest.raises(ProtocolError, match="too many values"):
        parse_content(pack_content(Content(bytes(16), bytes(16), 5, (b"x",) * 4097, bytes(32))))


def test_P8_a_change_that_claims_much_in_little_costs_little() -> None:
    claim = padding.pad(
        b"\x85\x50" + bytes(16) + b"\x50" + bytes(16) + b"\x05\x9b" + (2**40).to_bytes(8) + b"\x40" * 8
    )
    with pytest.raises(ProtocolError):
        parse_content(claim)


def test_P8_a_snapshot_may_be_three_times_as_large_as_an_edit() -> None:
    for kind, most in ((EDIT, 1024 * 1024), (SNAPSHOT, 3 * 1024 * 1024)):
        size = most - HEADER_SIZE - 64
        parts = (bytes(32), bytes(16), 1, bytes(16), 1, bytes(32), 1, *([bytes(32)] * 3))
        header = Header(1, kind, *parts, size)
        assert len(parse_envelope(header.pack() + bytes(size + 64)).wire) == most
        with pytest.raises(ProtocolError, match="size"):
            parse_envelope(header._replace(length=size + 1).pack() + bytes(size + 65))


def test_P8_the_smallest_envelope_holds_a_seal_of_nothing() -> None:
    header = Header(1, 1, bytes(32), bytes(16), 1, bytes(16), 1, bytes(32), 1, *([bytes(32)] * 3), 16)
    assert parse_envelope(header.pack() + bytes(16 + 64)).ciphertext == bytes(16)
    with pytest.raises(ProtocolError, match="size"):
        parse_envelope(header._replace(length=15).pack() + bytes(15 + 64))


class Sevens(CpythonCrypto):
    def random(self, length: int) -> bytes:
        return b"\7" * length


async def test_P3_an_envelope_is_sealed_and_signed_as_the_protocol_says() -> None:
    """docs/protocol.md, Envelope: worked out here by hand, and opened without our own code."""
    crypto, secret = Sevens(), bytes(range(32))
    keys = await new_device(CpythonCrypto())
    salt, plaintext = b"\7" * 32, b"what is said"
    sealed = await seal(
        crypto, keys, secret, case=b"c" * 32, document=b"d" * 16, epoch=2, seq=3, previous=b"p" * 32,
        log_position=4, log_head=b"h" * 32, frontier=b"f" * 32, plaintext=plaintext,
    )  # fmt: skip
    header = b"".join((
        b"\1\1", b"c" * 32, b"d" * 16, (2).to_bytes(4, "big"), keys.id, (3).to_bytes(8, "big"), b"p" * 32,
        (4).to_bytes(4, "big"), b"h" * 32, b"f" * 32, salt, (len(plaintext) + 16).to_bytes(4, "big"),
    ))  # fmt: skip
    derived = HKDF(SHA256(), 44, salt, b"kring/1/envelope-key\0" + header).derive(secret)
    ciphertext = AESGCM(derived[:32]).encrypt(derived[32:], plaintext, header)
    signed = b"kring/1/envelope\0" + header + hashlib.sha256(ciphertext).digest()
    signature = await crypto.sign(keys.sign.private, signed)
    assert sealed.wire == header + ciphertext + signature
    assert sealed.signed == signed
    assert sealed.hash == hashlib.sha256(b"kring/1/envelope-hash\0" + sealed.wire).digest()


@given(CONTENTS, st.binary(min_size=32, max_size=32))
def test_SHR_22_the_history_covers_all_that_an_envelope_says(content: Content, before: bytes) -> None:
    """docs/protocol.md, Envelope: worked out here by hand."""
    hashes = [hashlib.sha256(chunk[8:]).digest() for chunk in content.changes]
    said = content.device + content.actor_nonce + content.time.to_bytes(8, "big") + b"".join(hashes)
    expected = hashlib.sha256(b"kring/1/history\0" + before + said).digest()
    assert content.history_after(before) == content.following(before).history == expected
    assert history(before, content.device, content.actor_nonce, content.time, hashes) == expected
    first = hashlib.sha256(b"kring/1/history\0" + bytes(32) + said).digest()
    assert content.following(NOTHING).history == first
