"""SHR-15: signatures about which verifiers could disagree never reach one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kring.platform.cpython.crypto import CpythonCrypto
from kring.sharing.ed25519 import FIELD, ORDER, SMALL_ORDER, plausible
from tests.contracts.crypto_suite import published

GOOD = published("ed25519")[0]


def encoded(number: int) -> bytes:
    return number.to_bytes(32, "little")


def on_curve_of_small_order(y: int) -> bool:
    """Whether 8·(x, y) is the identity: doubling three times by y alone, on -x² + y² = 1 + dx²y²."""
    d = -121665 * pow(121666, -1, FIELD) % FIELD
    for _ in range(3):
        if (d * y * y + 1) % FIELD == 0:
            return False
        x2 = (y * y - 1) * pow(d * y * y + 1, -1, FIELD) % FIELD
        denominator = (1 - d * x2 * y * y) % FIELD
        y = (y * y + x2) * pow(denominator, -1, FIELD) % FIELD
    return y == 1


def test_SHR_15_the_list_of_small_orders_is_the_curves_own() -> None:
    assert len(SMALL_ORDER) == 5
    for y in SMALL_ORDER:
        assert on_curve_of_small_order(y)
    base = 4 * pow(5, -1, FIELD) % FIELD
    assert not on_curve_of_small_order(base)


def test_SHR_15_points_of_small_order_or_off_the_canon_are_refused_as_key_and_as_commitment() -> None:
    bad = [encoded(y) for y in SMALL_ORDER]
    bad += [encoded(y + (1 << 255)) for y in SMALL_ORDER]
    bad += [encoded(y) for y in range(FIELD, 1 << 255)]
    bad += [encoded(y + (1 << 255)) for y in range(FIELD, 1 << 255)]
    for point in bad:
        assert not plausible(point, GOOD["signature"])
        assert not plausible(GOOD["public"], point + GOOD["signature"][32:])


def test_SHR_15_s_must_be_below_the_order() -> None:
    commitment = GOOD["signature"][:32]
    assert plausible(GOOD["public"], commitment + encoded(ORDER - 1))
    for s in (ORDER, ORDER + 1, 2**256 - 1):
        assert not plausible(GOOD["public"], commitment + encoded(s))


async def test_SHR_15_a_true_signature_with_s_plus_the_order_is_refused() -> None:
    s = int.from_bytes(GOOD["signature"][32:], "little")
    stretched = GOOD["signature"][:32] + encoded(s + ORDER)
    crypto = CpythonCrypto()
    items = [(GOOD["public"], GOOD["message"], each) for each in (GOOD["signature"], stretched)]
    assert await crypto.verify_many(items) == [True, False]


@given(st.binary(max_size=70), st.binary(max_size=70))
def test_P8_any_bytes_get_an_answer(public: bytes, signature: bytes) -> None:
    assert plausible(public, signature) in (True, False)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=40))
async def test_SHR_15_no_honest_signature_is_refused(seed: bytes, message: bytes) -> None:
    crypto = CpythonCrypto()
    public = (await crypto.sign_key(seed)).public
    assert plausible(public, await crypto.sign(seed, message))
