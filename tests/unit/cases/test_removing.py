"""Taking a member out and changing what they may do, with a real relay (CAS-21 to CAS-29, CAS-40)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kring.cases.case import Case
from kring.cases.inviting import DAY_MS
from kring.cases.shapes import Member
from kring.errors import BadInput, InviteExpired, LinkBroken, LogChanged, NotAllowed
from kring.phases.netwerkatlas.mensen.commands import AddPerson
from kring.sharing.author import Author, new_epoch
from kring.sharing.envelope import Content, parse_envelope
from kring.sharing.keyring import commitment, seal_to
from kring.sharing.records import Epoch, Freeze
from kring.sharing.writing import write
from kring.sync.messages import Log, LogOk, Pong, Put, encode
from tests.simulation.world import Device, World
from tests.unit.cases.people import BOTH, add, names, pair, reopened
from tests.unit.cases.test_rotation import ANNA, BAS, CARLA, equal, kept_back, place, say


async def three(world: World, offer: dict[str, str] | None = None) -> tuple[Case, Case, Case]:
    """Anna's case, with Bas and Carla, all in step; Carla has `offer`."""
    case, bas = await pair(world)
    carla = await world.share(case, await world.device("Carla"), offer or BOTH)
    await world.until(lambda: BOTH.keys() <= carla.documents.keys())
    await add(case, "Oma")
    await world.until(lambda: "Oma" in names(bas) & names(carla))
    await world.synced(case, bas, carla)
    return case, bas, carla


def member(case: Case, name: str) -> Member:
    return next(each for each in case.members if each.name == name)


def gone(case: Case, name: str) -> bool:
    return all(each.name != name for each in case.members)


def in_step(*cases: Case) -> bool:
    return equal(*cases) and len({case._engine.ledger.membership.length for case in cases}) == 1


async def connected(world: World, device: Device, case: Case) -> None:
    device.air.rise()
    device.running.wake()
    await world.synced(case)


async def last_word(case: Case) -> bytes:
    """The newest envelope by this device in `mensen`, as it would be sent."""
    engine = case._engine
    rows = [data for _, data in engine.store.envelopes.after(engine.number, place(case), 0)]
    return next(each for each in reversed(rows) if parse_envelope(each).header.device == engine.keys.id)


async def hand(case: Case, *envelopes: bytes) -> None:
    """A relay that works with somebody shows this device these, and no other."""
    document = case._engine.documents[place(case)]
    await case._engine.take_events(document.id, document.cursor, envelopes)


async def test_P5_CAS_21_who_is_removed_reads_nothing_new_and_gets_nothing_in(world: World) -> None:
    case, bas, carla = await three(world)
    await add(bas, "Oom Jan")
    await world.until(lambda: "Oom Jan" in names(case))
    await case.remove(member(case, "Bas").id)
    assert gone(case, "Bas")
    await add(case, "Geheim")
    await world.until(lambda: "Geheim" in names(carla) and gone(carla, "Bas"))
    engine = case._engine
    epoch = engine.ledger.membership.last_epoch(place(case))
    assert epoch == 2
    assert bas._engine.keyring.secret(place(case), epoch) is None

    # The relay works with him: he gets every envelope there is, and his own goes back-dated to all.
    wires = [data for _, data in engine.store.envelopes.after(engine.number, place(case), 0)]
    await hand(bas, *wires)
    assert "Geheim" not in names(bas)
    await add(bas, "Indringer")
    for each in (case, carla):
        await hand(each, await last_word(bas))
        assert "Indringer" not in names(each)
        assert [held.reason for held in each._engine.quarantined()] == ["cut"]
    assert "Oom Jan" in names(case) & names(carla)
    assert equal(case, carla)


async def test_P6_CAS_21_what_the_relay_had_taken_is_taken_in_before_the_cut(world: World) -> None:
    case, bas, carla = await three(world)
    anna = world.devices[ANNA]
    anna.air.fall()
    await add(bas, "Op de valreep")
    await world.synced(bas)
    await case.remove(member(case, "Bas").id)
    await connected(world, anna, case)
    await world.until(lambda: gone(case, "Bas") and in_step(case, carla))
    assert "Op de valreep" in names(case) & names(carla)
    assert case.quarantine == ()


async def test_P7_CAS_6_a_chain_that_a_cut_ends_counts_also_where_it_comes_piece_by_piece(
    world: World,
) -> None:
    case, bas, carla = await three(world)
    world.devices[CARLA].air.fall()
    engine, wires = case._engine, []
    for name in ("Een", "Twee", "Drie"):
        await add(bas, name)
        wires.append(await last_word(bas))
    await world.until(lambda: {"Een", "Twee", "Drie"} <= names(case))
    await case.remove(member(case, "Bas").id)
    known = carla._engine.ledger.membership.length
    await carla._engine.take_log(known, tuple(engine.ledger.records()[known:]))
    for wire in wires:
        await hand(carla, wire)
    assert {"Een", "Twee", "Drie"} <= names(carla)
    assert not carla._engine.documents[place(carla)].waiting


async def test_P6_edits_of_others_that_cross_a_removal_survive(world: World) -> None:
    case, _bas, carla = await three(world)
    world.devices[CARLA].air.fall()
    await add(carla, "Van Carla")
    await case.remove(member(case, "Bas").id)
    await add(case, "Van Anna")
    await world.synced(case)
    await connected(world, world.devices[CARLA], carla)
    await world.until(lambda: "Van Carla" in names(case) and "Van Anna" in names(carla))
    assert equal(case, carla)


async def test_CAS_22_a_removal_without_connection_is_not_final_and_happens_later(world: World) -> None:
    case, _bas, carla = await three(world)
    anna = world.devices[ANNA]
    anna.air.fall()
    await case.remove(member(case, "Bas").id)
    assert member(case, "Bas").pending == "remove"
    case = await reopened(anna, case)
    assert member(case, "Bas").pending == "remove"
    await connected(world, anna, case)
    await world.until(lambda: gone(case, "Bas") and gone(carla, "Bas"))
    await world.until(lambda: not case._engine.ledger.membership.owed())
    await world.until(lambda: not case._removing.intentions.all())


async def test_CAS_22_what_was_decided_can_be_taken_back_until_it_is_done(world: World) -> None:
    case, bas, _ = await three(world)
    anna = world.devices[ANNA]
    anna.air.fall()
    await case.remove(member(case, "Bas").id)
    await case.take_back(member(case, "Bas").id)
    assert member(case, "Bas").pending == ""
    await connected(world, anna, case)
    await add(bas, "Van Bas")
    await world.until(lambda: "Van Bas" in names(case))


@pytest.mark.parametrize("lost", [Pong, LogOk], ids=["after the freeze", "when the relay's answer is lost"])
async def test_CAS_22_a_kill_halfway_a_removal_is_gone_on_with(world: World, lost: type) -> None:
    case, _bas, carla = await three(world)
    anna, chosen = world.devices[ANNA], member(case, "Bas").id
    world.station.tamper = kept_back(lost)
    with_anna = case.remove(chosen)
    # Half a minute without an answer: it is given up for now, and stays decided.
    doing = asyncio.ensure_future(with_anna)
    await world.until(doing.done)
    await doing
    assert member(case, "Bas").pending == "remove"
    case = await reopened(anna, case)
    world.station.tamper = lambda frame: frame
    await connected(world, anna, case)
    await world.until(lambda: gone(case, "Bas") and gone(carla, "Bas"))
    await world.until(lambda: not case._removing.intentions.all())
    await add(case, "Verder")
    await world.until(lambda: "Verder" in names(carla))


@pytest.mark.parametrize("seed", range(4))
async def test_P6_P7_CAS_22_a_removal_through_bad_air_ends_the_same_for_all(
    tmp_path: Path, seed: int
) -> None:
    world = World(tmp_path, seed)
    case, bas, carla = await three(world)
    world.noise.loud = True
    await add(carla, "Van Carla")
    await add(bas, "Van Bas")
    await case.remove(member(case, "Bas").id)
    await add(case, "Van Anna")
    await add(carla, "Nog van Carla")
    await world.until(lambda: gone(case, "Bas") and gone(carla, "Bas"), 3_000)
    world.noise.loud = False
    await world.synced(case, carla)
    await world.until(lambda: in_step(case, carla))
    assert {"Van Anna", "Van Carla", "Nog van Carla"} <= names(case)
    assert not case._engine.ledger.membership.owed()
    await world.close()


async def test_CAS_23_an_owed_epoch_is_made_by_whoever_contributes(world: World) -> None:
    case, bas, carla = await three(world)
    bas_device = bas._engine.keys.id
    name = bytes.fromhex(member(case, "Bas").id)
    await say(case, lambda author: author.say(Freeze(name, (bas_device,)), world.clock.now()))
    await world.devices[ANNA].crash()
    await world.until(lambda: place(carla) not in carla._engine.ledger.membership.owed())
    await add(carla, "Carla gaat door")
    await world.synced(carla)
    kring = await world.devices[ANNA].start()
    case = await kring.open_case(carla.id)
    await world.until(lambda: "Carla gaat door" in names(case))


async def test_P8_CAS_23_an_epoch_that_serves_nobody_is_followed_by_a_good_one(world: World) -> None:
    case, bas, carla = await three(world)
    document = place(case)
    junk = bas._engine

    async def spoil(author: Author) -> None:
        wraps = {each: bytes(1680) for each in author.membership.readers(document)}
        last = author.membership.last_epoch(document)
        wire = await new_epoch(author, junk.keyring, document, world.clock.now())
        assert isinstance(wire.body, Epoch)
        size = len(next(iter(wire.body.wraps.values())))
        author.membership, author.records = junk.ledger.membership, []
        sealed = ((last, bytes(48)),)
        boxes = {each: bytes(size) for each in wraps}
        await author.say(Epoch(document, last + 1, bytes(32), boxes, sealed), world.clock.now())

    await say(bas, spoil)
    await add(case, "Toch")
    await world.until(lambda: "Toch" in names(carla))
    assert case._engine.ledger.membership.last_epoch(document) >= 3


async def test_P6_CAS_23_an_epoch_that_leaves_earlier_ones_behind_is_followed_by_a_good_one(
    world: World,
) -> None:
    case, bas, _ = await three(world)
    document, engine = place(case), bas._engine

    async def spoil(author: Author) -> None:
        membership, secret = author.membership, engine.ports.crypto.random(32)
        epoch = membership.last_epoch(document) + 1
        readers = {each: membership.devices[each].kem for each in sorted(membership.readers(document))}
        wraps = await seal_to(
            engine.ports.crypto, engine.keys, membership.case, document, epoch, secret, readers
        )
        commit = commitment(membership.case, document, epoch, secret)
        await author.say(Epoch(document, epoch, commit, wraps, ((epoch - 1, bytes(48)),)), world.clock.now())

    await say(bas, spoil)
    await world.until(lambda: case._engine.ledger.membership.last_epoch(document) == 3)
    dora = await world.share(case, await world.device("Dora"), BOTH)
    await world.until(lambda: "mensen" in dora.documents and "Oma" in names(dora))
    await world.run(300)
    assert case._engine.ledger.membership.last_epoch(document) == 3


async def overrun(world: World) -> tuple[Case, Case, Case, bytes]:
    """Bas works with the relay: Carla saw his last words and built on them; Anna did not, and removes him."""
    case, bas, carla = await three(world)
    world.devices[BAS].air.fall()
    await add(bas, "Alleen voor Carla")
    late = await last_word(bas)
    await hand(carla, late)
    assert "Alleen voor Carla" in names(carla)
    await add(carla, "Bouwt erop")
    await world.until(lambda: not carla.status.unsent)
    await case.remove(member(case, "Bas").id)
    await world.until(lambda: gone(carla, "Bas"))
    return case, bas, carla, late


async def test_P7_CAS_24_what_was_let_in_past_a_cut_is_taken_out_again(world: World) -> None:
    case, _, carla, _ = await overrun(world)
    await world.until(lambda: equal(case, carla))
    assert "Alleen voor Carla" not in names(carla) | names(case)
    assert "Bouwt erop" not in names(carla) | names(case)
    assert [held.reason for held in carla._engine.quarantined()] == ["cut"]
    await add(carla, "Carla gaat door")
    await add(case, "Anna ook")
    await world.until(lambda: "Carla gaat door" in names(case) and "Anna ook" in names(carla))
    assert equal(case, carla)
    assert carla.undo_label is not None

    carla = await reopened(world.devices[CARLA], carla)
    await world.synced(carla)
    assert equal(case, carla)
    await add(carla, "Na een kill")
    await world.until(lambda: "Na een kill" in names(case))


async def test_P6_CAS_24_a_document_that_is_built_anew_twice_stays_what_it_is(world: World) -> None:
    case, _, carla, late = await overrun(world)
    document = carla._engine.documents[place(carla)]
    said = set(document.said)
    assert said
    await carla._engine._rebuilder.rebuild(document)
    carla = await reopened(world.devices[CARLA], carla)
    assert carla._engine.documents[place(carla)].said == said
    await world.until(lambda: equal(case, carla))
    await hand(case, late)
    await case.adopt(case.quarantine[0].id)
    await world.until(lambda: "Bouwt erop" in names(case) & names(carla))
    assert equal(case, carla)


async def test_P7_CAS_24_a_kill_before_it_is_taken_out_changes_nothing(world: World) -> None:
    case, bas, carla = await three(world)
    world.devices[BAS].air.fall()
    await add(bas, "Alleen voor Carla")
    await hand(carla, await last_word(bas))
    world.devices[CARLA].air.fall()
    await case.remove(member(case, "Bas").id)
    engine, membership = carla._engine, case._engine.ledger
    start = engine.ledger.membership.length
    await engine.ledger.take(start, membership.records()[start:])
    await engine.journal.flush()
    carla = await reopened(world.devices[CARLA], carla)
    assert "Alleen voor Carla" not in names(carla)
    await connected(world, world.devices[CARLA], carla)
    await world.until(lambda: equal(case, carla))


async def test_P6_CAS_25_the_owner_takes_over_what_came_too_late_and_what_builds_on_it_counts(
    world: World,
) -> None:
    case, _bas, carla, late = await overrun(world)
    assert case.quarantine == ()
    await hand(case, late)
    (entry,) = case.quarantine
    assert (entry.reason, entry.adoptable, entry.words) == ("cut", True, ("Alleen voor Carla",))
    await case.adopt(entry.id)
    assert case.quarantine == ()
    await world.until(lambda: {"Alleen voor Carla", "Bouwt erop"} <= names(case) & names(carla))
    assert equal(case, carla)
    case = await reopened(world.devices[ANNA], case)
    await world.until(lambda: equal(case, carla))
    assert case.quarantine == ()
    await add(carla, "Carla gaat door")
    await world.until(lambda: "Carla gaat door" in names(case))


async def test_P6_CAS_24_own_edits_that_nobody_has_yet_wait_and_go_once_they_can(world: World) -> None:
    case, bas, carla = await three(world)
    world.devices[BAS].air.fall()
    await add(bas, "Alleen voor Carla")
    late = await last_word(bas)
    await hand(carla, late)
    world.devices[CARLA].air.fall()
    await add(carla, "Niet verstuurd")
    await case.remove(member(case, "Bas").id)
    await carla.dispatch(AddPerson(carla.new_person_id(), "Niet eens bewaard", ring=1))
    engine, records = carla._engine, case._engine.ledger.records()
    start = engine.ledger.membership.length
    await engine.take_log(start, records[start:])
    mine = {"Niet verstuurd", "Niet eens bewaard"}
    assert not mine & names(carla)
    await add(carla, "Daarna")
    carla = await reopened(world.devices[CARLA], carla)
    await connected(world, world.devices[CARLA], carla)
    await world.until(lambda: "Daarna" in names(case) and equal(case, carla))
    assert not mine & names(carla)

    await hand(case, late)
    await case.adopt(case.quarantine[0].id)
    await world.until(lambda: mine | {"Alleen voor Carla"} <= names(case) & names(carla))
    await world.until(lambda: equal(case, carla))
    assert not carla.status.unsent


async def test_P5_CAS_25_a_chain_is_taken_over_in_its_order_and_never_at_the_root(world: World) -> None:
    case, bas, carla = await three(world)
    world.devices[BAS].air.fall()
    sent = []
    for name in ("Eerst", "Daarna"):
        await add(bas, name)
        sent.append(await last_word(bas))
    handle = bas.documents["mensen"]
    handle.change("", lambda edit: edit.put(("kind",), "iets anders"))
    await bas.save()
    sent.append(await last_word(bas))
    await case.remove(member(case, "Bas").id)
    await hand(case, *sent)
    entries = case.quarantine
    assert [each.words for each in entries] == [("Eerst",), ("Daarna",), ()]
    with pytest.raises(NotAllowed):
        await carla.adopt(entries[0].id)
    await case.adopt(entries[1].id)
    assert {"Eerst", "Daarna"} <= names(case)
    with pytest.raises(BadInput):
        await case.adopt(entries[2].id)
    await world.until(lambda: equal(case, carla))
    assert len(case.quarantine) == 1


async def test_CAS_26_a_lower_right_ends_writing_and_not_reading(world: World) -> None:
    case, bas, carla = await three(world)
    chosen = member(case, "Bas")
    await case.change_rights(chosen.id, {"mensen": "lezen", "relatiekaart": "bijdragen"}, 0, chosen.seen)
    await world.until(lambda: not bas.may_edit("mensen"))
    assert member(case, "Bas").rights["mensen"] == "lezen"
    assert bas.may_edit("relatiekaart")
    await add(carla, "Nieuw")
    await world.until(lambda: "Nieuw" in names(bas) & names(case))
    chosen = member(case, "Bas")
    await case.change_rights(chosen.id, BOTH, 0, chosen.seen)
    await world.until(lambda: bas.may_edit("mensen"))
    await add(bas, "Bas mag weer")
    await world.until(lambda: "Bas mag weer" in names(case) & names(carla))
    assert equal(case, bas, carla)


async def test_P6_CAS_26_unsent_edits_of_who_may_no_longer_write_are_kept(world: World) -> None:
    case, bas, carla = await three(world)
    world.devices[BAS].air.fall()
    await add(bas, "Onderweg")
    chosen = member(case, "Bas")
    await case.change_rights(chosen.id, {"mensen": "lezen", "relatiekaart": "lezen"}, 0, chosen.seen)
    world.devices[BAS].air.rise()
    bas.wake()
    await world.until(lambda: not bas.may_edit("mensen"))
    assert "Onderweg" in names(bas)
    assert "Onderweg" not in names(case)
    chosen = member(case, "Bas")
    await case.change_rights(chosen.id, BOTH, 0, chosen.seen)
    await world.until(lambda: "Onderweg" in names(case) & names(carla))


async def test_CAS_26_who_keeps_writing_or_sends_nonsense_is_held_still_first(world: World) -> None:
    case, bas, carla = await three(world)
    # Something stands in his chain that no gate lets in: a cut without a FREEZE cannot end there.
    engine = bas._engine
    document = engine.documents[place(bas)]
    content = Content(engine.keys.id, document.nonce or bytes(16), world.clock.now(), (b"nonsense",))
    written = await write(
        engine.ports.crypto, engine.keys, engine.ledger.membership, engine.keyring, document.gate, content
    )
    link = bas._runner._link  # type: ignore[union-attr]
    assert link is not None
    await link.send(encode(Put(99_999, (written.envelope.wire,))))
    await world.until(lambda: list(case._engine.quarantined()))
    chosen = member(case, "Bas")
    await case.change_rights(chosen.id, {"mensen": "lezen"}, 0, chosen.seen)
    assert dict(member(case, "Bas").rights) == {"kring": "lezen", "mensen": "lezen"}
    assert not member(case, "Bas").frozen
    await add(carla, "Verder")
    await world.until(lambda: "Verder" in names(case))


async def test_CAS_27_a_grant_that_crossed_a_freeze_asks_a_person_again(world: World) -> None:
    case, bas, carla = await three(world, dict.fromkeys((*BOTH, "kring"), "beheren"))
    chosen = member(case, "Bas")
    device = bas._engine.keys.id
    # Carla's FREEZE is in the log, and has not come to Anna when she gives more.
    anna_hears = world.station.tamper
    world.station.tamper = kept_back(Log)
    await say(
        carla, lambda author: author.say(Freeze(bytes.fromhex(chosen.id), (device,)), world.clock.now())
    )
    world.station.tamper = anna_hears
    assert not member(case, "Bas").frozen
    with pytest.raises(LogChanged):
        await case.change_rights(chosen.id, {**BOTH, "relatiekaart": "beheren"}, 0, chosen.seen)
    assert member(case, "Bas").frozen
    assert member(case, "Bas").pending == ""
    again = member(case, "Bas")
    with pytest.raises(LogChanged):
        await case.change_rights(chosen.id, BOTH, 0, chosen.seen)
    await case.change_rights(again.id, BOTH, 0, again.seen)
    assert not member(case, "Bas").frozen


async def test_CAS_27_a_person_is_not_let_in_on_what_was_not_seen(world: World) -> None:
    case, _ = await pair(world)
    carla = await world.device("Carla")
    invitation = await case.invite("Carla", "netwerklid", BOTH, 7)
    await carla.running.join(invitation.link, "Carla")
    await world.until(lambda: case.requests)
    (request,) = case.requests
    name = bytes.fromhex(request.id)
    device = next(case._engine.ledger.membership.devices_of(name))
    await say(case, lambda author: author.say(Freeze(name, (device.id,)), world.clock.now()))
    with pytest.raises(LogChanged):
        await case.confirm(request.id, request.seen)
    assert [each.name for each in case.members] == ["Anna", "Bas"]


async def test_CAS_22_a_change_decided_offline_that_meets_another_asks_again(world: World) -> None:
    case, _bas, carla = await three(world, dict.fromkeys((*BOTH, "kring"), "beheren"))
    anna, chosen = world.devices[ANNA], member(case, "Bas")
    anna.air.fall()
    await case.change_rights(chosen.id, {"mensen": "lezen"}, 0, chosen.seen)
    assert member(case, "Bas").pending == "change"
    theirs = member(carla, "Bas")
    await carla.change_rights(theirs.id, {"relatiekaart": "lezen", "mensen": "bijdragen"}, 0, theirs.seen)
    await connected(world, anna, case)
    await world.until(lambda: member(case, "Bas").pending == "look_again")
    assert member(case, "Bas").rights["relatiekaart"] == "lezen"


async def professional(world: World) -> tuple[Case, Case]:
    case, _ = await pair(world)
    other = await world.device("Karim")
    invitation = await case.invite("Karim", "professional", {"relatiekaart": "lezen", "mensen": "lezen"}, 7)
    await other.running.join(invitation.link, "Karim")
    await world.until(lambda: case.requests)
    await case.confirm(case.requests[0].id, case.requests[0].seen)
    await world.until(lambda: other.running.cases[0].kind == "shared")
    karim = await other.running.open_case(case.id)
    await world.until(lambda: "mensen" in karim.documents)
    return case, karim


async def test_CAS_28_a_professional_asks_for_longer_and_the_owner_answers(world: World) -> None:
    case, karim = await professional(world)
    ends = member(case, "Karim").until
    assert ends == member(karim, "Karim").until
    assert ends > world.clock.now()
    await karim.ask_longer(30)
    await world.until(lambda: member(case, "Karim").asked)
    assert member(case, "Karim").asked == ends + 30 * DAY_MS
    asking = member(case, "Karim")
    await case.extend(asking.id, asking.asked, asking.seen)
    await world.until(lambda: member(karim, "Karim").until == ends + 30 * DAY_MS)
    assert not member(case, "Karim").asked

    await karim.ask_longer(30)
    await world.until(lambda: member(case, "Karim").asked)
    asking = member(case, "Karim")
    await case.extend(asking.id, asking.until)
    assert (member(case, "Karim").asked, member(case, "Karim").until) == (0, asking.until)


async def test_P5_CAS_28_when_the_time_is_over_nothing_shows_or_is_served(world: World) -> None:
    case, karim = await professional(world)
    told = []
    karim.subscribe(lambda: told.append(len(karim.documents)))
    ends = member(karim, "Karim").until
    world.clock.advance((ends - world.clock.now()) / 1000 + 1)
    await world.until(lambda: karim.over)
    await world.until(lambda: 0 in told)
    assert karim.documents == {}
    with pytest.raises(NotAllowed):
        await karim.dispatch(AddPerson(karim.new_person_id(), "Te laat", ring=1))
    await add(case, "Na de einddatum")
    await world.synced(case)
    assert karim._engine.cursors() == {}
    (row,) = [each for each in case.members if each.name == "Karim"]
    assert row.over
    await karim.ask_longer(10)
    await world.until(lambda: member(case, "Karim").asked)
    asking = member(case, "Karim")
    await case.extend(asking.id, asking.asked, asking.seen)
    await world.until(lambda: "Na de einddatum" in names(karim) if karim.documents else False)


async def test_CAS_29_an_invite_that_was_withdrawn_lets_nobody_in(world: World) -> None:
    anna, bas = await world.device("Anna"), await world.device("Bas")
    case = await anna.running.open_case(await anna.running.create_case("Kring", "Anna"))
    await world.synced(case)
    invitation = await case.invite("Bas", "netwerklid", BOTH, 7)
    await case.withdraw(invitation.id)
    assert case.invitations == ()
    with pytest.raises(BadInput):
        await case.withdraw(invitation.id)
    with pytest.raises((LinkBroken, InviteExpired)):
        await bas.running.join(invitation.link, "Bas")


async def test_P6_CAS_40_who_was_removed_keeps_what_is_there_and_hears_nothing(world: World) -> None:
    case, bas, _ = await three(world)
    await case.remove(member(case, "Bas").id)
    await world.until(lambda: bas.status.sync == "unable")
    assert bas.status.code == ""
    assert "Oma" in names(bas)
    await add(bas, "Nog van Bas")
    unsent = bas.status.unsent
    assert unsent
    bas = await reopened(world.devices[BAS], bas)
    await world.until(lambda: bas.status.sync == "unable")
    assert {"Oma", "Nog van Bas"} <= names(bas)
    assert bas.status.unsent == unsent
    assert not gone(bas, "Bas")


async def test_SHR_7_only_who_stands_above_takes_out(world: World) -> None:
    _case, bas, _carla = await three(world)
    for each in (member(bas, "Carla"), member(bas, "Anna")):
        assert not each.yours
        with pytest.raises(NotAllowed):
            await bas.remove(each.id)
        with pytest.raises(NotAllowed):
            await bas.change_rights(each.id, {"mensen": "lezen"}, 0, each.seen)
