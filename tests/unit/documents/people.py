"""Handles on a small document of people, and the bytes that go between them."""

from __future__ import annotations

from collections.abc import Sequence

from kring.documents.crdt import Crdt
from kring.documents.edit import Edit
from kring.documents.handle import Handle
from kring.platform.cpython.crdt import CpythonCrdt

KIND = "mensen"


def start(edit: Edit) -> None:
    """Two people, each with a name and a note."""
    edit.create_map(("people",))
    for pid in ("p0", "p1"):
        edit.create_map(("people", pid))
        edit.put(("people", pid, "name"), f"naam {pid}")
        edit.create_text(("people", pid, "note"), "over deze persoon")


class Replica:
    """A handle, and the own changes that it has not sent yet."""

    def __init__(self, handle: Handle) -> None:
        self.handle = handle
        self.outbox: list[bytes] = []
        handle.on_local = self.outbox.append

    def take(self) -> list[bytes]:
        out, self.outbox[:] = list(self.outbox), []
        return out

    def name(self, pid: str = "p0") -> object:
        return self.handle.view["people"][pid]["name"]  # type: ignore[index,call-overload]

    def note(self, pid: str = "p0") -> object:
        return self.handle.view["people"][pid]["note"]  # type: ignore[index,call-overload]


def replicas(names: Sequence[bytes], crdts: Sequence[Crdt] = ()) -> list[Replica]:
    """Handles with the same first change, one for each actor letter."""
    engines = list(crdts) or [CpythonCrdt()] * len(names)
    first = Handle.create(engines[0], KIND, names[0] * 16, start)
    out = [Replica(first)]
    chunks = all_changes(first)
    for name, engine in zip(names[1:], engines[1:], strict=True):
        handle = Handle(engine, KIND, name * 16)
        assert not handle.receive(chunks).refused
        out.append(Replica(handle))
    return out


def all_changes(handle: Handle) -> list[bytes]:
    """Every change of a document, read from its saved form."""
    return CpythonCrdt().load(handle.saved()).changes()


def exchange(*everyone: Replica) -> None:
    """Everybody gets what the others have made."""
    sent = [(replica, replica.take()) for replica in everyone]
    for author, chunks in sent:
        for replica in everyone:
            if replica is not author:
                receipt = replica.handle.receive(chunks)
                assert not receipt.refused
    assert len({replica.handle.heads for replica in everyone}) == 1


def assert_same(*everyone: Replica | Handle) -> None:
    """Equal heads, views and conflicts (DOC-9)."""
    handles = [each.handle if isinstance(each, Replica) else each for each in everyone]
    for handle in handles[1:]:
        assert handle.heads == handles[0].heads
        assert handle.view == handles[0].view
        assert handle.conflicts == handles[0].conflicts
