"""Who came for what: told to the owner alone, in a chain that a relay cannot rewrite unseen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from kring.errors import ProtocolError
from kring.sharing import access
from kring.sharing.access import FIRST, Entry, encode_entry, read_entries
from kring.sync import messages
from sync_server.access import AccessLog
from sync_server.compose import open_relay
from sync_server.errors import StoreUnavailable
from sync_server.log_store import AppendAccess, AppendRecords, Write
from sync_server.relay import Relay
from sync_server.settings import Settings
from sync_server.sqlite import SqliteLogStore
from tests.support.relay import NOW, Client, Device, Enter, FixedClock, World, found

Guest = tuple[Device, Client]


async def told(client: Client, start: int = 0) -> tuple[tuple[bytes, ...], int]:
    await client.send(messages.AccessGet(start))
    frame = await client.expect(messages.Access)
    assert frame.start == start
    return frame.entries, frame.length


async def test_REL_40_the_owner_reads_who_came_for_what(world: World, guest: Guest, enter: Enter) -> None:
    device, client = guest
    mensen = world.documents["mensen"]
    await client.follow({mensen: 0}, 0)
    await client.stored(await device.write(mensen), await device.write(mensen))
    await client.events(2)
    await client.send(messages.Subscribe({world.documents["prive"]: 0}))
    assert await client.refusal() == "not_allowed"

    entries, length = await told(await enter(world.owner))
    read, _ = read_entries(entries)
    assert length == len(read)
    of_guest = {(each.what, each.document): each.number for each in read if each.who == device.keys.id}
    assert of_guest[access.LOGIN, b""] == 1
    assert of_guest[access.PUT, mensen] == 2
    assert of_guest[access.FETCHED, mensen] == 2
    assert of_guest[access.REFUSED, b""] == 1
    assert {each.time for each in read} == {NOW}
    assert sum(each.number for each in read if each.what == access.APPENDED) == 3


async def test_REL_40_nobody_else_reads_it(guest: Guest) -> None:
    _, client = guest
    await client.send(messages.AccessGet(0))
    assert await client.refusal() == "not_allowed"


async def test_REL_40_it_goes_on_where_it_was_and_each_entry_names_the_one_before(
    world: World, guest: Guest, enter: Enter
) -> None:
    owner = await enter(world.owner)
    before, length = await told(owner)
    device, client = guest
    await client.stored(await device.write(world.documents["mensen"]))
    after, longer = await told(owner, length)
    assert longer == length + len(after)
    assert after
    _, last = read_entries(before)
    read_entries(after, last)
    with pytest.raises(ProtocolError, match="rewritten"):
        read_entries(after)
    whole, _ = await told(owner)
    assert whole == before + after
    for dropped in range(len(whole) - 1):
        with pytest.raises(ProtocolError):
            read_entries(whole[:dropped] + whole[dropped + 1 :])


async def test_REL_40_what_was_noted_is_kept_over_a_restart(tmp_path: Path, world: World) -> None:
    settings = Settings(tmp_path, ("http://relay.test",))
    async with open_relay(settings, SqliteLogStore(tmp_path), FixedClock()) as relay:
        case = world.case
        await relay.store.commit([AppendRecords(case, 0, world.records)])
        relay.access.note(case, access.LOGIN, b"d" * 16)
        relay.access.note(case, access.PUT, b"d" * 16, b"m" * 16, 3)
        relay.access.note(case, access.PUT, b"d" * 16, b"m" * 16, 4)
    store = SqliteLogStore(tmp_path)
    read, _ = read_entries(await store.access(case, 0, 10_000))
    assert [(each.what, each.number) for each in read] == [(access.LOGIN, 1), (access.PUT, 7)]
    await store.close()


def test_SHR_3_odd_entries_are_refused() -> None:
    good = encode_entry(Entry(NOW, access.PUT, b"d" * 16, b"", 2), FIRST)
    assert read_entries([good])[0] == [Entry(NOW, access.PUT, b"d" * 16, b"", 2)]
    for odd in (
        encode_entry(Entry(NOW, 9, b"d" * 16, b"", 2), FIRST),
        encode_entry(Entry(NOW, access.PUT, b"short", b"", 2), FIRST),
        encode_entry(Entry(NOW, access.PUT, b"d" * 16, b"short", 2), FIRST),
        good + b"\0",
        good[:-1],
        b"",
    ):
        with pytest.raises(ProtocolError):
            read_entries([odd])


class CountingStore(SqliteLogStore):
    """The real store in memory, that counts how often something was written."""

    def __init__(self) -> None:
        super().__init__(None)
        self.commits: list[list[Write]] = []
        self.broken = False

    async def commit(self, writes: Sequence[Write]) -> list[int | None]:
        if self.broken:
            raise StoreUnavailable("broken")
        results = await super().commit(writes)
        fitting = zip(writes, results, strict=True)
        self.commits.append([write for write, end in fitting if end is not None])
        return results

    @property
    def told(self) -> list[tuple[int, int]]:
        """(what, number) of each entry, as they were written."""
        writes = [each for commit in self.commits for each in commit if isinstance(each, AppendAccess)]
        entries = [entry for write in writes for entry in write.entries]
        return [(each.what, each.number) for each in read_entries(entries)[0]]


@pytest.fixture
def store() -> CountingStore:
    return CountingStore()


async def test_REL_50_what_is_told_goes_with_a_commit_of_its_case_and_repeats_wait(
    store: CountingStore,
) -> None:
    made = await found()
    clock = FixedClock()
    log = AccessLog(store, clock, lambda case: None)
    records = AppendRecords(made.case, 0, made.records)
    log.note(made.case, access.LOGIN, b"d" * 16)
    assert await log.commit([records], [made.case]) == [len(made.records)]
    for _ in range(3):
        log.note(made.case, access.FETCHED, b"d" * 16, b"m" * 16, 5)
    log.note(b"other" + bytes(27), access.LOGIN, b"e" * 16)
    assert await log.commit((), [made.case]) == []
    assert store.told == [(access.LOGIN, 1), (access.FETCHED, 15)]
    assert len(store.commits) == 2
    for _ in range(100):
        log.note(made.case, access.FETCHED, b"d" * 16, b"m" * 16, 1)
        assert await log.commit((), [made.case]) == []
    assert len(store.commits) == 2
    _, length = await log.page(made.case, 0, 10_000)
    assert length == 3
    assert store.told[2:] == [(access.FETCHED, 100)]
    await log.close()


async def test_REL_50_what_could_not_be_written_is_written_later(store: CountingStore) -> None:
    made = await found()
    log = AccessLog(store, FixedClock(), lambda case: None)
    await log.commit([AppendRecords(made.case, 0, made.records)], [made.case])
    log.note(made.case, access.LOGIN, b"d" * 16)
    store.broken = True
    with pytest.raises(StoreUnavailable):
        await log.commit((), [made.case])
    store.broken = False
    log.note(made.case, access.LOGIN, b"d" * 16)
    wrong = AppendRecords(made.case, 1, made.records)
    assert await log.commit([wrong], [made.case]) == [None]
    await log.close()
    assert store.told[-1] == (access.LOGIN, 2)


async def test_REL_50_fetching_costs_no_write(world: World, guest: Guest, relay: Relay) -> None:
    device, client = guest
    mensen = world.documents["mensen"]
    await client.follow({mensen: 0}, 0)
    told: list[Write] = []
    plain = relay.store.commit

    async def counted(writes: Sequence[Write]) -> list[int | None]:
        told.extend(each for each in writes if isinstance(each, AppendAccess))
        return await plain(writes)

    relay.store.commit = counted  # type: ignore[method-assign]
    for _ in range(50):
        await client.stored(await device.write(mensen))
    await client.events(50)
    assert len(told) < 10
