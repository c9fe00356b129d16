"""Short ways to what most tests of a case begin with."""

from __future__ import annotations

from typing import Any

from kring.cases.case import Case
from kring.phases.netwerkatlas.mensen.commands import AddPerson
from tests.simulation.world import Device, World

BOTH = {"mensen": "bijdragen", "relatiekaart": "bijdragen"}


async def own_case(device: Device, title: str = "Kring") -> Case:
    return await device.running.open_case(await device.running.create_case(title, device.name))


async def add(case: Case, name: str) -> str:
    """Add somebody, durably; the person's id."""
    person = case.new_person_id()
    await case.dispatch(AddPerson(person, name, ring=1))
    await case.save()
    return person


def names(case: Case) -> set[str]:
    """Who is on the map, the client apart."""
    people: Any = case.documents["mensen"].view["people"]
    return {fields["name"] for person, fields in people.items() if person != "klant"}


async def pair(world: World, offer: dict[str, str] | None = None) -> tuple[Case, Case]:
    """Anna's case, shared with Bas, both in step."""
    anna, bas = await world.device("Anna"), await world.device("Bas")
    case = await own_case(anna)
    await world.synced(case)
    shared = await world.share(case, bas, offer or BOTH)
    await world.until(lambda: (offer or BOTH).keys() <= shared.documents.keys())
    await world.synced(case, shared)
    return case, shared


async def reopened(device: Device, case: Case) -> Case:
    """The same case after a kill of the app."""
    await device.crash()
    kring = await device.start()
    return await kring.open_case(case.id)
