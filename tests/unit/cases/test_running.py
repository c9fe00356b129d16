"""A case on one device: saved, killed, full, locked, thrown away (CAS-1 to CAS-4, CAS-7, CAS-11; P6, P12)."""

from __future__ import annotations

import pytest

from kring.cases.engine import SNAPSHOT_LEAST
from kring.cases.shapes import Preferences
from kring.errors import BadInput, NetworkError, NotAllowed, StoreCorrupt, StoreFull, WrongPassphrase
from kring.phases.netwerkatlas.mensen.commands import AddPerson, RenamePerson
from kring.sharing.envelope import parse_envelope
from tests.simulation.world import Device, World
from tests.unit.cases.people import add, names, own_case, pair, reopened


def own_numbers(device: Device) -> dict[bytes, list[int]]:
    """The sequence numbers of all stored envelopes, by document."""
    connection = device.file.connect()
    found: dict[bytes, list[int]] = {}
    for (data,) in connection.execute("SELECT data FROM envelopes ORDER BY id"):
        header = parse_envelope(data).header
        found.setdefault(header.document, []).append(header.seq)
    device.file.crash()
    return found


async def test_P6_CAS_1_what_shows_as_saved_survives_a_kill_at_that_instant(world: World) -> None:
    """P6: thirty kills, each right after the status said so."""
    anna = await world.device("Anna")
    anna.air.fall()
    case = await own_case(anna)
    for number in range(30):
        await case.dispatch(AddPerson(case.new_person_id(), f"Persoon {number}"))
        assert case.status.sync == "saving"
        await world.until(lambda case=case: case.status.sync != "saving")
        case = await reopened(anna, case)
        assert len(names(case)) == number + 1
        assert case.status.unsent == 4 + number + 1


async def test_P6_a_crash_between_persist_and_send_sends_later(world: World) -> None:
    """P6: stored, not sent, killed; at the next start it goes, under the same number."""
    case, shared = await pair(world)
    anna = world.devices[0]
    anna.air.fall()
    await add(case, "Cor")
    case = await reopened(anna, case)
    assert case.status.unsent > 0
    anna.air.rise()
    await world.synced(case, shared)
    assert names(shared) == {"Cor"}


async def test_P6_what_was_sent_and_not_heard_of_goes_again_and_counts_once(world: World) -> None:
    """P6: the relay has it, the acknowledgement was lost."""
    case, shared = await pair(world)
    anna = world.devices[0]
    world.noise.loud, world.noise.only = True, "cut_after_send"
    await add(case, "Cor")
    await world.until(lambda: world.noise.counts["cut_after_send"] > 0)
    world.noise.loud = False
    anna.running.wake()
    await world.synced(case, shared)
    assert names(shared) == names(case) == {"Cor"}
    assert not case.quarantine


async def test_CAS_2_CAS_7_a_full_disk_keeps_the_edit_and_its_number(world: World) -> None:
    anna = await world.device("Anna")
    anna.air.fall()
    case = await own_case(anna)
    anna.file.full = True
    await case.dispatch(AddPerson(case.new_person_id(), "Cor"))
    with pytest.raises(StoreFull):
        await case.save()
    assert case.status.sync == "store_full"
    await case.dispatch(AddPerson(case.new_person_id(), "Ida"))
    await world.run()
    assert case.status.sync == "store_full"
    anna.file.full = False
    await world.until(lambda: case.status.sync == "waiting")
    case = await reopened(anna, case)
    assert names(case) == {"Cor", "Ida"}
    await anna.crash()
    for numbers in own_numbers(anna).values():
        assert numbers == list(range(1, len(numbers) + 1))


async def test_CAS_3_each_start_writes_as_a_new_actor(world: World) -> None:
    anna = await world.device("Anna")
    case = await own_case(anna)
    actors = {case.documents["mensen"].actor}
    for _ in range(3):
        case = await reopened(anna, case)
        actors.add(case.documents["mensen"].actor)
    assert len(actors) == 4


async def test_CAS_4_a_reader_is_refused_before_anything_changes(world: World) -> None:
    """P4 at the honest end: `lezen` on the map, `bijdragen` on the register; one command touches both."""
    case, shared = await pair(world, {"mensen": "bijdragen", "relatiekaart": "lezen"})
    person = await add(case, "Cor")
    await world.synced(case, shared)
    before = {kind: handle.heads for kind, handle in shared.documents.items()}
    with pytest.raises(NotAllowed):
        await shared.dispatch(AddPerson(shared.new_person_id(), "Ida", ring=2))
    assert {kind: handle.heads for kind, handle in shared.documents.items()} == before
    await shared.dispatch(RenamePerson(person, "Cornelis"))
    await shared.save()
    await world.synced(case, shared)
    assert names(case) == {"Cornelis"}
    assert not shared.may_edit("relatiekaart")
    assert not shared.may_edit("kring")
    assert not shared.may_edit("prive")


async def test_CAS_12_STO_10_after_a_good_close_a_snapshot_opens_and_without_it_the_envelopes(
    world: World,
) -> None:
    anna = await world.device("Anna")
    anna.air.fall()
    case = await own_case(anna)
    for number in range(SNAPSHOT_LEAST + 10):
        await case.dispatch(AddPerson(case.new_person_id(), f"Persoon {number}"))
        if number % 3 == 0:
            await case.save()
    before = names(case)
    await anna.running.lock()
    connection = anna.file.connect()
    assert connection.execute("SELECT count(*) FROM snapshots").fetchone()[0] >= 1
    anna.file.crash()
    kring = await anna.start()
    again = await kring.open_case(case.id)
    assert names(again) == before
    heads = again.documents["mensen"].heads
    await anna.crash()
    connection = anna.file.connect()
    connection.execute("DELETE FROM snapshots")
    await anna.file.durable()
    anna.file.crash()
    kring = await anna.start()
    without = await kring.open_case(case.id)
    assert without.documents["mensen"].heads == heads
    assert without.documents["mensen"].view == again.documents["mensen"].view


async def test_undo_goes_out_like_any_edit(world: World) -> None:
    case, shared = await pair(world)
    await add(case, "Cor")
    assert case.undo_label
    await case.undo()
    await case.save()
    await world.synced(case, shared)
    assert names(shared) == set()
    await case.redo()
    await case.save()
    await world.synced(case, shared)
    assert names(shared) == {"Cor"}


async def test_CAS_11_the_example_stays_here_and_can_be_thrown_away(world: World) -> None:
    anna = await world.device("Anna")
    name = await anna.running.open_example()
    case = await anna.running.open_case(name)
    assert case.kind == "example"
    assert len(names(case)) > 15
    assert case.status.sync == "saved"
    assert await anna.running.open_example() == name
    with pytest.raises(NotAllowed):
        await case.invite("Bas", "netwerklid", {"mensen": "lezen"}, 7)
    await world.until(lambda: world.clock.now() > 0, 1)
    assert not world.station.links
    await anna.running.throw_away_example()
    assert anna.running.cases == ()


async def test_CAS_14_a_guest_sees_the_example_and_leaves_nothing(world: World) -> None:
    anna = await world.device("Anna")
    await anna.running.lock()
    before = anna.file.dump()
    kring = anna.running
    kring.visit()
    assert kring.state == "new"
    case = await kring.open_case(await kring.open_example())
    assert len(names(case)) > 15
    with pytest.raises(BadInput):
        await kring.create_case("Kring", "Anna")
    await kring.create_vault("geheim")
    assert kring.state == "open"
    assert kring.cases == ()
    await kring.lock()
    assert anna.file.dump() == before


async def test_P12_lock_forgets_and_a_wrong_passphrase_opens_nothing(world: World) -> None:
    anna = await world.device("Anna")
    case = await own_case(anna)
    await add(case, "Cor")
    await anna.running.lock()
    assert anna.running.state == "locked"
    assert anna.running.cases == ()
    with pytest.raises(WrongPassphrase):
        await anna.running.unlock("anders")
    with pytest.raises(BadInput):
        await anna.running.open_case(case.id)
    await anna.running.unlock("geheim")
    again = await anna.running.open_case(case.id)
    assert names(again) == {"Cor"}
    assert await anna.running.open_case(case.id) is again


async def test_P12_a_damaged_snapshot_or_log_is_told_and_left(world: World) -> None:
    anna = await world.device("Anna")
    anna.air.fall()
    case = await own_case(anna)
    await add(case, "Cor")
    await anna.running.lock()
    for table, column in (("log", "record"), ("keys", "box"), ("envelopes", "data")):
        connection = anna.file.connect()
        row, data = connection.execute(f"SELECT rowid, {column} FROM {table} LIMIT 1").fetchone()
        bent = data[:60] + bytes([data[60] ^ 1]) + data[61:]
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [bent, row])
        await anna.file.durable()
        anna.file.crash()
        await anna.running.unlock("geheim")
        with pytest.raises(StoreCorrupt):
            await anna.running.open_case(case.id)
        await anna.running.lock()
        connection = anna.file.connect()
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [data, row])
        await anna.file.durable()
        anna.file.crash()
    await anna.running.unlock("geheim")
    assert names(await anna.running.open_case(case.id)) == {"Cor"}


async def test_the_recovery_sheet_can_be_asked_for_again_and_its_seed_is_kept_nowhere(world: World) -> None:
    anna = await world.device("Anna")
    case = await own_case(anna)
    await world.synced(case)
    sheet = await case.recovery_sheet()
    assert len(sheet.words) == 9
    assert (await case.recovery_sheet()).words == sheet.words
    case = await reopened(anna, case)
    await world.synced(case)
    fresh = await case.recovery_sheet()
    assert fresh.words != sheet.words
    case = await reopened(anna, case)
    anna.air.fall()
    with pytest.raises(NetworkError):
        await case.recovery_sheet()


async def test_preferences_are_kept_in_the_vault(world: World) -> None:
    anna = await world.device("Anna")
    await anna.running.set_preferences(Preferences("en", "dark", 1.5))
    await anna.running.lock()
    await anna.running.unlock("geheim")
    assert anna.running.preferences == Preferences("en", "dark", 1.5)


async def test_CAS_15_typing_without_a_pause_is_saved_within_a_second(world: World) -> None:
    anna = await world.device("Anna")
    anna.air.fall()
    case = await own_case(anna)
    for number in range(40):
        await case.dispatch(AddPerson(case.new_person_id(), f"Persoon {number}"))
        world.clock.advance(0.05)
        await world.run()
    case = await reopened(anna, case)
    assert len(names(case)) >= 20
