"""Nothing that a person types and nothing that a document holds makes the register or the map fall over."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kring.domain.ids import CLIENT
from kring.errors import BadInput, NotAllowed
from kring.i18n.translator import Translator
from kring.phases import STRINGS
from kring.phases.netwerkatlas.mensen import commands as mensen
from kring.phases.netwerkatlas.mensen import view_model as mensen_view
from kring.phases.netwerkatlas.relatiekaart import commands as kaart
from kring.phases.netwerkatlas.relatiekaart import view_model as kaart_view
from kring.phases.netwerkatlas.relatiekaart.as_text import as_text
from kring.phases.netwerkatlas.relatiekaart.labelling import details
from kring.phases.netwerkatlas.relatiekaart.layout import layout

PEOPLE = [letter * 16 for letter in "abcd"]
SAY = Translator.of("nl", STRINGS)

person = st.sampled_from([*PEOPLE, CLIENT, "nobody", ""])
words = st.one_of(
    st.text(max_size=12),
    st.text(alphabet=st.characters(), max_size=6),
    st.sampled_from(["", "x" * 501, "\u202e\u0000", "مريم", "👩‍👧‍👦", "a\ud800", "~/", "e\u0301"]),
)
few = st.lists(words, max_size=3).map(tuple)
kinds = st.lists(st.sampled_from(["E", "M", "G", "A", "p", "gezelschap", "?", ""]), max_size=4).map(tuple)
role = st.sampled_from(["speelt", "speelde", "mogelijk", "baas"])
ring = st.sampled_from([None, -1, 0, 1, 2, 3, 4])
angle = st.one_of(st.none(), st.floats(), st.integers(-(2**70), 2**70))
maybe = st.one_of(st.none(), words)
quality = st.sampled_from([None, "sterk", "gewoon", "gespannen", "verbroken", "heilig"])
path = st.one_of(
    st.tuples(st.just("people"), person, st.sampled_from(["name", "role", "note", "group/x", "emoji", "?"])),
    st.tuples(
        st.sampled_from(["places", "ties"]), st.builds("{}/{}".format, person, st.sampled_from(["ring"]))
    ),
    st.lists(words, max_size=4).map(tuple),
)
value = st.one_of(words, st.booleans(), st.integers(-5, 5), st.floats(), quality.filter(bool))
document = st.sampled_from(["mensen", "relatiekaart", "prive", "kring", ""])

command = st.one_of(
    st.builds(
        mensen.AddPerson,
        person,
        words,
        words,
        few,
        role,
        ring,
        kinds,
        kinds,
        st.sampled_from(["", "ab" * 16]),
    ),
    st.builds(mensen.RenamePerson, person, words),
    st.builds(mensen.DescribePerson, person, words, words),
    st.builds(mensen.SetPersonFields, person, maybe, maybe, maybe, maybe),
    st.builds(mensen.SetGroups, person, few),
    st.builds(mensen.SetDeceased, person, st.booleans()),
    st.builds(mensen.SetRole, person, role),
    st.builds(mensen.RemovePerson, person),
    st.builds(mensen.MarkMogelijk, person),
    st.builds(mensen.MakeKnown, person, role),
    st.builds(mensen.HidePerson, person),
    st.builds(mensen.ShowPerson, person),
    st.builds(mensen.ResolveConflict, document, path, value),
    st.builds(kaart.PlacePerson, person, ring, angle),
    st.builds(kaart.TakeOffMap, person),
    st.builds(kaart.SetTieQuality, person, person, quality),
    st.builds(
        kaart.SetSupport, st.sampled_from(["E", "P", "gezelligheid", "?"]), person, person, st.booleans()
    ),
    st.builds(kaart.AnswerQuestions, person, kinds, kinds),
    st.builds(kaart.RemoveTie, person, person),
)


def _see(views: Any, conflicts: Any) -> kaart_view.RelatiekaartView:
    register = mensen_view.project(views, conflicts)
    view = kaart_view.project(register, views, conflicts)
    assert kaart_view.project(register, views, conflicts) == view
    assert mensen_view.project(views, conflicts, register) is register
    made = layout(view)
    details(made, view, 0.7)
    as_text(view, SAY)
    return view


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(commands=st.lists(command, max_size=25), seed=st.integers(0, 2**16))
def test_MEN_2_any_commands_give_a_map_or_a_clear_refusal(new_owner, commands, seed):
    owner = new_owner(seed)
    for each in PEOPLE[:3]:
        owner.run(mensen.AddPerson(each, f"Mens {each[0]}", ring=1))
    register, shown = owner.mensen(), owner.kaart()
    for each in commands:
        before = owner.views
        try:
            owner.run(each)
        except (BadInput, NotAllowed):
            assert all(owner.views[kind] is before[kind] for kind in before)
        register = mensen_view.project(owner.views, owner.conflicts, register)
        shown = kaart_view.project(register, owner.views, owner.conflicts, shown)
    view = _see(owner.views, owner.conflicts)
    assert shown == view
    shared = owner.views["mensen"]["people"], owner.views["relatiekaart"]
    assert not any(hidden in repr(shared) for hidden in view.private)


scalar = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.binary(max_size=4), quality
)
key = st.one_of(
    st.text(max_size=10),
    st.builds("{}/{}".format, person, st.sampled_from(["ring", "angle", "x", ""])),
    st.builds("{}~{}/quality".format, person, person),
    st.builds("{}~{}/steun/{}/{}".format, person, person, st.sampled_from("EMGAX"), person),
)
fields = st.dictionaries(
    st.one_of(
        st.sampled_from(["name", "note", "emoji", "birth", "deceased", "role", "group/", "group/buren"]),
        st.text(max_size=5),
    ),
    st.one_of(scalar, st.dictionaries(st.text(max_size=3), scalar, max_size=2)),
    max_size=6,
)
part = st.one_of(scalar, st.dictionaries(key, scalar, max_size=12))
view = st.fixed_dictionaries(
    {},
    optional={
        "kind": scalar,
        "schema": scalar,
        "people": st.one_of(scalar, st.dictionaries(person, st.one_of(scalar, fields), max_size=6)),
        "places": part,
        "ties": part,
        "future": scalar,
    },
)
clashing = st.dictionaries(
    st.one_of(path, st.tuples(st.sampled_from(["places", "ties"]), key)),
    st.lists(scalar, max_size=3).map(tuple),
    max_size=6,
)


@settings(max_examples=200, deadline=None)
@given(
    views=st.dictionaries(document, view, max_size=5),
    conflicts=st.dictionaries(document, clashing, max_size=5),
)
def test_MAP_3_any_document_can_be_shown(views, conflicts):
    shown = _see(views, conflicts)
    known = {shown.client.id, *(each.id for each in shown.people), *(each.id for each in shown.unplaced)}
    assert all(tie.first in known and tie.second in known for tie in shown.ties)
    assert all(each.ring in (1, 2, 3) for each in shown.people)


@settings(max_examples=150, deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.dictionaries(document, view, max_size=3), st.dictionaries(document, clashing, max_size=3)
        ),
        min_size=2,
        max_size=4,
    )
)
def test_MAP_3_what_is_kept_from_an_earlier_view_is_never_out_of_date(steps):
    register, shown = None, None
    for views, conflicts in steps:
        register = mensen_view.project(views, conflicts, register)
        shown = kaart_view.project(register, views, conflicts, shown)
        assert shown == kaart_view.project(register, views, conflicts)
        assert register == mensen_view.project(views, conflicts)


def test_words_of_a_newer_version_are_passed_over():
    views = json.loads(
        """{"mensen": {"people": {"klant": {"name": "Noor"},
        "aaaaaaaaaaaaaaaa": {"name": "A", "role": "peter",
        "hobby": {"x": 1}}}}, "relatiekaart": {"places": {"aaaaaaaaaaaaaaaa/ring": 7, "bbbb/ring": 1},
        "ties": {"aaaaaaaaaaaaaaaa~klant/quality": "heilig", "aaaaaaaaaaaaaaaa~klant/steun/Z/klant": true,
        "aaaaaaaaaaaaaaaa~klant/steun/E/klant": true, "aaaaaaaaaaaaaaaa~gone/quality": "sterk"}}}"""
    )
    view = _see(views, {})
    assert [(each.id, each.ring, each.person.role) for each in view.people] == [("a" * 16, 3, "speelt")]
    assert [(tie.quality, tie.second_gives) for tie in view.ties] == [(None, ("E",))]
