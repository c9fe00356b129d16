"""The recovery sheet: typed and scanned."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.errors import KringError, LinkBroken
from kring.platform.cpython.crypto import CpythonCrypto
from kring.sharing.recovery import (
    Sheet,
    decode_place,
    decode_seed,
    decode_share,
    decode_sheet,
    encode_place,
    encode_seed,
    encode_share,
    encode_sheet,
    new_seed,
    paper_device,
    read_sheet,
)
from kring.sharing.shares import split

SEEDS = st.binary(min_size=20, max_size=20)
SHEET = Sheet(bytes(range(20)), bytes(range(32)), "https://relay.example", 6, bytes(32))
ORIGIN = "https://kring.example"


@given(SEEDS)
def test_SHR_18_a_seed_comes_back_however_it_is_typed(seed: bytes) -> None:
    text = encode_seed(seed)
    assert [len(each) for each in text.split(" ")] == [4] * 9
    sloppy = text.lower().replace("0", "o").replace("1", "l").replace(" ", "-")
    for typed in (text, sloppy, text.replace(" ", ""), f"\t{text}\n", text.replace("1", "I")):
        assert decode_seed(typed) == seed


@given(SEEDS, st.data())
def test_SHR_18_P12_one_wrong_letter_is_noticed(seed: bytes, data: st.DataObject) -> None:
    text = encode_seed(seed).replace(" ", "")
    at = data.draw(st.integers(0, 35))
    letter = data.draw(st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZU*é"))
    if letter == text[at]:
        return
    with pytest.raises(LinkBroken):
        decode_seed(text[:at] + letter + text[at + 1 :])


@given(SEEDS, st.integers(0, 34))
def test_SHR_18_P12_two_letters_swapped_are_noticed(seed: bytes, at: int) -> None:
    text = encode_seed(seed).replace(" ", "")
    if text[at] == text[at + 1]:
        return
    with pytest.raises(LinkBroken):
        decode_seed(text[:at] + text[at + 1] + text[at] + text[at + 2 :])


@given(st.text(max_size=60))
def test_P8_any_text_is_a_seed_or_a_sheet_or_a_kring_error(text: str) -> None:
    for read in (decode_seed, decode_sheet):
        for each in (text, "#/recover/" + text, encode_sheet(ORIGIN, SHEET) + text):
            try:
                read(each)
            except KringError:
                continue


def test_P12_SHR_3_half_a_character_in_what_was_pasted_is_told() -> None:
    for relay in ("https://relay.example\ud83d", "\udc80"):
        with pytest.raises(LinkBroken) as error:
            read_sheet([encode_seed(SHEET.seed)], encode_place(SHEET.case), relay)
        assert error.value.details["reason"] == "relay"


def test_a_sheet_comes_back_from_its_qr() -> None:
    text = encode_sheet(ORIGIN, SHEET)
    assert decode_sheet(text) == SHEET
    assert text.startswith(f"{ORIGIN}/#/recover/")
    assert len(text) < 240
    assert repr(SHEET.seed) not in repr(SHEET)
    for broken in (
        "",
        text[:-4],
        text.replace("recover", "join"),
        "#/recover/AAAA",
        "#/recover/" + "A" * 2000,
    ):
        with pytest.raises(LinkBroken):
            decode_sheet(broken)
    with pytest.raises(LinkBroken):
        decode_sheet(encode_sheet(ORIGIN, Sheet(SHEET.seed, SHEET.case, "no relay", 6, SHEET.head)))


async def test_the_same_seed_makes_the_same_device_and_another_seed_another() -> None:
    crypto = CpythonCrypto()
    seed = new_seed(crypto)
    one, again = await paper_device(crypto, seed), await paper_device(crypto, seed)
    other = await paper_device(crypto, new_seed(crypto))
    assert one == again
    assert one.id != other.id
    assert len({one.sign.private, one.kem.private, seed}) == 3


def test_SHR_18_the_typed_place_says_which_case_and_no_mistake_slips_through() -> None:
    case = bytes(range(32))
    typed = encode_place(case)
    assert len(typed.split()) == 14
    assert decode_place(typed.lower().replace(" ", "-").replace("0", "O").replace("1", "l")) == case
    plain = typed.replace(" ", "")
    for at in range(len(plain)):
        wrong = plain[:at] + ("7" if plain[at] != "7" else "8") + plain[at + 1 :]
        with pytest.raises(LinkBroken):
            decode_place(wrong)


def test_SHR_18_a_typed_sheet_has_no_checkpoint_and_a_scanned_one_has() -> None:
    seed, case = b"\5" * 20, b"\6" * 32
    scanned = Sheet(seed, case, "https://kring.example", 7, b"\7" * 32)
    assert read_sheet([encode_sheet("https://app.example", scanned)], "", "") == scanned
    for relay in ("https://kring.example", "kring.example", " HTTPS://Kring.Example/ "):
        assert read_sheet([encode_seed(seed)], encode_place(case), relay) == Sheet(
            seed, case, "https://kring.example", 0, b""
        )
    for relay in ("", "kring example", "ftp://kring.example", "https://kring.example/path"):
        with pytest.raises(LinkBroken):
            read_sheet([encode_seed(seed)], encode_place(case), relay)


def test_SHR_24_two_shares_that_were_scanned_are_one_sheet() -> None:
    seed, case = b"\5" * 20, b"\6" * 32
    sheet = Sheet(seed, case, "https://kring.example", 7, b"\7" * 32)
    first, second, third = (encode_share("https://app.example", words, sheet) for words in split(seed))
    assert read_sheet([first, third], "", "") == sheet
    later = encode_share("https://app.example", decode_share(second)[0], replace(sheet, position=9))
    assert read_sheet([first, later], "", "").position == 9
    elsewhere = encode_share("https://app.example", decode_share(second)[0], replace(sheet, case=b"\1" * 32))
    for wrong in ([first], [first, first], [first, elsewhere], [first, "x"], []):
        with pytest.raises(LinkBroken):
            read_sheet(wrong, "", "")
