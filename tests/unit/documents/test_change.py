"""DOC-1, DOC-2, DOC-3: the decoder of changes."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest
from automerge import core
from hypothesis import given
from hypothesis import strategies as st

from kring.documents import change as c
from kring.documents.change import Op, decode_change
from kring.documents.change_encoder import encode_change
from kring.documents.columns import read_uleb, write_leb, write_uleb
from kring.documents.opid import ROOT_ID, OpId, opid_text, parse_opid
from kring.errors import ProtocolError

ANN, BOB = b"a" * 16, b"b" * 16


def put(opid: OpId, key: str = "k", value: c.Scalar = 1, pred: tuple[OpId, ...] = ()) -> Op:
    return Op(opid, ROOT_ID, key, False, c.SET, value, pred)


def rechecked(body: bytes) -> bytes:
    """A chunk of `body` whose length and checksum are right."""
    head = bytearray([c.CHANGE])
    write_uleb(head, len(body))
    rest = bytes(head) + body
    return c.MAGIC + sha256(rest).digest()[:4] + rest


def body_of(chunk: bytes) -> bytes:
    return chunk[read_uleb(chunk, 9, len(chunk))[1] :]


def engine_changes(seed: int) -> list[bytes]:
    """What rc1 writes by itself for a random document of three actors."""
    rnd = random.Random(seed)
    documents = [core.Document(bytes([index + 1]) * 16) for index in range(3)]
    with documents[0].transaction() as tx:
        people = tx.put_object(core.ROOT, "people", core.ObjType.Map)
        note = tx.put_object(people, "note", core.ObjType.Text)
        tx.insert(note, 0, core.ScalarType.Str, "é")
    for document in documents[1:]:
        document.merge(documents[0])
    values = [
        (core.ScalarType.Str, "héé 😀"), (core.ScalarType.Int, 1 - 2**53), (core.ScalarType.F64, 0.25),
        (core.ScalarType.Boolean, True), (core.ScalarType.Null, None), (core.ScalarType.Bytes, b"\x00\xff"),
    ]  # fmt: skip
    for _ in range(40):
        document = rnd.choice(documents)
        with document.transaction() as tx:
            for _ in range(rnd.randrange(1, 4)):
                what = rnd.randrange(5)
                if what < 2:
                    tx.put(people, f"k{rnd.randrange(4)}", *rnd.choice(values))
                elif what == 2:
                    keys = [key for key in tx.keys(people) if key != "note"]
                    if keys:
                        tx.delete(people, rnd.choice(keys))
                elif what == 3 or not tx.length(note):
                    tx.insert(note, rnd.randint(0, tx.length(note)), core.ScalarType.Str, rnd.choice("abé😀"))
                else:
                    tx.delete(note, rnd.randrange(tx.length(note)))
        if rnd.random() < 0.4:
            document.merge(rnd.choice([each for each in documents if each is not document]))
    for document in documents[1:]:
        documents[0].merge(document)
    return [change.raw_bytes for change in documents[0].get_changes([])]


@pytest.mark.parametrize("seed", range(20))
def test_what_an_engine_writes_is_read_and_written_the_same(seed: int) -> None:
    chunks = engine_changes(seed)
    assert len(chunks) > 20
    for chunk in chunks:
        decoded = decode_change(chunk)
        assert encode_change(decoded.actor, decoded.seq, decoded.deps, decoded.ops) == chunk


def test_the_fields_are_those_that_were_written() -> None:
    deps = [b"\x01" * 32, b"\x02" * 32]
    note = (9, BOB)
    ops = [
        put((20, ANN), value="héé", pred=((3, ANN), (3, BOB))),
        Op((21, ANN), note, (4, BOB), True, c.SET, "😀", ()),
        Op((22, ANN), note, ROOT_ID, True, c.SET, "x", ()),
        Op((23, ANN), note, (5, BOB), False, c.DELETE, None, ((5, BOB),)),
        Op((24, ANN), ROOT_ID, "gone", False, c.DELETE, None, ((8, ANN),)),
        Op((25, ANN), ROOT_ID, "m", False, c.MAKE_MAP, None, ()),
    ]
    decoded = decode_change(encode_change(ANN, 7, deps, ops))
    assert (decoded.actor, decoded.seq, decoded.deps) == (ANN, 7, tuple(deps))
    assert (decoded.start_op, decoded.max_op, decoded.time, decoded.message) == (20, 25, 0, None)
    assert decoded.ops == tuple(ops)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.binary(max_size=20)
)


@given(st.lists(st.tuples(st.text("abc", min_size=1, max_size=4), SCALARS), min_size=1, max_size=20))
def test_every_value_comes_back(fields: list[tuple[str, c.Scalar]]) -> None:
    ops = [put((5 + index, ANN), key, value) for index, (key, value) in enumerate(fields)]
    decoded = decode_change(encode_change(ANN, 1, [], ops))
    assert [repr(op.value) for op in decoded.ops] == [repr(value) for _, value in fields]
    assert [op.key for op in decoded.ops] == [key for key, _ in fields]


@given(st.integers(0, 2**32 - 1), st.data())
def test_DOC_1_mutated_changes_are_refused_or_mean_one_thing(seed: int, data: st.DataObject) -> None:
    """P8: whatever the bytes, with a true checksum: ProtocolError, or the one encoding of what was read."""
    chunks = CORPUS[seed % len(CORPUS)]
    body = bytearray(body_of(chunks))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(body) - 1))
        kind = data.draw(st.integers(0, 3))
        if kind == 0:
            body[at] ^= 1 << data.draw(st.integers(0, 7))
        elif kind == 1:
            body[at] = data.draw(st.integers(0, 255))
        elif kind == 2:
            body.insert(at, data.draw(st.integers(0, 255)))
        elif len(body) > 1:
            del body[at]
    chunk = rechecked(bytes(body))
    try:
        decoded = decode_change(chunk)
    except ProtocolError:
        return
    if decoded.time == 0 and decoded.message is None:
        assert encode_change(decoded.actor, decoded.seq, decoded.deps, decoded.ops) == chunk


@given(st.binary(max_size=200))
def test_P8_any_bytes_are_refused_as_a_protocol_error(data: bytes) -> None:
    for chunk in (data, c.MAGIC + data, rechecked(data)):
        with pytest.raises(ProtocolError):
            decode_change(chunk)


def refused(chunk: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_change(chunk)


def test_a_wrong_checksum_type_length_or_size_is_refused() -> None:
    chunk = encode_change(ANN, 1, [], [put((1, ANN))])
    decode_change(chunk)
    for at in range(len(chunk)):
        refused(chunk[:at] + bytes([chunk[at] ^ 1]) + chunk[at + 1 :])
    refused(chunk + b"\x00")
    refused(chunk[:-1])
    refused(b"")
    refused(encode_change(ANN, 1, [], [put((1, ANN), value="x" * c.MAX_CHUNK)]))


def test_P8_a_compressed_chunk_is_refused() -> None:
    chunk = encode_change(ANN, 1, [], [put((1, ANN))])
    refused(chunk[:8] + b"\x02" + chunk[9:])


BAD_OPS: dict[str, list[Op]] = {
    "no value type of Kring's": [put((1, ANN), value=2**53 + 1)],
    "not a number": [put((1, ANN), value=float("nan"))],
    "infinite": [put((1, ANN), value=float("inf"))],
    "unknown action": [Op((1, ANN), ROOT_ID, "k", False, 2, None, ())],
    "increment": [Op((1, ANN), ROOT_ID, "k", False, 5, 1, ())],
    "delete of nothing": [Op((1, ANN), ROOT_ID, "k", False, c.DELETE, None, ())],
    "value in a delete": [Op((2, ANN), ROOT_ID, "k", False, c.DELETE, 1, ((1, ANN),))],
    "text in the root": [Op((1, ANN), ROOT_ID, ROOT_ID, True, c.SET, "x", ())],
    "two characters": [Op((9, ANN), (1, ANN), ROOT_ID, True, c.SET, "xy", ())],
    "no character": [Op((9, ANN), (1, ANN), ROOT_ID, True, c.SET, "", ())],
    "number in a text": [Op((9, ANN), (1, ANN), ROOT_ID, True, c.SET, 1, ())],
    "map in a text": [Op((9, ANN), (1, ANN), ROOT_ID, True, c.MAKE_MAP, None, ())],
    "set in a text": [Op((9, ANN), (1, ANN), (2, ANN), False, c.SET, "x", ((2, ANN),))],
    "delete of another": [Op((9, ANN), (1, ANN), (2, ANN), False, c.DELETE, None, ((3, ANN),))],
    "inserted key": [Op((1, ANN), ROOT_ID, "k", True, c.SET, "x", ())],
    "predecessors unsorted": [put((9, ANN), pred=((3, ANN), (2, ANN)))],
    "predecessor twice": [put((9, ANN), pred=((3, ANN), (3, ANN)))],
    "predecessor to come": [put((9, ANN), pred=((9, ANN),))],
    "object to come": [Op((9, ANN), (10, BOB), "k", False, c.SET, 1, ())],
    "long key": [put((1, ANN), key="k" * 1001)],
    "counter of more than 32 bits": [put((2**32, ANN))],
    "no operation number": [put((0, ANN))],
    "twice the same character": [
        Op((9, ANN), (1, ANN), (2, ANN), False, c.DELETE, None, ((2, ANN),)),
        Op((10, ANN), (1, ANN), (2, ANN), False, c.DELETE, None, ((2, ANN),)),
    ],
}


@pytest.mark.parametrize("ops", BAD_OPS.values(), ids=BAD_OPS)
def test_DOC_3_what_kring_does_not_write_is_refused(ops: list[Op]) -> None:
    refused(encode_change(ANN, 1, [], ops))


def test_an_actor_of_another_length_or_order_is_refused() -> None:
    refused(encode_change(b"short", 1, [], [put((1, b"short"))]))
    two = encode_change(ANN, 1, [], [put((9, ANN), pred=((3, BOB), (3, b"c" * 16)))])
    decode_change(two)
    body = body_of(two)
    refused(rechecked(body.replace(BOB, b"d" * 16)))
    refused(rechecked(body.replace(BOB, ANN)))


def test_dependencies_out_of_order_are_refused() -> None:
    chunk = encode_change(ANN, 1, [b"\x01" * 32, b"\x02" * 32], [put((1, ANN))])
    decode_change(chunk)
    body = body_of(chunk)
    refused(rechecked(body.replace(b"\x01" * 32, b"\x02" * 32)))
    refused(rechecked(body.replace(b"\x01" * 32, b"\x03" * 32)))


def _with_column(column: int, raw: bytes) -> bytes:
    """A change of one put, with one more column."""
    chunk = encode_change(ANN, 1, [], [put((1, ANN))])
    body = body_of(chunk)
    at = 1 + 1 + 16 + 1 + 1 + 1 + 1 + 1
    count, start = read_uleb(body, at, len(body))
    out = bytearray(body[:at])
    write_uleb(out, count + 1)
    end = start + 2 * count
    out += body[start:end] + bytes([column & 0x7F | 0x80, column >> 7] if column > 0x7F else [column])
    write_uleb(out, len(raw))
    return rechecked(bytes(out) + body[end:] + raw)


@pytest.mark.parametrize("column", [0x94, 0xA5, 0x78, 0x7F])
def test_DOC_3_columns_of_marks_compression_and_others_are_refused(column: int) -> None:
    refused(_with_column(column, b"\x01"))


def test_DOC_1_the_root_written_out_is_refused() -> None:
    body = body_of(encode_change(ANN, 1, [], [put((9, ANN), pred=((3, ANN),))]))
    at = 1 + 1 + 16 + 1 + 1 + 1 + 1 + 1
    count = body[at]
    end = at + 1 + 2 * count
    columns = bytes([count + 1, c.OBJ_COUNTER, 2]) + body[at + 1 : end]
    refused(rechecked(body[:at] + columns + b"\x7f\x00" + body[end:]))
    fine = bytes([count + 2, c.OBJ_ACTOR, 2, c.OBJ_COUNTER, 2]) + body[at + 1 : end]
    decode_change(rechecked(body[:at] + fine + b"\x7f\x00\x7f\x02" + body[end:]))


def test_bytes_after_the_columns_are_refused() -> None:
    refused(rechecked(body_of(encode_change(ANN, 1, [], [put((1, ANN))])) + b"\x00"))


def _many(action: int, count: int) -> bytes:
    """A tiny change whose columns say `count` equal operations."""

    def run(value: int) -> bytes:
        out = bytearray()
        write_leb(out, count)
        out.append(value)
        return bytes(out)

    def unsigned(value: int) -> bytes:
        out = bytearray()
        write_uleb(out, value)
        return bytes(out)

    columns = [
        (c.KEY_STRING, run(1) + b"k"), (c.INSERT, unsigned(count)), (c.ACTION, run(action)),
        (c.VALUE_META, run(0)), (c.PRED_COUNT, run(0)),
    ]  # fmt: skip
    body = bytearray(b"\x00\x10" + ANN + b"\x01\x01\x00\x00\x00")
    body.append(len(columns))
    for column, raw in columns:
        write_uleb(body, column)
        write_uleb(body, len(raw))
    return rechecked(bytes(body) + b"".join(raw for _, raw in columns))


@pytest.mark.parametrize("count", [1_000, 50_000, 50_001, 2**40])
def test_DOC_2_runs_that_stand_for_very_many_operations_are_refused(count: int) -> None:
    decode_change(_many(c.MAKE_MAP, 30))
    refused(_many(c.MAKE_MAP, count))


def test_ids_are_written_as_the_port_writes_them() -> None:
    for opid in (ROOT_ID, (1, ANN), (2**32 - 1, b"\x00" * 16)):
        assert parse_opid(opid_text(opid)) == opid


CORPUS = [chunk for seed in range(3) for chunk in engine_changes(seed)]
