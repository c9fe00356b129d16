"""A process that adds people for ever, and says after each one that it is saved. To be killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from kring import bootstrap
from kring.phases.netwerkatlas.mensen.commands import AddPerson
from kring.store.vault import KdfCost, KdfPolicy

CHEAP = KdfPolicy(cost=KdfCost(64, 1), least=KdfCost(8, 1))


async def write(folder: Path) -> None:
    kring = bootstrap.cpython(folder, "http://localhost:1", offline=True, policy=CHEAP)
    await kring.look()
    await (kring.create_vault("geheim") if kring.state == "new" else kring.unlock("geheim"))
    name = kring.cases[0].id if kring.cases else await kring.create_case("Kring", "Anna")
    case = await kring.open_case(name)
    while True:
        person = case.new_person_id()
        await case.dispatch(AddPerson(person, person))
        await case.save()
        print(person, flush=True)


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1])))
