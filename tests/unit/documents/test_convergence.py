"""DOC-9, DOC-12: whatever is done, sent, lost, repeated and restored, all end up with the same."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kring.documents.edit import Edit
from kring.documents.handle import Handle
from kring.errors import DocumentError
from kring.platform.cpython.crdt import CpythonCrdt
from tests.unit.documents.people import Replica, assert_same, replicas

WHO = st.integers(0, 2)
PERSON = st.sampled_from(["p0", "p1", "p2", "p3"])
FIELD = st.sampled_from(["name", "birth"])
VALUE = st.sampled_from(["Oma", "Opa 😀", "", 1, True, 2.5, None])
WORDS = st.lists(st.sampled_from(["deze ", "lieve ", "😀", "over ", "é", "persoon"]), max_size=6).map("".join)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), WHO, PERSON, FIELD, VALUE),
        st.tuples(st.just("write"), WHO, PERSON, WORDS),
        st.tuples(st.just("add"), WHO, PERSON),
        st.tuples(st.just("remove"), WHO, PERSON),
        st.tuples(st.just("undo"), WHO),
        st.tuples(st.just("redo"), WHO),
        st.tuples(st.just("send"), WHO, WHO, st.integers(0, 20)),
        st.tuples(st.just("restore"), WHO),
    ),
    max_size=60,
)


def add(edit: Edit, pid: str) -> None:
    edit.create_map(("people", pid))
    edit.put(("people", pid, "name"), pid)
    edit.create_text(("people", pid, "note"), "over")


class World:
    """Three replicas, and everything that each has ever sent."""

    def __init__(self) -> None:
        self.replicas = replicas([b"a", b"b", b"c"])
        self.sent: list[list[bytes]] = [[], [], []]
        self.sessions = 0

    def do(self, step: tuple[Any, ...]) -> None:
        what, who, *rest = step
        handle = self.replicas[who].handle
        if what == "send":
            to, start = rest
            receipt = self.replicas[to].handle.receive(self.sent[who][start:])
            assert not receipt.refused
        elif what == "restore":
            self.sessions += 1
            actor = bytes([100 + self.sessions]) * 16
            self.replicas[who] = Replica(Handle.restore(CpythonCrdt(), handle.snapshot(), actor))
        elif what == "undo":
            handle.undo()
        elif what == "redo":
            handle.redo()
        else:
            self.edit(handle, what, *rest)
        self.sent[who] += self.replicas[who].take() if what != "restore" else []

    def edit(self, handle: Handle, what: str, pid: str, *rest: Any) -> None:
        try:
            if what == "put":
                handle.change(what, lambda edit: edit.put(("people", pid, rest[0]), rest[1]))
            elif what == "write":
                handle.change(what, lambda edit: edit.set_text(("people", pid, "note"), rest[0]))
            elif what == "add":
                handle.change(what, lambda edit: add(edit, pid))
            else:
                handle.change(what, lambda edit: edit.delete(("people", pid)))
        except DocumentError:
            assert what != "remove"


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_DOC_9_all_replicas_end_up_the_same(steps: list[tuple[Any, ...]]) -> None:
    world = World()
    for step in steps:
        world.do(step)
    for replica in world.replicas:
        for chunks in (world.sent[2], world.sent[0][::-1], world.sent[1]):
            assert not replica.handle.receive(chunks).refused
    assert_same(*world.replicas)
    for replica in world.replicas:
        assert replica.handle.receive([]).waiting == 0
        again = Handle.restore(CpythonCrdt(), replica.handle.snapshot(), b"z" * 16)
        assert_same(again, replica)


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_DOC_17_undoing_everything_alone_gives_the_document_back(steps: list[tuple[Any, ...]]) -> None:
    """Without anybody else: undo to the start and redo to the end, twice."""
    world = World()
    handle = world.replicas[0].handle
    before = handle.view
    for step in steps:
        if step[0] in ("put", "write", "add", "remove"):
            world.edit(handle, step[0], *step[2:])
    after = handle.view
    for _ in range(2):
        while handle.can_undo:
            handle.undo()
        assert handle.view == before
        while handle.can_redo:
            handle.redo()
        assert handle.view == after


@settings(max_examples=100, deadline=None)
@given(WORDS, WORDS, WORDS)
def test_DOC_18_undo_of_words_keeps_every_character_that_the_other_typed(
    first: str, mine: str, theirs: str
) -> None:
    ann, bob = replicas([b"a", b"b"])
    path = ("people", "p0", "note")
    ann.handle.change("x", lambda edit: edit.set_text(path, first))
    bob.handle.receive(ann.take())
    ann.handle.change("x", lambda edit: edit.set_text(path, mine))
    marked = "".join(character + "‹" for character in theirs)
    bob.handle.change("x", lambda edit: edit.set_text(path, str(bob.note()) + marked))
    ann.handle.receive(bob.take())
    ann.handle.undo()
    assert str(ann.note()).count("‹") == len(theirs)
    bob.handle.receive(ann.outbox)
    assert_same(ann, bob)
