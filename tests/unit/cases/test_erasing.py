"""Erasing a case of this device, and its proof (SAF-9 to SAF-12; P2)."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from kring.cases.case import Case
from kring.cases.kring import Kring
from kring.errors import BadInput, CryptoError, KringError, ProtocolError, StoreError, StoreFull
from kring.phases.netwerkatlas.mensen.commands import AddPerson
from kring.platform.cpython.files import FolderStoreFile
from kring.platform.memory.files import MemoryStoreFile
from kring.sharing.erasure import check_erasure
from kring.store.file import StoreFile
from kring.store.store import open_store
from kring.store.vault import PassphraseVault
from tests.simulation.engines import PlatformCrypto
from tests.simulation.world import CHEAP, Device, QuickCrypto, World
from tests.support.canary import traces
from tests.unit.cases.people import BOTH, add, names, own_case, pair

CANARY = "Zilverreiger"


async def with_story(device: Device, title: str = CANARY) -> Case:
    case = await own_case(device, title)
    await add(case, CANARY)
    return case


def secrets_of(file: MemoryStoreFile, case: str) -> list[bytes]:
    """Every sealed box, envelope, record and id of this case as it stands in the file."""
    connection = file.connect()
    number, box = connection.execute(
        "SELECT number, box FROM cases WHERE id = ?", [bytes.fromhex(case)]
    ).fetchone()
    found = [box, bytes.fromhex(case)]
    for column, table in [("box", "keys"), ("box", "snapshots"), ("record", "log"), ("data", "envelopes")]:
        rows = connection.execute(f"SELECT {column} FROM {table} WHERE case_no = ?", [number])
        found += [data for (data,) in rows]
    file.crash()
    return found


def left_of(dump: bytes, secrets: list[bytes], others: Sequence[bytes] = ()) -> int:
    """How many pieces of 12 bytes of these stand in a file, those not counted that `others` have too."""
    pieces = [secret[at : at + 12] for secret in secrets for at in range(0, len(secret) - 12, 12)]
    shared = b"".join(others)
    return sum(piece in dump for piece in pieces if len(set(piece)) > 4 and piece not in shared)


async def test_SAF_10_no_byte_of_an_erased_case_remains_and_the_other_case_is_whole(world: World) -> None:
    anna = await world.device("Anna")
    gone, kept = await with_story(anna), await own_case(anna, "Blijft")
    await add(kept, "Cor")
    await anna.running.lock()
    secrets = secrets_of(anna.file, gone.id)
    others = secrets_of(anna.file, kept.id)
    assert len(secrets) > 20
    assert left_of(anna.file.dump(), secrets, others) > 100
    await anna.running.unlock("geheim")
    await anna.running.erase(gone.id)
    assert [each.id for each in anna.running.cases] == [kept.id]
    assert left_of(anna.file.dump(), secrets, others) == 0
    assert names(await anna.running.open_case(kept.id)) == {"Cor"}
    with pytest.raises(BadInput):
        await anna.running.open_case(gone.id)
    with pytest.raises(BadInput):
        await anna.running.erase(gone.id)
    await anna.running.lock()
    assert left_of(anna.file.dump(), others) > 100


async def test_P2_SAF_10_nothing_of_it_is_in_any_file_on_disk_while_the_app_goes_on(
    world: World, tmp_path: Path
) -> None:
    """P2: on a real file, journal included, without closing it first."""
    anna = await world.device("Anna")
    folder = FolderStoreFile(tmp_path / "phone")

    async def file() -> StoreFile:
        return folder

    kring = Kring(dataclasses.replace(anna.running.ports, file=file))
    await kring.look()
    await kring.unlock("geheim")
    case = await kring.open_case(await kring.create_case(CANARY, "Anna"))
    for number in range(40):
        await case.dispatch(AddPerson(case.new_person_id(), f"{CANARY} {number}"))
    await case.save()

    def on_disk() -> bytes:
        return b"".join(path.read_bytes() for path in sorted((tmp_path / "phone").iterdir()))

    assert folder.path.with_name("kring.sqlite-wal").stat().st_size > 0
    store = kring._store
    assert store is not None
    secrets = [data for (data,) in store._db.execute("SELECT data FROM envelopes").fetchall()]
    secrets += [data for (data,) in store._db.execute("SELECT box FROM keys").fetchall()]
    assert left_of(on_disk(), secrets) > 100
    await kring.erase(case.id)
    assert left_of(on_disk(), secrets) == 0
    assert bytes.fromhex(case.id) not in on_disk()
    assert traces(on_disk(), CANARY) == []
    await kring.lock()


@pytest.mark.parametrize(("step", "envelopes"), [("delete_rest", True), ("delete", False)])
async def test_SAF_9_killed_after_the_keys_went_nothing_opens_and_the_next_start_finishes(
    world: World, monkeypatch: pytest.MonkeyPatch, step: str, envelopes: bool
) -> None:
    anna = await world.device("Anna")
    gone, kept = await with_story(anna), await own_case(anna, "Blijft")

    def killed(_self: object, _number: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(f"kring.store.cases.CaseRows.{step}", killed)
        with pytest.raises(KeyboardInterrupt):
            await anna.running.erase(gone.id)
    await anna.crash()

    key = await PassphraseVault(QuickCrypto(1), anna.vault, CHEAP).unlock("geheim")
    store = await open_store(anna.file, PlatformCrypto(), key)
    (number,) = store.cases.half_erased()
    assert await store.keys.all(number) == {}
    assert await store.snapshots.all(number) == {}
    assert store.log.records(number) == []
    assert [row.id.hex() for row in await store.cases.all()] == [kept.id]
    assert (store.cases.counts(number)["envelopes"] > 0) is envelopes
    await store.close()

    kring = await anna.start()
    assert [each.id for each in kring.cases] == [kept.id]
    store = kring._store  # type: ignore[assignment]
    assert store.cases.half_erased() == []
    assert sum(store.cases.counts(number).values()) == 0


async def test_SAF_9_where_there_is_no_room_to_begin_the_case_is_whole(world: World) -> None:
    anna = await world.device("Anna")
    case = await with_story(anna)
    anna.file.full = True
    with pytest.raises(StoreFull):
        await anna.running.erase(case.id)
    anna.file.full = False
    assert names(await anna.running.open_case(case.id)) == {CANARY}


async def test_SAF_11_the_proof_says_what_was_here_and_holds_only_as_it_was_signed(world: World) -> None:
    case, shared = await pair(world)
    await add(case, CANARY)
    await world.synced(case, shared)
    anna, bas = world.devices
    engine = shared._engine
    device, head, length = engine.keys.id, engine.ledger.membership.head, engine.ledger.membership.length
    erasure = await bas.running.erase(shared.id)
    assert (erasure.case, erasure.others) == (case.id, 1)
    assert erasure.relay == anna.running.ports.relay
    crypto = PlatformCrypto()
    erased = await check_erasure(crypto, erasure.proof)
    assert (erased.case.hex(), erased.device) == (case.id, device)
    assert (erased.log_head, erased.records) == (head, length)
    assert erased.sign == case._engine.ledger.membership.devices[device].sign
    assert erased.time == world.clock.now()
    assert (erased.documents, erased.envelopes) == (erasure.documents, erasure.edits)
    assert erased.documents == len(BOTH) + 1
    assert erased.envelopes >= 4
    assert erased.keys == erasure.keys >= 4
    assert traces(erasure.proof.encode(), CANARY) == []
    assert not any(word in erasure.proof for word in ("Anna", "Bas", "Kring", "netwerklid"))
    raw = json.loads(erasure.proof)
    for name, value in raw.items():
        bent = value + 1 if isinstance(value, int) else ("0" if value[0] != "0" else "1") + value[1:]
        with pytest.raises((CryptoError, ProtocolError)):
            await check_erasure(crypto, json.dumps({**raw, name: bent}))


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "1", '{"signature": 1}', '{"signature": ""}', "[" * 5000, "\ud800"]
)
async def test_SAF_11_what_is_no_proof_is_told(text: str) -> None:
    with pytest.raises(ProtocolError):
        await check_erasure(PlatformCrypto(), text)


async def test_SAF_12_who_leaves_a_shared_case_keeps_nothing_and_the_owner_keeps_all(world: World) -> None:
    case, shared = await pair(world)
    await add(shared, "Cor")
    await world.synced(case, shared)
    bas = world.devices[1]
    await bas.running.erase(shared.id)
    assert bas.running.cases == ()
    await add(case, "Dirk")
    await world.synced(case)
    assert names(case) == {"Cor", "Dirk"}
    await bas.crash()
    assert (await bas.start()).cases == ()


async def test_SAF_12_a_join_that_waits_and_a_case_that_is_damaged_can_be_erased(world: World) -> None:
    anna, bas = await world.device("Anna"), await world.device("Bas")
    case = await own_case(anna)
    await world.synced(case)
    link = (await case.invite("Bas", "netwerklid", BOTH, 7)).link
    joining = await bas.running.join(link, "Bas")
    erasure = await bas.running.erase(joining)
    assert bas.running.cases == ()
    assert (await check_erasure(PlatformCrypto(), erasure.proof)).envelopes == 0

    await anna.running.lock()
    connection = anna.file.connect()
    connection.execute("UPDATE keys SET box = zeroblob(60)")
    connection.execute("UPDATE log SET record = x'00'")
    await anna.file.durable()
    anna.file.crash()
    await anna.running.unlock("geheim")
    with pytest.raises(KringError):
        await anna.running.open_case(case.id)
    damaged = await anna.running.erase(case.id)
    assert (damaged.proof, damaged.edits > 0) == ("", True)
    assert anna.running.cases == ()


async def test_SAF_10_every_table_that_holds_something_of_a_case_is_emptied() -> None:
    file = MemoryStoreFile()
    store = await open_store(file, PlatformCrypto(), b"k" * 32)
    tables = {
        name
        for name in store._db.table_names()
        if "case_no" in {column.name for column in store._db[name].columns}
    }
    assert tables == store.cases.counts(1).keys() - {"documents"}
    with pytest.raises(StoreError):
        file.connect()
    await store.close()
