"""Both languages are complete, every key is used and defined, and the words are plain."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import kring
from kring import errors
from kring.cases.engine import RESTORED
from kring.i18n.catalogue import LANGUAGES, load
from kring.i18n.translator import placeholders
from kring.phases import HANDLERS
from kring.sync.messages import CODES

ROOT = Path(kring.__file__).parent
CATALOGUES = sorted(path.parent for path in ROOT.rglob("nl.json"))
PACKAGES = [".".join(("kring", *folder.relative_to(ROOT).parts)) for folder in CATALOGUES]
EVERYTHING = {language: load(language, PACKAGES) for language in LANGUAGES}

SOURCE = "\n".join(path.read_text() for path in ROOT.rglob("*.py"))
LITERALS = set(re.findall(r"""["']([a-z0-9_]+(?:\.[A-Za-z0-9_-]+)+)["']""", SOURCE))
TEMPLATES = [
    re.sub(r"\\{.*?\\}", "[A-Za-z0-9_.-]+", re.escape(pattern))
    for pattern in re.findall(r"""f["']([^"'\n]*\{[^"'\n]*)["']""", SOURCE)
    if re.search(r"[a-z]{3}", re.sub(r"\{.*?\}", "", pattern))
]
PREFIXES = set(re.findall(r"""either\(\s*["']([a-z_]+)["']""", SOURCE)) | {"ring", "quality", "person_role"}
VOICES = ("summary.own", "summary.other")

FORBIDDEN = (
    "hulpvraag",
    "cliënt",
    "zorgvrager",
    "indicatie",
    "problematiek",
    "interventie",
    "participatie",
    "faciliteren",
    "middels",
    "teneinde",
    "dient te",
    " uw ",
    " u ",
    "synchron",
    "encrypt",
    "gebruiker",
    "ongeldig",
    "fout opgetreden",
)
LATER = ("volgende versie", "next version", "later version")
SECOND_WORDS = ("apparaat", "apparaten", "look along", "looks along")
NEVER_ASKED = (
    r"wie ken(t u|nen jullie| je| jij)\b.*\ballemaal",
    r"is er iemand die (u|jou|je|jullie) kan helpen",
    r"who do you (all )?know",
    r"is there (anyone|someone|anybody|somebody) who (can|could) help you",
)
LONGEST_SENTENCE = 15
LONGEST_WORD = 18
PROPER_NAMES = {
    "meedenkbijeenkomst",
    "procesbegeleider",
    "gebeurteniskaart",
    "uitnodigingslink",
}


def texts(language: str) -> list[tuple[str, str]]:
    return [
        (key, text)
        for key, entry in EVERYTHING[language].items()
        for text in ([entry] if isinstance(entry, str) else entry.values())
    ]


def sentences(text: str) -> list[list[str]]:
    plain = re.sub(r"\{[a-z_]+\}", "Naam", text)
    parts = re.split(r"[.!?:;]\s+|\n", plain)
    return [[word for word in re.split(r"[\s/]+", part) if word] for part in parts]


@pytest.mark.parametrize("folder", CATALOGUES, ids=PACKAGES)
def test_TXT_4_both_languages_have_the_same_keys_and_placeholders(folder):
    nl, en = (json.loads((folder / f"{language}.json").read_text()) for language in LANGUAGES)
    assert list(nl) == list(en)
    for key in nl:
        assert placeholders(nl[key]) == placeholders(en[key]), key
        assert isinstance(nl[key], str) == isinstance(en[key], str), key
        for entry in (nl[key], en[key]):
            assert isinstance(entry, str) or set(entry) == {"one", "other"}, key
            assert entry if isinstance(entry, str) else all(entry.values()), key


def test_TXT_5_every_error_has_its_words():
    def leaves(kind: type) -> list[type]:
        return [kind, *(leaf for child in kind.__subclasses__() for leaf in leaves(child))]

    for kind in leaves(errors.KringError):
        if kind.__module__.startswith("kring."):
            for language in LANGUAGES:
                assert f"error.{kind.code}" in EVERYTHING[language], kind
    reasons = set(
        re.findall(
            r"""reason=["']([a-z_]+)["']""",
            "\n".join(path.read_text() for path in [*ROOT.glob("phases/**/*.py"), *ROOT.glob("domain/*.py")]),
        )
    )
    assert "empty" in reasons
    for code in (*CODES, RESTORED):
        assert f"error.{code}" in EVERYTHING["nl"], code
    for reason in reasons:
        assert f"error.bad_input.{reason}" in EVERYTHING["nl"], reason


def test_TXT_6_every_undo_label_has_its_words():
    for command in HANDLERS:
        assert command.undo_label in EVERYTHING["nl"], command


def _used(key: str) -> bool:
    if key in LITERALS or key.startswith(("error.", "month.", "example.")):
        return True
    if any(key.startswith(f"{prefix}.") for prefix in PREFIXES):
        return True
    if any(key.startswith(f"{voice}.") and f'"{key[len(voice) + 1 :]}"' in SOURCE for voice in VOICES):
        return True
    return any(re.fullmatch(template, key) for template in TEMPLATES)


OWN = [package for package in PACKAGES if not package.startswith("kring.ui")]


def test_TXT_7_no_key_is_defined_without_use():
    offered = {  # for screens: the two questions, hints and letters stand here for whoever draws the map
        "question.gives", "question.receives", "question.gives_person", "question.receives_person",
    }  # fmt: skip
    unused = [
        key
        for key in load("nl", OWN)
        if not _used(key)
        and key not in offered
        and not key.startswith(("support.", "member_role.", "right."))
    ]
    assert unused == []


def test_TXT_7_no_key_is_used_without_being_defined():
    said = set(re.findall(r"""\bsay\(\s*["']([a-z0-9_.-]+)["']""", SOURCE))
    assert "list.last" in said
    assert sorted(key for key in said if key not in EVERYTHING["nl"]) == []


@pytest.mark.parametrize(("key", "text"), texts("nl"))
def test_TXT_8_dutch_is_plain(key, text):
    lower = f" {text.lower()} "
    assert not [word for word in FORBIDDEN if word in lower], key
    for sentence in sentences(text):
        assert len(sentence) <= LONGEST_SENTENCE, (key, sentence)
        for word in sentence:
            bare = word.strip(".,:;!?()“”‘’\"'…").lower()
            assert len(bare) <= LONGEST_WORD or bare in PROPER_NAMES or "://" in bare, (key, word)


@pytest.mark.parametrize("language", LANGUAGES)
def test_TXT_9_the_questions_that_do_not_work_are_never_asked(language):
    for key, text in texts(language):
        assert not any(re.search(question, text.lower()) for question in NEVER_ASKED), key


def test_the_gate_sees_what_it_must_see():
    assert any(re.search(question, "wie kent u allemaal?") for question in NEVER_ASKED)
    assert any(re.search(question, "is er iemand die u kan helpen?") for question in NEVER_ASKED)
    assert any(word in " wat is uw hulpvraag? " for word in FORBIDDEN)


def test_MAP_15_the_two_questions_stand_giving_first():
    keys = list(EVERYTHING["nl"])
    assert EVERYTHING["nl"]["question.gives"] == "Voor wie ben jij belangrijk, wie help jij?"
    assert EVERYTHING["nl"]["question.receives"] == "Wie is voor jou belangrijk, wie helpt jou?"
    assert keys.index("question.gives") < keys.index("question.receives")


@pytest.mark.parametrize(("key", "text"), [each for language in LANGUAGES for each in texts(language)])
def test_TXT_11_nothing_is_promised_for_later_and_one_thing_has_one_word(key, text):
    assert not [word for word in (*LATER, *SECOND_WORDS) if word in text.lower()], key
