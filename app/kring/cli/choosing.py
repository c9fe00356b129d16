"""Which case and which person somebody means, by a name or the start of an id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from kring.cases.kring import Kring
from kring.cases.shapes import CaseSummary, Device, DeviceRequest, JoinRequest, Member
from kring.domain.ids import CLIENT
from kring.errors import BadInput
from kring.phases.meedenkbijeenkomst.besluiten.model import Besluit
from kring.phases.netwerkatlas.relatiekaart.view_model import RelatiekaartView

T = TypeVar("T")


def case_meant(kring: Kring, words: str) -> CaseSummary:
    """The case; the only one where nothing was said. Raises BadInput."""
    cases = kring.cases
    if not words and len(cases) == 1:
        return cases[0]
    return _one(cases, [(case.id, case.title) for case in cases], words, "case")


def request_meant(requests: Sequence[JoinRequest | DeviceRequest], words: str) -> str:
    """The id of the request. Raises BadInput."""
    return _one(requests, [(each.id, each.name) for each in requests], words, "request").id


def device_meant(devices: Sequence[Device], words: str) -> str:
    """The id of the device. Raises BadInput."""
    return _one(devices, [(each.id, each.name) for each in devices], words, "device").id


def member_meant(members: Sequence[Member], words: str) -> str:
    """The id of the member. Raises BadInput."""
    return _one(members, [(each.id, each.name) for each in members], words, "member").id


def besluit_meant(besluiten: Sequence[Besluit], words: str) -> Besluit:
    """By all its words, or the start of its id. Raises BadInput."""
    return _one(besluiten, [(each.id, each.text) for each in besluiten], words, "besluit")


def person_meant(view: RelatiekaartView, words: str) -> str:
    """The id of the person; "ik" and "me" are the client. Raises BadInput."""
    if words.casefold() in ("ik", "me", CLIENT):
        return CLIENT
    people = [(placed.person.id, placed.person.name) for placed in view.people]
    people += [(person.id, person.name) for person in view.unplaced]
    people.append((view.client.id, view.client.name))
    return _one(people, people, words, "person")[0]


def _one(items: Sequence[T], names: Iterable[tuple[str, str]], words: str, field: str) -> T:
    wanted = words.casefold()
    pairs = list(zip(items, names, strict=True))
    exact = [item for item, (_, name) in pairs if wanted and name.casefold() == wanted]
    found = exact or [item for item, (id_, _) in pairs if wanted and id_.startswith(wanted)]
    if len(found) != 1:
        raise BadInput(
            f"{len(found)} of that {field}", field=field, reason="no_one" if not found else "several"
        )
    return found[0]
