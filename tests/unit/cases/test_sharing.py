"""Two people on one case: invited, joined, confirmed, merged (CAS-1 to CAS-10)."""

from __future__ import annotations

from pathlib import Path

from kring.domain.ids import CLIENT
from kring.phases.netwerkatlas.mensen.commands import AddPerson, RenamePerson
from kring.phases.netwerkatlas.relatiekaart.commands import SetTieQuality
from tests.simulation.world import World

OFFER = {"mensen": "bijdragen", "relatiekaart": "bijdragen"}


async def test_two_people_share_a_case_and_both_values_of_a_clash_stay(tmp_path: Path) -> None:
    world = World(tmp_path)
    anna, bas = await world.device("Anna"), await world.device("Bas")
    case = await anna.running.open_case(await anna.running.create_case("Kring van Anna", "Anna"))
    person = case.new_person_id()
    await case.dispatch(AddPerson(person, "Oma", ring=1))
    await case.save()
    await world.synced(case)

    shared = await world.share(case, bas, OFFER)
    await world.until(lambda: "relatiekaart" in shared.documents and "kring" in shared.documents)
    await world.synced(case, shared)
    assert shared.title == "Kring van Anna"
    assert [member.name for member in shared.members] == ["Anna", "Bas"]
    assert "prive" not in shared.documents

    anna.air.fall()
    bas.air.fall()
    await case.dispatch(RenamePerson(person, "Oma Truus"))
    await shared.dispatch(RenamePerson(person, "Oma Geertruida"))
    await shared.dispatch(SetTieQuality(CLIENT, person, "sterk"))
    await case.save()
    await shared.save()
    await world.until(lambda: case.status.sync == "waiting" and shared.status.sync == "waiting")
    anna.air.rise()
    bas.air.rise()
    await world.synced(case, shared)
    assert case.documents["mensen"].view == shared.documents["mensen"].view
    assert case.documents["relatiekaart"].view == shared.documents["relatiekaart"].view
    clash = case.documents["mensen"].conflicts["people", person, "name"]
    assert set(clash) == {"Oma Truus", "Oma Geertruida"}
    await world.close()
