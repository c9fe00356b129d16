"""Snapshots of a shared case: made, vouched for, pruned for and taken in, with real devices and a relay."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterable
from typing import Any

import pytest

from kring.cases.case import Case
from kring.cases.snapshotting import Snapshotting
from kring.cases.wholes import Taken
from kring.documents.change import decode_change
from kring.documents.handle import Handle
from kring.errors import ProtocolError, StoreCorrupt, StoreError
from kring.sharing.actor import actor_id
from kring.sharing.envelope import parse_envelope
from kring.sharing.gate import Chain
from kring.sharing.membership import Offered
from kring.sharing.provenance import Held, Source
from kring.sharing.records import Ends
from kring.sharing.snapshots import Whole
from kring.sync.messages import ServerFrame, Snapshot
from tests.simulation.engines import PlatformCrdt
from tests.simulation.world import World
from tests.unit.cases.people import BOTH, add, names, own_case, pair, reopened
from tests.unit.cases.test_recovery import recovered
from tests.unit.documents.test_saved import bomb, zlib_bomb

DUE = 5


def mensen(case: Case) -> Any:
    found = case._engine.document_of("mensen")
    assert found is not None
    return found


def heads(case: Case) -> tuple[bytes, ...]:
    return mensen(case).handle.heads  # type: ignore[no-any-return]


def confirmed(case: Case) -> bytes:
    known = case._engine.ledger.membership.confirmed.get(mensen(case).id)
    return known.hash if known is not None else b""


def rows(case: Case) -> list[int]:
    """The numbers of the envelopes that are stored of mensen, chain by chain."""
    engine, document = case._engine, mensen(case)
    return [
        int.from_bytes(wire[70:78]) for _, wire in engine.store.envelopes.after(engine.number, document.id, 0)
    ]


def make_due(*cases: Case) -> None:
    for case in cases:
        case._snapshotting._due = DUE
        case._look_after()


async def edited(world: World, case: Case, *people: str) -> None:
    for name in people:
        await add(case, name)
    await world.synced(case)


async def pruned(world: World, case: Case, *others: Case) -> bytes:
    """Have a snapshot made, confirmed, and acted upon everywhere."""
    before = confirmed(case)
    make_due(case, *others)
    everybody = (case, *others)
    await world.until(lambda: all(confirmed(each) not in (b"", before) for each in everybody))
    newest = confirmed(case)

    def done(one: Case) -> bool:
        covers = one._engine.ledger.membership.confirmed[mensen(one).id].covers
        ends = {(device, epoch): seq for device, each in covers.items() for epoch, seq, _ in each}
        return {chain: len(held) for chain, held in mensen(one).past.items()} == ends

    await world.until(lambda: all(map(done, everybody)))
    for each in everybody:
        each._snapshotting._due = 2_000
        each._look_after()
    return newest


async def test_P7_a_joiner_after_pruning_has_equal_heads(world: World) -> None:
    anna, bas = await pair(world)
    await edited(world, anna, *(f"mens {number}" for number in range(4)))
    await edited(world, bas, *(f"vriend {number}" for number in range(4)))
    await world.synced(anna, bas)
    await pruned(world, anna, bas)
    held = await world.station.relay.store.pruned(anna._engine.case, mensen(anna).id)
    assert held > 0
    await edited(world, bas, "na het snoeien")
    cas = await world.share(anna, await world.device("Cas"), BOTH)
    await world.until(lambda: "mensen" in cas.documents and heads(cas) == heads(anna))
    assert names(cas) == names(anna) == names(bas)
    await world.synced(anna, bas, cas)
    await edited(world, cas, "van Cas")
    await world.until(lambda: heads(anna) == heads(bas) == heads(cas))
    assert mensen(cas).past == mensen(anna).past


async def ready(world: World) -> tuple[Case, Case]:
    """Anna's case with Bas, with some edits of both."""
    anna, bas = await pair(world)
    await edited(world, anna, *(f"mens {number}" for number in range(4)))
    await edited(world, bas, *(f"vriend {number}" for number in range(4)))
    await world.until(lambda: heads(anna) == heads(bas))
    return anna, bas


async def test_P6_CAS_54_phones_drop_what_a_confirmed_snapshot_stands_for_and_open_from_it(
    world: World,
) -> None:
    anna, bas = await ready(world)
    people, before = names(anna), {case: rows(case) for case in (anna, bas)}
    await pruned(world, anna, bas)
    for case, device in zip((anna, bas), world.devices, strict=True):
        kept = rows(case)
        assert len(kept) < len(before[case])
        assert set(map(len, mensen(case).past.values())) <= set(kept)
        document, known = mensen(case).id, heads(case)
        again = await reopened(device, case)
        assert heads(again) == known
        assert names(again) >= people
        assert mensen(again).id == document
        assert mensen(again).past == mensen(case).past
        await edited(world, again, f"na {device.name}")


async def test_P6_a_second_snapshot_is_made_of_a_pruned_document_and_confirmed_by_a_joiner(
    world: World,
) -> None:
    anna, bas = await ready(world)
    first = await pruned(world, anna, bas)
    cas = await world.share(anna, await world.device("Cas"), BOTH)
    await world.until(lambda: BOTH.keys() <= cas.documents.keys() and heads(cas) == heads(anna))
    await edited(world, cas, *(f"van Cas {number}" for number in range(6)))
    await world.until(lambda: heads(anna) == heads(bas) == heads(cas))
    second = await pruned(world, anna, bas, cas)
    assert second != first
    dora = await world.share(anna, await world.device("Dora"), BOTH)
    await world.until(lambda: "mensen" in dora.documents and heads(dora) == heads(anna))
    assert names(dora) == names(anna)


async def test_P6_CAS_51_who_was_away_keeps_unsent_edits_when_a_snapshot_comes(world: World) -> None:
    anna, bas = await ready(world)
    cas = await world.share(anna, away := await world.device("Cas"), BOTH)
    await world.until(lambda: "mensen" in cas.documents and heads(cas) == heads(anna))
    await world.synced(anna, bas, cas)
    away.air.fall()
    await add(cas, "niet verstuurd")
    await edited(world, anna, *(f"later {number}" for number in range(4)))
    await edited(world, bas, *(f"ook later {number}" for number in range(4)))
    await pruned(world, anna, bas)
    cas = await reopened(away, cas)
    assert "niet verstuurd" in names(cas)
    away.air.rise()
    away.running.wake()
    await world.until(lambda: heads(anna) == heads(bas) == heads(cas) and "niet verstuurd" in names(anna))
    assert not cas._engine.description.restored
    await world.until(lambda: mensen(cas).past == mensen(anna).past)


async def test_P6_P7_a_document_is_built_anew_upon_its_snapshot_after_a_removal(world: World) -> None:
    """CAS-53: what Bas wrote stays where the snapshot holds it; what he wrote past the cut goes."""
    anna, bas = await ready(world)
    cas = await world.share(anna, await world.device("Cas"), BOTH)
    await world.until(lambda: "mensen" in cas.documents and heads(cas) == heads(anna))
    await world.synced(anna, bas, cas)
    await pruned(world, anna, bas, cas)
    await edited(world, bas, "voor de knip")
    await world.until(lambda: heads(anna) == heads(bas) == heads(cas))
    member = next(each.id for each in anna.members if each.name == "Bas")
    world.devices[1].air.fall()
    await add(bas, "na de knip")
    engine, document = bas._engine, mensen(bas)
    chain = (bas._engine.keys.id, document.gate.frontier and max(e for d, e in document.gate.frontier))
    wire = engine.store.envelopes.at(engine.number, document.id, *chain, document.gate.last(*chain).seq)
    assert wire is not None
    await cas._engine.take_events(mensen(cas).id, mensen(cas).cursor, (wire,))
    assert "na de knip" in names(cas)
    await anna.remove(member)
    await world.until(lambda: "na de knip" not in names(cas) and heads(cas) == heads(anna), 600)
    assert {"voor de knip", "vriend 3", "mens 3"} <= names(cas)
    cas = await reopened(world.devices[2], cas)
    assert heads(cas) == heads(anna)
    assert mensen(cas).past == mensen(anna).past


async def test_P3_CAS_55_who_made_what_is_told_while_everybody_writes(world: World) -> None:
    """While envelopes come in, own edits are sealed, and a snapshot takes the place of what came before."""
    anna, bas = await ready(world)
    make_due(anna, bas)

    async def write() -> None:
        for number in range(3 * DUE):
            await add(bas, f"van Bas {number}")
            await add(anna, f"van Anna {number}")
            await world.synced(anna, bas)

    writing = asyncio.ensure_future(write())
    looks = [0]
    while not writing.done():
        looks.append(len([each for each in await anna.made() if each.kind == "mensen"]))
        await asyncio.sleep(0)
    await writing
    assert looks == sorted(looks)
    assert len(set(looks)) > DUE


async def test_P3_CAS_55_who_made_what_when_is_proved_the_same_before_and_after_pruning(world: World) -> None:
    anna, bas = await ready(world)
    before = [each for each in await anna.made() if each.kind == "mensen"]
    assert {each.name for each in before} == {"Anna", "Bas"}
    await pruned(world, anna, bas)
    assert [each for each in await anna.made() if each.kind == "mensen"] == before
    cas = await world.share(anna, await world.device("Cas"), BOTH)
    await world.until(lambda: {"kring", "mensen"} <= cas.documents.keys() and heads(cas) == heads(anna))
    assert [each for each in await cas.made() if each.kind == "mensen"] == before
    document = mensen(cas)
    chain = next(iter(document.past))
    held = document.past[chain]
    document.past = {**document.past, chain: (held[0]._replace(time=held[0].time + 1), *held[1:])}
    with pytest.raises(StoreCorrupt):
        await cas.made()


# Snapshots that are false.


async def honest(case: Case) -> tuple[Whole, dict[Chain, bytes], dict[bytes, Ends]]:
    """What this device would offer: the whole, the ends, and what it covers."""
    engine, document = case._engine, mensen(case)
    frontier = document.gate.frontier
    past = case._snapshotting._past
    chains = await past.gather(
        document.id, document.past, {chain: each.seq for chain, each in frontier.items()}
    )
    at = engine.store.envelopes.at
    ends = {
        chain: at(engine.number, document.id, chain[0], chain[1], each.seq) or b""
        for chain, each in frontier.items()
    }
    covers: dict[bytes, Ends] = {}
    for (device, epoch), last in sorted(frontier.items()):
        covers[device] = (*covers.get(device, ()), (epoch, last.seq, last.hash))
    return Whole(document.handle.saved(), chains), ends, covers


async def read(case: Case, by: Case, whole: Whole, ends: Iterable[bytes], covers: dict[bytes, Ends]) -> Taken:
    """What `case` makes of this snapshot, sealed and signed by the device of `by`, which the log names."""
    document = mensen(case).id
    envelope = await by._snapshotting._sealed(document, whole.saved, whole.chains)
    offered = Offered(by._engine.keys.id, envelope.hash, covers)
    frame = Snapshot(document, 0, envelope.wire, tuple(ends))
    return await case._engine.wholes.read(case._engine.ledger.membership, offered, frame)


def less(case: Case, count: int) -> bytes:
    """The document without its last changes, saved."""
    crdt = PlatformCrdt().new()
    chunks = mensen(case).handle.changes()[:-count]
    known: set[bytes] = set()
    for chunk in chunks:
        change = decode_change(chunk)
        known = (known - set(change.deps)) | {change.hash}
    crdt.apply(chunks, tuple(known))
    return crdt.save()


async def test_P3_an_honest_snapshot_holds_and_makes_the_same_document(world: World) -> None:
    anna, bas = await ready(world)
    whole, ends, covers = await honest(anna)
    taken = await read(bas, anna, whole, ends.values(), covers)
    assert taken.handle.heads == heads(bas)
    assert taken.handle.view == mensen(bas).handle.view


ATTACKS = (
    "left_out", "left_out_with_chains", "made_up", "moved", "re_timed", "swapped", "unchained",
    "end_withheld", "end_twice", "earlier_end", "bent_end", "other_document", "nothing", "garbage", "bomb",
)  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
async def test_P3_P8_CAS_50_a_false_snapshot_is_never_applied(world: World, attack: str) -> None:
    """By a device that may make snapshots, with the true key: one thing in it is not so."""
    anna, bas = await ready(world)
    whole, given, covers = await honest(anna)
    chains, ends, saved = dict(whole.chains), dict(given), whole.saved
    one, other = next(iter(chains)), list(chains)[1]
    extra: list[bytes] = []
    if attack == "left_out":
        saved = less(anna, 1)
    elif attack == "left_out_with_chains":
        saved = less(anna, 1)
        last = decode_change(mensen(anna).handle.changes()[-1]).actor
        for chain, held in chains.items():
            if actor_id(mensen(anna).id, *held[-1].source) == last:
                rest = (
                    held[:-1]
                    if held[-1].number == 1
                    else (*held[:-1], held[-1]._replace(number=held[-1].number - 1))
                )
                chains[chain] = rest
    elif attack == "made_up":
        handle = Handle(PlatformCrdt(), "mensen", actor_id(mensen(anna).id, other[0], b"n" * 16))
        handle.receive(mensen(anna).handle.changes())
        handle.change("x", lambda edit: edit.create_map(("people", "verzonnen")))
        saved = handle.saved()
        chains[other] = (*chains[other], Held(Source(other[0], b"n" * 16), 1, 1, 1))
    elif attack == "moved":
        chains[one] = (*chains[one], chains[other][-1])
        chains[other] = chains[other][:-1]
    elif attack == "re_timed":
        chains[one] = (chains[one][0]._replace(time=chains[one][0].time - 1000), *chains[one][1:])
    elif attack == "swapped":
        chains[one] = (*chains[one][:-2], chains[one][-1], chains[one][-2])
    elif attack == "unchained":
        chains = {one: chains[one]}
    elif attack == "end_withheld":
        del ends[one]
    elif attack == "end_twice":
        extra = [ends[one]]
    elif attack == "earlier_end":
        engine = anna._engine
        ends[one] = engine.store.envelopes.at(engine.number, mensen(anna).id, *one, 1) or b""
        seq, name = 1, parse_envelope(ends[one]).hash
        covers = {**covers, one[0]: ((one[1], seq, name),)}
    elif attack == "bent_end":
        ends[one] = ends[one][:-1] + bytes([ends[one][-1] ^ 1])
        covers = {
            **covers,
            one[0]: ((one[1], parse_envelope(ends[one]).header.seq, parse_envelope(ends[one]).hash),),
        }
    elif attack == "other_document":
        saved = anna._engine.by_kind["relatiekaart"].saved()
    elif attack == "nothing":
        saved = PlatformCrdt().new().save()
    elif attack == "garbage":
        saved = saved[:40] + bytes(200) + saved[240:]
    elif attack == "bomb":
        saved = bomb(8, zlib_bomb())
    before, stored = heads(bas), rows(bas)
    with pytest.raises(ProtocolError):
        await read(bas, anna, Whole(saved, chains), [*ends.values(), *extra], covers)
    assert (heads(bas), rows(bas)) == (before, stored)


async def test_P4_a_snapshot_by_another_than_the_log_names_is_refused(world: World) -> None:
    anna, bas = await ready(world)
    whole, ends, covers = await honest(anna)
    document = mensen(anna).id
    envelope = await bas._snapshotting._sealed(document, whole.saved, whole.chains)
    frame = Snapshot(document, 0, envelope.wire, tuple(ends.values()))
    offered = Offered(anna._engine.keys.id, envelope.hash, covers)
    with pytest.raises(ProtocolError):
        await anna._engine.wholes.read(anna._engine.ledger.membership, offered, frame)
    assert not bas._snapshotting._may_make(mensen(bas))


async def test_P3_P6_who_is_asked_to_confirm_a_false_snapshot_names_it_and_nothing_is_pruned(
    world: World,
) -> None:
    """Anna's app leaves an edit of Bas out, with chains to match: it opens, and is not what Bas knows."""
    anna, bas = await ready(world)
    maker = anna._snapshotting
    sealed = maker._sealed

    async def lying(document: bytes, saved: bytes, chains: Any) -> Any:
        return await sealed(document, less(anna, 1), chains)

    maker._sealed = lying  # type: ignore[method-assign]
    make_due(anna)
    await world.until(lambda: mensen(bas).id in bas._engine.ledger.membership.snapshots)
    await world.until(lambda: bas._engine.refusal == "false_snapshot")
    assert confirmed(anna) == confirmed(bas) == b""
    assert await world.station.relay.store.pruned(anna._engine.case, mensen(anna).id) == 0


@pytest.mark.parametrize("trick", ["withhold_end", "old", "bent"])
async def test_P7_a_relay_that_bends_a_snapshot_is_named_and_after_it_heals_all_is_there(
    world: World, trick: str
) -> None:
    anna, bas = await ready(world)
    await pruned(world, anna, bas)
    engine = anna._engine
    store, document = world.station.relay.store, mensen(anna).id
    old = await world.station.relay.wholes.confirmed(engine.case, document)
    assert old is not None
    if trick == "old":
        await edited(world, anna, *(f"meer {number}" for number in range(6)))
        await world.until(lambda: heads(anna) == heads(bas))
        await pruned(world, anna, bas)
    assert await store.pruned(engine.case, document) > 0

    def tamper(frame: ServerFrame) -> ServerFrame | None:
        if not isinstance(frame, Snapshot):
            return frame
        if trick == "old":
            return old
        if trick == "bent":
            return dataclasses.replace(frame, envelope=frame.envelope[:-1] + b"?")
        return dataclasses.replace(frame, ends=frame.ends[1:])

    world.station.tamper = tamper
    cas = await world.share(anna, await world.device("Cas"), BOTH)
    await world.until(lambda: cas._engine.refusal == "false_snapshot")
    assert "mensen" not in cas.documents
    world.station.tamper = lambda frame: frame
    await world.until(lambda: "mensen" in cas.documents and heads(cas) == heads(anna), 900)
    await world.until(lambda: cas.status.sync == "synced")


# Crashes.


@pytest.mark.parametrize("late", [False, True])
async def test_P6_a_kill_while_a_snapshot_is_taken_in_leaves_all_or_nothing(world: World, late: bool) -> None:
    anna, bas = await ready(world)
    await pruned(world, anna, bas)
    device = await world.device("Cas")
    cas = await world.share(anna, device, BOTH)
    engine = cas._engine
    keep = engine._taking_in._keep
    killed = []

    async def dying(*given: Any) -> None:
        if late:
            await keep(*given)
        killed.append(1)
        raise StoreError("killed")

    if "mensen" not in cas.documents:
        engine._taking_in._keep = dying  # type: ignore[method-assign, assignment]
        await world.until(lambda: killed)
    cas = await reopened(device, cas)
    await world.until(lambda: "mensen" in cas.documents and heads(cas) == heads(anna))
    assert names(cas) == names(anna)
    assert mensen(cas).past == mensen(anna).past


async def test_P6_P12_a_full_disk_while_letting_go_loses_nothing(world: World) -> None:
    anna, bas = await ready(world)
    bas._snapshotting.prune = lambda: asyncio.sleep(0)  # type: ignore[method-assign]
    make_due(anna)
    await world.until(lambda: confirmed(anna) != b"" and confirmed(bas) != b"")
    device, before = world.devices[1], rows(bas)
    device.file.full = True
    with pytest.raises(StoreError):
        await Snapshotting.prune(bas._snapshotting)
    assert rows(bas) == before
    assert not mensen(bas).past
    device.file.full = False
    again = await reopened(device, bas)
    assert names(again) == names(anna)
    await world.until(lambda: mensen(again).past and len(rows(again)) < len(before))
    assert heads(again) == heads(anna)


async def test_P7_CAS_52_who_is_alone_confirms_their_own_copy_and_prunes(world: World) -> None:
    anna = await own_case(await world.device("Anna"))
    await world.synced(anna)
    await edited(world, anna, *(f"mens {number}" for number in range(8)))
    before = names(anna)
    await pruned(world, anna)
    again = await reopened(world.devices[0], anna)
    assert names(again) == before
    await world.synced(again)
    bas = await world.share(again, await world.device("Bas"), BOTH)
    await world.until(lambda: "mensen" in bas.documents and heads(bas) == heads(again))


async def test_P11_a_sheet_restores_a_case_that_was_pruned(world: World) -> None:
    anna, bas = await ready(world)
    sheet = await anna.recovery_sheet()
    await pruned(world, anna, bas)
    await edited(world, bas, "na het snoeien")
    await world.until(lambda: heads(anna) == heads(bas))
    known, people = heads(anna), names(anna)
    await world.devices[0].crash()
    again = await recovered(world, await world.device("nieuwe telefoon"), sheet.qr)
    assert heads(again) == known
    assert names(again) == people
    made = [each for each in await again.made() if each.kind == "mensen"]
    assert {each.name for each in made} == {"Anna", "Bas"}
    await edited(world, again, "verder")
    await world.until(lambda: "verder" in names(bas))
