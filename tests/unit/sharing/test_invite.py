"""Invite links and check codes."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.errors import InviteExpired, KringError, LinkBroken, ProtocolError
from kring.sharing import author
from kring.sharing.device import new_device
from kring.sharing.invite import Link, check_code, decode_link, encode_link, require_open
from kring.sharing.link import origin
from kring.sharing.proofs import invite_id
from kring.sharing.records import Join
from tests.unit.sharing.world import LATER, NAME, RELAY, World

LINK = Link(bytes(range(32)), bytes(range(16)), bytes(range(32, 64)), "https://relay.example")
ORIGIN = "https://kring.example"


def test_SHR_17_a_link_comes_back_and_keeps_its_secret_behind_the_hash() -> None:
    text = encode_link(ORIGIN, LINK)
    assert decode_link(text) == LINK
    assert text.startswith(f"{ORIGIN}/#/join/")
    assert text.isascii()
    assert len(text) < 220
    assert "seed" not in repr(LINK)


@pytest.mark.parametrize("change", [lambda t: f"  {t}\n", lambda t: t[:60] + "\n" + t[60:], lambda t: t[22:]])
def test_P12_a_link_survives_how_mail_and_chat_break_it(change: object) -> None:
    assert callable(change)
    assert decode_link(change(encode_link(ORIGIN, LINK))) == LINK


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://kring.example",
        "https://kring.example/#/join/",
        "https://kring.example/#/join/é",
        "x" * 5000,
        "/#/join/" + "A" * 4000,
        "/#/join/AAAA",
        "/#/join/====",
        encode_link(ORIGIN, LINK)[:-3],
        encode_link(ORIGIN, LINK) + "=",
    ],
)
def test_P12_a_broken_link_says_so(text: str) -> None:
    with pytest.raises(LinkBroken):
        decode_link(text)


@given(st.text(max_size=300))
def test_P8_any_text_is_a_link_or_a_kring_error(text: str) -> None:
    for each in (text, "#/join/" + text, encode_link(ORIGIN, LINK) + text):
        try:
            decode_link(each)
        except KringError:
            continue


@given(st.data())
def test_P12_a_link_with_one_wrong_character_is_another_link_or_broken(data: st.DataObject) -> None:
    text = encode_link(ORIGIN, LINK)
    at = data.draw(st.integers(text.index("/join/") + 6, len(text) - 1))
    letter = data.draw(st.sampled_from(string.ascii_letters + string.digits + "-_+/=#é"))
    changed = text[:at] + letter + text[at + 1 :]
    try:
        link = decode_link(changed)
    except LinkBroken:
        return
    assert link != LINK or changed == text


@pytest.mark.parametrize(
    "relay", ["", "relay.example", "javascript:alert(1)", "https://", "https://a@b", "ftp://a.nl"]
)
def test_P12_a_link_to_no_relay_is_broken(relay: str) -> None:
    with pytest.raises(ProtocolError):
        origin(relay)
    with pytest.raises(LinkBroken):
        decode_link(encode_link(ORIGIN, Link(LINK.case, LINK.owner, LINK.seed, relay)))


def test_origins_have_nothing_but_scheme_host_and_port() -> None:
    for text in ("https://kring.example", "http://localhost:8000", "https://[::1]:8000"):
        assert origin(text) == text
    tails = ("/", "/b", "?b", "#b", ":b", ":999999", ":0")
    for text in (*(f"https://a{tail}" for tail in tails), "https://[a", "HTTPS://a", "https://a b", 5):
        with pytest.raises(ProtocolError):
            origin(text)


async def test_P12_expired_used_and_unknown_invites_are_told_apart(world: World) -> None:
    record, link = await author.invite(world.author(world.owner), "netwerklid", {}, LATER, RELAY, LATER - 1)
    pair = await world.crypto.sign_key(link.seed)
    name = invite_id(pair.public)
    with pytest.raises(LinkBroken):
        require_open(world.membership, name, LATER)
    await world.take(record)
    require_open(world.membership, name, LATER)
    with pytest.raises(InviteExpired):
        require_open(world.membership, name, LATER + 1)
    await world.joined()
    used = world.membership.members[world.membership.pending()[0].id].invite
    with pytest.raises(LinkBroken):
        require_open(world.membership, used, LATER)


async def test_SHR_17_both_people_see_the_same_code_and_it_hangs_on_every_part(world: World) -> None:
    parts = [b"c" * 32, b"o" * 16, b"i" * 16, b"j" * 16]
    code = await check_code(world.crypto, *parts)
    assert [len(each) for each in code.split(" ")] == [3, 3, 3]
    assert code.replace(" ", "").isdigit()
    assert await check_code(world.crypto, *parts) == code
    for number in range(4):
        other = [each if at != number else each[:-1] + b"x" for at, each in enumerate(parts)]
        assert await check_code(world.crypto, *other) != code


async def test_the_joiners_name_reaches_only_who_invited(world: World) -> None:
    person = await world.joined()
    membership = world.membership
    name = await author.joiner_name(world.crypto, world.owner.keys, membership, person.keys.id)
    assert name == NAME
    for keys in (world.paper.keys, person.keys):
        with pytest.raises(KringError):
            await author.joiner_name(world.crypto, keys, membership, person.keys.id)
    assert NAME.encode() not in b"".join(record.wire for record in world.records)
    assert isinstance(world.records[-1].body, Join)


async def test_SHR_40_a_link_for_a_device_of_ones_own_joins_ones_own_member_with_its_name(
    world: World,
) -> None:
    person = await world.granted()
    device = await world.own_device(person)
    assert world.membership.devices[device.keys.id].member == person.member
    membership = world.membership
    assert await author.joiner_name(world.crypto, person.keys, membership, device.keys.id) == NAME
    with pytest.raises(KringError):
        await author.joiner_name(world.crypto, world.owner.keys, membership, device.keys.id)


@pytest.mark.parametrize("name", ["", "é" * 513])
async def test_P12_a_name_must_fit(world: World, name: str) -> None:
    record, link = await author.invite(world.author(world.owner), "netwerklid", {}, LATER, RELAY, 0)
    await world.take(record)
    keys = await new_device(world.crypto)
    with pytest.raises(KringError):
        await author.join(author.Author(world.crypto, keys, world.membership), link, name, 0)
