"""The map in words: sentences, never scores, and everything that the drawing shows."""

from __future__ import annotations

import re

from kring.domain.ids import CLIENT
from kring.i18n.translator import Translator
from kring.phases import STRINGS
from kring.phases.netwerkatlas.mensen.commands import DescribePerson, RenamePerson, SetDeceased
from kring.phases.netwerkatlas.relatiekaart.as_text import (
    all_clashes,
    as_text,
    clash_sentence,
    person_sentence,
)
from kring.phases.netwerkatlas.relatiekaart.commands import SetSupport, SetTieQuality, TakeOffMap
from kring.phases.netwerkatlas.relatiekaart.summary import summary

NL, EN = (Translator.of(language, STRINGS) for language in ("nl", "en"))


def test_MAP_16_an_empty_map_is_an_invitation_and_one_person_a_good_map(owner):
    assert summary(owner.kaart(), NL) == ("De kaart begint bij jou. Zet er iemand bij als je wilt.",)
    owner.add("Fenna", ring=1)
    assert summary(owner.kaart(), NL) == ("Fenna staat op je kaart. Met één mens is je kaart al goed.",)


def test_MAP_17_sentences_without_a_zero_or_a_score(owner):
    owner.add("Fenna", ring=1, gives=("E",), receives=("G",), groups=("vrienden",))
    owner.add("Henk", ring=3, receives=("M",), groups=("buren",))
    said = summary(owner.kaart(), NL)
    assert said == (
        "Op je kaart staan 2 mensen.",
        "Het dichtst bij jou staat Fenna.",
        "Deze mensen komen uit: vrienden en buren.",
        "Jij helpt Fenna.",
        "Fenna en Henk helpen jou.",
        "Met Fenna gaat het over en weer.",
    )
    assert not re.search(r"\b0\b|%|score|geen|niemand", " ".join(said))


def test_somebody_else_reads_it_with_the_name_of_the_client(owner):
    owner.add("Fenna", ring=1, gives=("E",), receives=("G",))
    owner.add("Henk", ring=2)
    said = summary(owner.kaart(), EN, own=False)
    assert "Noor helps Fenna." in said
    assert "Fenna helps Noor." in said
    assert not any(re.search(r"\b(you|your)\b", sentence.lower()) for sentence in said)


def test_many_names_become_a_few_and_others(owner):
    for index in range(9):
        owner.add(f"M{index}", ring=1, gives=("G",))
    assert "Jij helpt M0, M1, M2, M3, M4 en nog 4 anderen." in summary(owner.kaart(), NL)


def test_TXT_10_a_name_with_a_comma_in_it_is_one_person(owner):
    for name in ("Boef, de hond", "Bram"):
        owner.add(name, ring=1, gives=("G",))
    assert "Jij helpt ‘Boef, de hond’ en Bram." in summary(owner.kaart(), NL)


def test_MAP_18_the_text_holds_all_that_the_map_shows(owner, swap):
    mama = owner.add("Mama", ring=1, gives=("E", "G"), receives=("M",), groups=("familie",))
    papa = owner.add("Papa", ring=1, groups=("familie",), role="speelde")
    peter = owner.add("Peter", ring=3, role="mogelijk")
    els = owner.add("Els", groups=("koor",))
    owner.run(SetDeceased(papa, True))
    owner.run(DescribePerson(papa, "", "Leerde mij\nbakken."))
    owner.run(SetTieQuality(CLIENT, mama, "sterk"))
    owner.run(SetTieQuality(mama, els, "gespannen"))
    owner.run(SetSupport("A", els, mama, True))
    sister = owner.guest(2, "mensen", "relatiekaart")
    owner.run(RenamePerson(els, "Elsje"))
    sister.run(RenamePerson(els, "Els de Wit"))
    swap(owner, sister)
    view = owner.kaart()
    text = as_text(view, NL)
    for line in (
        "Relatiekaart van Noor",
        "Heel dichtbij",
        "- Mama (familie). Sterke band. Jij helpt Mama: emotionele steun en gezelligheid."
        " Mama helpt jou: materiële steun.",
        "- Papa (familie, overleden, van vroeger). “Leerde mij bakken.”",
        "- Peter (alleen voor jou).",
        "Nog geen plek op de kaart",
        "Banden tussen anderen",
        "Twee antwoorden",
    ):
        assert line in text.splitlines(), text
    assert "Gespannen band." in text
    assert "helpt Mama: advies en informatie." in text
    clash = all_clashes(view)[0]
    assert set(clash.values) == {"Elsje", "Els de Wit"}
    assert clash_sentence(clash, view, NL) in text
    theirs = as_text(sister.kaart(), NL, own=False)
    assert "Peter" not in theirs
    assert "Noor helpt Mama" in theirs
    assert person_sentence(view.placed(peter), view, NL) == "Peter, verder weg, alleen voor jou."


def test_a_person_without_a_name_is_named_by_a_word(owner):
    person = owner.add("A", ring=2)
    owner.handles["mensen"].change("", lambda edit: edit.put(("people", person, "name"), ""))
    assert "(nog geen naam)" in as_text(owner.kaart(), NL)
    owner.run(TakeOffMap(person))
    assert "(nog geen naam)" in as_text(owner.kaart(), NL)
