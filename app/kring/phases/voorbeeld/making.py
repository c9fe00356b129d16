"""Making the example: one command after another, as somebody at a kitchen table would."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from kring.domain.clock import Random
from kring.domain.ids import CLIENT, new_person_id
from kring.i18n.translator import Translator
from kring.phases.netwerkatlas.mensen.commands import AddPerson, DescribePerson, SetDeceased, SetPersonFields
from kring.phases.netwerkatlas.relatiekaart.commands import SetSupport, SetTieQuality
from kring.phases.voorbeeld.people import BORN, FIGURES, TIES

STRINGS: Final = "kring.phases.voorbeeld"
"""The package of the example's words; nothing else needs it."""


def title(language: str) -> str:
    return _words(language)("example.title")


def client_name(language: str) -> str:
    """With which the documents of the example begin."""
    return _words(language)("example.klant.name")


async def make_example(dispatch: Callable[[object], Awaitable[None]], random: Random, language: str) -> None:
    """Fill the fresh documents of a case, begun with `client_name`. Deterministic but for the person ids."""
    say = _words(language)
    ids = {figure.key: new_person_id(random) for figure in FIGURES}
    await dispatch(DescribePerson(CLIENT, "", say("example.klant.note")))
    for figure in FIGURES:
        person = ids[figure.key]
        words = f"example.{figure.key}"
        group = figure.group or say(f"{words}.group")
        await dispatch(
            AddPerson(
                person,
                say(f"{words}.name"),
                emoji=figure.emoji,
                groups=(group,),
                role=figure.role,
                ring=figure.ring,
                gives=tuple(figure.gives),
                receives=tuple(figure.receives),
            )
        )
        await dispatch(DescribePerson(person, "", say(f"{words}.note")))
        if figure.quality:
            await dispatch(SetTieQuality(CLIENT, person, figure.quality))
        if figure.key in BORN:
            await dispatch(SetPersonFields(person, birth=say(f"{words}.birth")))
        if figure.deceased:
            await dispatch(SetDeceased(person, True))
    for tie in TIES:
        first, second = ids[tie.first], ids[tie.second]
        if tie.quality:
            await dispatch(SetTieQuality(first, second, tie.quality))
        for giver, receiver, kinds in ((first, second, tie.gives), (second, first, tie.returns)):
            for kind in kinds:
                await dispatch(SetSupport(kind, giver, receiver, True))


def _words(language: str) -> Translator:
    return Translator.of(language, (STRINGS,))
