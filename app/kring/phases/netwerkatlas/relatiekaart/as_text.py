"""The relatiekaart in words, for the command line, print and screen readers: all that the map shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kring.domain.ids import CLIENT
from kring.domain.tie import SupportKind, pair_of
from kring.i18n.translator import Translator
from kring.phases.netwerkatlas.mensen.view_model import Clash, PersonView
from kring.phases.netwerkatlas.relatiekaart.model import RINGS
from kring.phases.netwerkatlas.relatiekaart.summary import name_of, summary
from kring.phases.netwerkatlas.relatiekaart.view_model import PlacedView, RelatiekaartView, TieView


def as_text(view: RelatiekaartView, say: Translator, own: bool = True) -> str:
    """The whole map as lines of text. `own`: the reader is the client ("jij")."""
    return "\n".join(_lines(view, say, own)) + "\n"


def person_sentence(placed: PlacedView, view: RelatiekaartView, say: Translator, own: bool = True) -> str:
    """One person on the map, as a screen reader says it: who, where, what is between them and the client."""
    where = say(f"ring.{placed.ring}")
    parts = [f"{name_of(placed.person, say)}, {', '.join([where, *_about(placed.person, say)])}."]
    if placed.tie:
        parts += _tie_sentences(placed.tie, view, say, own)
    return " ".join(parts)


def tie_sentence(tie: TieView, view: RelatiekaartView, say: Translator, own: bool = True) -> str:
    """One tie: between whom, what it is like, and what goes which way."""
    names = [name_of(_person(view, person), say) for person in (tie.first, tie.second)]
    pair = say("text.pair", first=names[0], second=names[1])
    return " ".join((f"{pair}.", *_tie_sentences(tie, view, say, own)))


def clash_sentence(clash: Clash, view: RelatiekaartView, say: Translator) -> str:
    """A field with several values: about whom, which field, and every value, the one shown now first."""
    return say(
        "clash.sentence",
        about=_clash_about(clash, view, say),
        field=say.either("field", clash.field),
        values=say.list([clash_value(clash, value, say) for value in clash.values]),
    )


def clash_value(clash: Clash, value: str | int | float | bool, say: Translator) -> str:
    """A clashing value as a word on screen."""
    if isinstance(value, bool):
        return say("value.yes" if value else "value.no")
    prefix = {"ring": "ring", "quality": "quality", "role": "person_role"}.get(clash.field)
    return say.either(prefix, str(value)) if prefix else str(value)


def _lines(view: RelatiekaartView, say: Translator, own: bool) -> Iterator[str]:
    title = say("text.title", client=view.client.name) if view.client.name else say("text.title_unnamed")
    yield title
    yield "=" * len(title)
    yield from summary(view, say, own)
    for ring in RINGS:
        inside = [each for each in view.people if each.ring == ring]
        yield from _section(say(f"ring.{ring}"), [_person_line(each, view, say, own) for each in inside])
    yield from _section(
        say("text.unplaced"), [_unplaced_line(each, view, say, own) for each in view.unplaced]
    )
    between = [tie for tie in view.ties if not tie.with_client]
    yield from _section(say("text.between"), [tie_sentence(tie, view, say, own) for tie in between])
    yield from _section(
        say("text.clashes"), [clash_sentence(clash, view, say) for clash in all_clashes(view)]
    )


def all_clashes(view: RelatiekaartView) -> tuple[Clash, ...]:
    """Every clash about people, places and ties."""
    people = (view.client, *(each.person for each in view.people), *view.unplaced)
    return (
        *(clash for person in people for clash in person.clashes),
        *(clash for placed in view.people for clash in placed.clashes),
        *(clash for tie in view.ties for clash in tie.clashes),
    )


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield f"{title[0].upper()}{title[1:]}"
        yield from (f"- {line}" for line in lines)


def _person_line(placed: PlacedView, view: RelatiekaartView, say: Translator, own: bool) -> str:
    about = ", ".join(_about(placed.person, say))
    start = f"{name_of(placed.person, say)} ({about})." if about else f"{name_of(placed.person, say)}."
    sentences = _tie_sentences(placed.tie, view, say, own) if placed.tie else ()
    return " ".join((start, *sentences, *_note(placed.person)))


def _unplaced_line(person: PersonView, view: RelatiekaartView, say: Translator, own: bool) -> str:
    tie = next((tie for tie in view.ties_of(person.id) if tie.with_client), None)
    return _person_line(PlacedView(person, RINGS[-1], None, tie), view, say, own)


def _about(person: PersonView, say: Translator) -> list[str]:
    words = [say.either("group", group) for group in person.groups]
    if person.birth:
        words.append(f"{say('field.birth')} {person.birth}")
    if person.deceased:
        words.append(say("text.deceased"))
    if person.role == "speelde":
        words.append(say("text.speelde"))
    if person.private:
        words.append(say("text.hidden" if person.hidden else "text.private"))
    return words


def _note(person: PersonView) -> tuple[str, ...]:
    note = " ".join(person.note.split())
    return (f"“{note}”",) if note else ()


def _tie_sentences(tie: TieView, view: RelatiekaartView, say: Translator, own: bool) -> tuple[str, ...]:
    """Quality first, then support; between the client and somebody, what the client gives comes first."""
    order = (tie.first, tie.second) if tie.second != CLIENT else (tie.second, tie.first)
    quality = say(f"quality.{tie.quality}") if tie.quality else ""
    support = (
        _gives(_person(view, giver), _person(view, tie.other(giver)), tie.given_by(giver), say, own)
        for giver in order
        if tie.given_by(giver)
    )
    return (*((f"{quality[0].upper()}{quality[1:]}.",) if quality else ()), *support)


def _gives(
    giver: PersonView, receiver: PersonView, kinds: Sequence[SupportKind], say: Translator, own: bool
) -> str:
    words = say.list([say(f"support.{kind}") for kind in kinds])
    if own and giver.is_client:
        return say("text.own.gives", name=name_of(receiver, say), kinds=words)
    if own and receiver.is_client:
        return say("text.own.receives", name=name_of(giver, say), kinds=words)
    return say("text.helps", giver=name_of(giver, say), receiver=name_of(receiver, say), kinds=words)


def _person(view: RelatiekaartView, person: str) -> PersonView:
    if person == CLIENT:
        return view.client
    found = view.placed(person)
    if found is not None:
        return found.person
    return next((each for each in view.unplaced if each.id == person), PersonView(id=person, name=""))


def _clash_about(clash: Clash, view: RelatiekaartView, say: Translator) -> str:
    about = clash.path[1].partition("/")[0]
    pair = pair_of(about)
    if pair is None:
        return name_of(_person(view, about), say)
    first, second = (name_of(_person(view, person), say) for person in pair)
    return say("text.pair", first=first, second=second)
