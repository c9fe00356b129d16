"""The person register as a screen shows it: frozen values, and the pure projection that makes them.

`project` never raises, whatever a document made elsewhere holds. Given the previous view, a person about
whom nothing changed stays the same object, and so does the whole view where nobody changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kring.domain.ids import CLIENT
from kring.domain.person import GROUPS, OTHER_GROUP, initials
from kring.phases.netwerkatlas.mensen import model
from kring.phases.netwerkatlas.mensen.model import MENSEN, PEOPLE, PRIVE, Clashing, Path

Views = Mapping[str, Mapping[str, Any]]
Conflicts = Mapping[str, Clashing]

GROUP_FIELD = "group"
"""The catalogue name of a clash about being in a group."""


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that was set to several values at once. `values`: all of them, the one shown now first."""

    document: str
    path: Path
    field: str
    values: tuple[str | int | float | bool, ...]


@dataclass(frozen=True, slots=True)
class PersonView:
    """`role` is "speelt", "speelde" or "mogelijk"; `private`: in no document that others can read.

    `added_by` is a member id in hex, or "". `birth` is in the person's own words.
    """

    id: str
    name: str
    emoji: str = ""
    note: str = ""
    birth: str = ""
    sex: str = ""
    gender: str = ""
    deceased: bool = False
    groups: tuple[str, ...] = ()
    role: str = "speelt"
    added_by: str = ""
    private: bool = False
    clashes: tuple[Clash, ...] = ()
    source: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    @property
    def is_client(self) -> bool:
        return self.id == CLIENT

    @property
    def hidden(self) -> bool:
        """Private, though they play or played a part: the client took them out of sight."""
        return self.private and self.role != "mogelijk"

    @property
    def mark(self) -> str:
        """What stands inside the circle: the emoji, or else initials."""
        return self.emoji or initials(self.name)

    @property
    def main_group(self) -> str:
        """The group in whose sector the person stands by default."""
        return self.groups[0] if self.groups else OTHER_GROUP


@dataclass(frozen=True, slots=True)
class GroupView:
    """`own`: the client's own word, to be shown as it is; otherwise the word is in the catalogue."""

    name: str
    own: bool
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MensenView:
    """`people` by name, without the client. `groups` in the standard order, own ones last; none is empty."""

    client: PersonView
    people: tuple[PersonView, ...] = ()
    groups: tuple[GroupView, ...] = ()
    clashes: int = 0

    def person(self, person: str) -> PersonView | None:
        if person == self.client.id:
            return self.client
        return next((each for each in self.people if each.id == person), None)


NOBODY = MensenView(client=PersonView(id=CLIENT, name=""))


def project(views: Views, conflicts: Conflicts, previous: MensenView | None = None) -> MensenView:
    """The register as `mensen` and `prive` together tell it, as far as this member may read them.

    `views` and `conflicts` are those of the handles, by kind. A person who stands in both documents (a
    move met by another change) shows as the shared one.
    """
    known = {person.id: person for person in (previous.client, *previous.people)} if previous else {}
    clashes = {kind: _clashes_by_person(kind, conflicts.get(kind)) for kind in (MENSEN, PRIVE)}
    people: dict[str, PersonView] = {}
    for kind in (MENSEN, PRIVE):
        for person, fields in model.mapping_at(views.get(kind), PEOPLE).items():
            if person in people or not isinstance(fields, Mapping) or not isinstance(person, str):
                continue
            found = tuple(clashes[kind].get(person, ()))
            people[person] = _person(person, fields, kind == PRIVE, found, known.get(person))
    client = people.pop(CLIENT, None) or NOBODY.client
    ordered = tuple(sorted(people.values(), key=_by_name))
    if previous is not None and client is previous.client and _same(ordered, previous.people):
        return previous
    count = sum(len(person.clashes) for person in (client, *ordered))
    return MensenView(client, ordered, _groups(ordered), count)


def _person(
    person: str,
    fields: Mapping[str, Any],
    private: bool,
    clashes: tuple[Clash, ...],
    known: PersonView | None,
) -> PersonView:
    if known and known.source is fields and known.private == private and known.clashes == clashes:
        return known
    made = PersonView(
        id=person,
        name=model.text_at(fields, model.NAME),
        emoji=model.text_at(fields, model.EMOJI),
        note=model.text_at(fields, model.NOTE),
        birth=model.text_at(fields, model.BIRTH),
        sex=model.text_at(fields, model.SEX),
        gender=model.text_at(fields, model.GENDER),
        deceased=fields.get(model.DECEASED) is True,
        groups=tuple(sorted(model.groups_of(fields), key=group_order)),
        role=model.role_of(fields, private),
        added_by=model.text_at(fields, model.ADDED_BY),
        private=private,
        clashes=clashes,
        source=fields,
    )
    return known if known == made else made


def group_order(group: str) -> tuple[int, str]:
    """Standard groups in their order, own groups after them by name."""
    return (GROUPS.index(group), "") if group in GROUPS else (len(GROUPS), group)


def _clashes_by_person(kind: str, conflicts: Clashing | None) -> dict[str, list[Clash]]:
    found: dict[str, list[Clash]] = {}
    for path, values in sorted((conflicts or {}).items()):
        if len(path) != 3 or path[0] != PEOPLE:
            continue
        name = GROUP_FIELD if path[2].startswith(model.GROUP_PREFIX) else path[2]
        kept = tuple(value for value in values if isinstance(value, (str, int, float, bool)))
        if len(kept) > 1:
            found.setdefault(path[1], []).append(Clash(kind, path, name, kept))
    return found


def _groups(people: Iterable[PersonView]) -> tuple[GroupView, ...]:
    members: dict[str, list[str]] = {}
    for person in people:
        for group in person.groups:
            members.setdefault(group, []).append(person.id)
    return tuple(
        GroupView(group, group not in GROUPS, tuple(members[group]))
        for group in sorted(members, key=group_order)
    )


def _by_name(person: PersonView) -> tuple[str, str]:
    return person.name.casefold(), person.id


def _same(first: tuple[PersonView, ...], second: tuple[PersonView, ...]) -> bool:
    return len(first) == len(second) and all(a is b for a, b in zip(first, second, strict=True))
