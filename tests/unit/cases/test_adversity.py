"""Relays that lie, copies that come back, joiners not let in (CAS-5, 6, 8, 9; P2, P3, P7, P8, P10)."""

from __future__ import annotations

import base64
import zlib

import pytest

from kring.errors import BadInput, InviteExpired, LinkBroken, NetworkError
from kring.phases.netwerkatlas.mensen.commands import DescribePerson, RenamePerson
from kring.sharing.envelope import parse_envelope
from kring.sync.messages import Events, Log, ServerFrame, Welcome
from tests.simulation.world import World
from tests.unit.cases.people import BOTH, add, names, own_case, pair

CANARY = "Kanariegeel Vogelhuisje"


async def test_P7_a_relay_that_is_set_back_is_named_and_nothing_here_is_lost(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    case, shared = await pair(world)
    await add(case, "Cor")
    await world.synced(case, shared)
    backup = tmp_path_factory.mktemp("backup") / "relay"
    await world.station.copy(backup)
    await world.synced(case, shared)
    await add(case, "Ida")
    await world.synced(case, shared)
    await world.station.roll_back(backup)
    await world.until(lambda: case.status.code == shared.status.code == "relay_rollback")
    assert case.status.sync == "problem"
    assert names(case) == names(shared) == {"Cor", "Ida"}


async def test_P7_a_log_that_is_set_back_is_named(world: World) -> None:
    case, shared = await pair(world)

    def shorter(frame: ServerFrame) -> ServerFrame:
        return Welcome(frame.length - 1, frame.time) if isinstance(frame, Welcome) else frame

    world.station.tamper = shorter
    await world.station.restart()
    await world.until(lambda: case.status.code == shared.status.code == "relay_rollback")


async def test_P7_a_log_that_was_rewritten_is_named(world: World) -> None:
    case, shared = await pair(world)

    def rewritten(frame: ServerFrame) -> ServerFrame:
        if isinstance(frame, Log) and frame.records:
            last = frame.records[-1]
            return Log(frame.start, (*frame.records[:-1], last[:-1] + bytes([last[-1] ^ 1])), frame.length)
        return frame

    world.station.tamper = rewritten
    await world.station.restart()
    await world.until(lambda: case.status.code == shared.status.code == "relay_fork")


async def test_P7_an_envelope_that_is_held_back_is_noticed_by_the_next(world: World) -> None:
    """The relay leaves one out and renumbers the rest: the device's own numbers show the gap."""
    case, shared = await pair(world)
    anna = world.devices[0]
    dropped: list[bytes] = []

    def without_one(frame: ServerFrame) -> ServerFrame:
        if isinstance(frame, Events) and frame.envelopes:
            theirs = [each for each in frame.envelopes if parse_envelope(each).header.device == device]
            if theirs and (not dropped or theirs[0] in dropped):
                dropped.append(theirs[0])
                kept = tuple(each for each in frame.envelopes if each != theirs[0])
                return (
                    Events(frame.document, frame.cursor, kept)
                    if kept
                    else Events(frame.document, frame.cursor - 1, ())
                )
        return frame

    device = case._engine.keys.id
    world.devices[1].air.fall()
    world.station.tamper = without_one
    await add(case, "Cor")
    await add(case, "Ida")
    await world.until(lambda: anna.running.cases and case.status.unsent == 0)
    world.devices[1].air.rise()
    shared_before = names(shared)
    world.devices[1].running.wake()
    await world.until(lambda: shared.status.sync == "problem")
    assert shared.status.code in ("relay_gap", "relay_rollback")
    assert names(shared) == shared_before
    world.station.tamper = lambda frame: frame
    await world.station.restart()
    await world.synced(case, shared)
    assert names(shared) == {"Cor", "Ida"}


async def test_P7_any_order_and_any_portions_give_the_same_document(world: World) -> None:
    """CAS-6: what comes too early waits, and is taken when its predecessor comes."""
    case, shared = await pair(world)
    world.devices[1].air.fall()
    document = case._engine.document_of("mensen")
    assert document is not None
    for number in range(12):
        await add(case, f"Persoon {number}")
    wires = [data for _, data in case._engine.store.envelopes.after(case._engine.number, document.id, 0)]
    engine = shared._engine
    for start in range(4):
        await engine.take_events(document.id, 0, tuple(reversed(wires[start::4])))
        await engine.take_events(document.id, 0, tuple(wires[start::4]))
    assert names(shared) == names(case)
    assert not engine.documents[document.id].waiting
    assert engine.store.held.all(engine.number) == []


async def test_P7_P3_a_true_successor_vouches_alike_in_one_portion_or_in_two(world: World) -> None:
    """docs/adr/0007: a bad signature inside a chain that the device goes on signing is judged the same."""
    case, shared = await pair(world)
    others = [await world.device(name) for name in ("Carla", "Dirk")]
    third, fourth = [await world.share(case, device, BOTH) for device in others]
    await world.until(lambda: set(BOTH) <= set(third.documents) and set(BOTH) <= set(fourth.documents))
    for device in world.devices:
        device.air.fall()
    engine = case._engine
    document = engine.document_of("mensen")
    assert document is not None
    await add(case, "Cor")
    odd = engine.sender.outgoing()[-2:]
    odd = [each for each in odd if each.document == document.id]
    bent = odd[0].data[:-1] + bytes([odd[0].data[-1] ^ 1])
    twin = parse_envelope(bent)
    # Anna's device signs on top of the bent envelope, as only she could.
    mine = (engine.keys.id, 1)
    document.gate._frontier[mine] = document.gate.last(*mine)._replace(hash=twin.hash)
    await add(case, "Ida")
    successor = next(each for each in reversed(engine.sender.outgoing()) if each.document == document.id)
    together, apart = shared._engine, third._engine
    await together.take_events(document.id, 0, (bent, successor.data))
    await apart.take_events(document.id, 0, (bent,))
    assert names(third) == set()
    await apart.take_events(document.id, 0, (successor.data,))
    await fourth._engine.take_events(document.id, 0, (successor.data,))
    await fourth._engine.take_events(document.id, 0, (bent,))
    assert names(shared) == names(third) == names(fourth) == {"Cor", "Ida"}
    assert shared.documents["mensen"].heads == third.documents["mensen"].heads


async def test_P3_a_changed_envelope_is_never_taken(world: World) -> None:
    case, shared = await pair(world)
    for device in world.devices:
        device.air.fall()
    await add(case, "Cor")
    engine, document = case._engine, case._engine.document_of("mensen")
    assert document is not None
    wire = next(each.data for each in engine.sender.outgoing() if each.document == document.id)
    for at in range(0, len(wire), 7):
        bent = wire[:at] + bytes([wire[at] ^ 1]) + wire[at + 1 :]
        await shared._engine.take_events(document.id, 0, (bent,))
    assert names(shared) == set()
    await shared._engine.take_events(document.id, 0, (wire,))
    assert names(shared) == {"Cor"}


async def test_P8_a_relay_that_makes_things_up_fills_no_disk_and_stops_nothing(world: World) -> None:
    case, shared = await pair(world)
    engine, document = shared._engine, shared._engine.document_of("mensen")
    assert document is not None
    await add(case, "Cor")
    await world.synced(case, shared)
    rows = [data for _, data in engine.store.envelopes.after(engine.number, document.id, 0)]
    for start in range(3):
        junk = tuple(
            rows[-1][:180] + (start * 1000 + number).to_bytes(4, "big") + rows[-1][184:]
            for number in range(600)
        )
        await engine.take_events(document.id, 0, junk)
    assert len(engine.store.held.all(engine.number)) <= 1_000
    await add(case, "Ida")
    await world.synced(case, shared)
    assert names(shared) == {"Cor", "Ida"}


async def test_P10_CAS_9_a_joiner_reads_nothing_before_being_let_in(world: World) -> None:
    anna, bas = await world.device("Anna"), await world.device("Bas")
    case = await own_case(anna, CANARY)
    await add(case, CANARY)
    await world.synced(case)
    invitation = await case.invite("Bas", "netwerklid", BOTH, 7)
    assert [each.link for each in case.invitations] == [invitation.link]
    name = await bas.running.join(invitation.link, "Bas")
    await world.until(lambda: case.requests)
    with pytest.raises(BadInput):
        await bas.running.open_case(name)
    assert case.invitations == ()
    assert [each.title for each in bas.running.cases] == [""]
    await case.decline(case.requests[0].id)
    await world.run(100)
    assert [each.kind for each in bas.running.cases] == ["joining"]
    assert case.requests == ()
    await bas.running.lock()
    assert CANARY.encode() not in bas.file.dump()


async def test_P10_a_link_is_good_for_one_and_for_a_time(world: World) -> None:
    anna, bas, eva = [await world.device(name) for name in ("Anna", "Bas", "Eva")]
    case = await own_case(anna)
    await world.synced(case)
    invitation = await case.invite("Bas", "netwerklid", BOTH, 7)
    await bas.running.join(invitation.link, "Bas")
    with pytest.raises(InviteExpired):
        await eva.running.join(invitation.link, "Eva")
    assert eva.running.cases == ()
    late = await case.invite("Eva", "professional", BOTH, 1)
    world.clock.advance(2 * 24 * 3600)
    await world.run(50)
    with pytest.raises(InviteExpired):
        await eva.running.join(late.link, "Eva")
    assert eva.running.cases == ()
    for broken in ("", "https://x.example/", invitation.link[:-9], "#/join/" + "A" * 80):
        with pytest.raises(LinkBroken):
            await eva.running.join(broken, "Eva")


async def test_CAS_9_CAS_10_CAS_13_a_join_without_connection_goes_on_by_itself(world: World) -> None:
    anna, bas = await world.device("Anna"), await world.device("Bas")
    case = await own_case(anna)
    await world.synced(case)
    invitation = await case.invite("Bas", "procesbegeleider", BOTH, 7)
    bas.air.fall()
    name = await bas.running.join(invitation.link, "Bas")
    await bas.crash()
    bas.air.rise()
    await bas.start()
    await world.until(lambda: case.requests)
    await case.confirm(case.requests[0].id)
    await world.until(lambda: bas.running.cases[0].kind == "shared")
    shared = await bas.running.open_case(name)
    await world.until(lambda: [member.name for member in shared.members] == ["Anna", "Bas"])
    member = next(each for each in shared.members if each.you)
    assert member.until > world.clock.now()
    assert member.rights == {**BOTH, "kring": "lezen"}
    anna.air.fall()
    with pytest.raises(NetworkError):
        await case.invite("Eva", "netwerklid", BOTH, 7)


async def test_CAS_36_a_join_begun_offline_says_that_its_invite_works_no_more(world: World) -> None:
    anna, bas, eva = [await world.device(name) for name in ("Anna", "Bas", "Eva")]
    case = await own_case(anna)
    await world.synced(case)
    late, used = [await case.invite(name, "netwerklid", BOTH, 1) for name in ("Bas", "Eva")]
    bas.air.fall()
    eva.air.fall()
    late_join = await bas.running.join(late.link, "Bas")
    used_join = await eva.running.join(used.link, "Eva")
    assert [each.problem for each in (*bas.running.cases, *eva.running.cases)] == ["", ""]
    other = await world.device("Otto")
    await other.running.join(used.link, "Otto")
    eva.air.rise()
    await world.until(lambda: eva.running.cases[0].problem == "invite_expired")
    world.clock.advance(2 * 24 * 3600)
    bas.air.rise()
    await world.until(lambda: bas.running.cases[0].problem == "invite_expired")
    await bas.running.give_up(late_join)
    await eva.running.give_up(used_join)
    assert bas.running.cases == eva.running.cases == ()
    with pytest.raises(BadInput):
        await anna.running.give_up(case.id)


def canaries(text: str) -> list[bytes]:
    raw = text.encode()
    return [
        raw,
        raw.hex().encode(),
        base64.b64encode(raw)[:-4],
        base64.urlsafe_b64encode(raw)[:-4],
        raw[::-1],
    ]


def inflated(data: bytes) -> bytes:
    """Whatever in `data` inflates, at any offset."""
    found = b""
    for at in range(len(data)):
        for window in (-15, 15, 31):
            if window == -15 and data[at] & 6 not in (2, 4):
                continue
            try:
                found += zlib.decompressobj(window).decompress(data[at : at + 4096])
            except zlib.error:
                continue
    return found


async def test_P2_a_dump_of_the_locked_phone_shows_no_content_name_or_title(world: World) -> None:
    """P2: raw, hex, base64, reversed, inflated; titles, names, notes, invites, the joiner's side too."""
    anna, bas = await world.device("Anna"), await world.device("Bas")
    title, person, note, me, other = (f"{CANARY} {word}" for word in ("titel", "mens", "nota", "ik", "gast"))
    case = await anna.running.open_case(await anna.running.create_case(title, me))
    one = await add(case, person)
    await case.dispatch(DescribePerson(one, "", note))
    await case.dispatch(RenamePerson(one, f"{person} opnieuw"))
    await case.save()
    await world.synced(case)
    invitation = await case.invite(other, "netwerklid", BOTH, 7)
    joined = await bas.running.join(invitation.link, other)
    await world.until(lambda: case.requests)
    await case.confirm(case.requests[0].id)
    await world.until(lambda: bas.running.cases[0].kind == "shared")
    shared = await bas.running.open_case(joined)
    await world.until(lambda: shared.title == title)
    await case.recovery_sheet()
    await world.synced(case, shared)
    for device in (anna, bas):
        await device.running.lock()
        dump = device.file.dump()
        assert len(dump) > 20_000
        looked_at = dump + inflated(dump)
        for text in (CANARY, "Kanariegeel", "Vogelhuisje"):
            for shape in canaries(text):
                assert shape not in looked_at, (device.name, text)
    assert CANARY.encode() in inflated(b"xx" + zlib.compress(CANARY.encode()))
