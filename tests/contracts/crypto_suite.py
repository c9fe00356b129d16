"""What every Crypto adapter must do. Plain asserts, so that the same cases run inside a browser too.

`published.json` stands in tests/compat/vectors; run `CASES` as `for name, case in CASES: await case(crypto)`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from kring.errors import CryptoError
from kring.sharing.crypto import Crypto, Sealed

Case = Callable[[Crypto], Awaitable[None]]
VECTORS = Path(__file__).parent.parent / "compat" / "vectors"


def published(name: str) -> list[dict[str, Any]]:
    """The cases of one published set, hexadecimal texts as bytes."""
    cases = json.loads((VECTORS / "published.json").read_text())[name]["cases"]
    assert cases
    return [{k: bytes.fromhex(v) if isinstance(v, str) else v for k, v in each.items()} for each in cases]


async def refuses(work: Awaitable[object]) -> None:
    try:
        await work
    except CryptoError:
        return
    raise AssertionError("CryptoError was expected")


async def random_bytes_differ_and_have_the_length(crypto: Crypto) -> None:
    drawn = {crypto.random(32) for _ in range(100)}
    assert len(drawn) == 100
    assert {len(each) for each in drawn} == {32}


async def sha256_of_abc_is_that_of_fips_180(crypto: Crypto) -> None:
    assert crypto.sha256(b"abc").hex().startswith("ba7816bf8f01cfea414140de5dae2223b00361a396177a9c")


async def hkdf_gives_rfc_5869(crypto: Crypto) -> None:
    for case in published("hkdf"):
        output = crypto.hkdf(case["secret"], case["salt"], case["info"], len(case["output"]))
        assert output == case["output"]


async def aes_gcm_gives_the_published_ciphertext(crypto: Crypto) -> None:
    for case in published("aes256gcm"):
        sealed = await crypto.seal(Sealed(case["key"], case["nonce"], case["plaintext"], case["aad"]))
        assert sealed == case["ciphertext"]
        item = Sealed(case["key"], case["nonce"], sealed, case["aad"])
        assert await crypto.open_many([item]) == [case["plaintext"]]


async def opening_many_keeps_the_order_and_tells_each_failure_apart(crypto: Crypto) -> None:
    key, nonce = bytes(range(32)), bytes(12)
    boxes = [await crypto.seal(Sealed(key, nonce, bytes([n]) * n, b"aad")) for n in range(5)]
    items = [Sealed(key, nonce, box, b"aad") for box in boxes]
    items[1] = Sealed(key, nonce, boxes[1], b"other")
    items[3] = Sealed(key, nonce, boxes[3][:-1] + bytes([boxes[3][-1] ^ 1]), b"aad")
    items += [Sealed(key, nonce, b"short", b""), Sealed(key[:31], nonce, boxes[0], b"aad")]
    items += [Sealed(key, b"", boxes[0], b"aad"), items[2]]
    expected = [b"", None, bytes([2]) * 2, None, bytes([4]) * 4, None, None, None, bytes([2]) * 2]
    assert await crypto.open_many(items) == expected
    assert await crypto.open_many([]) == []


async def sealing_with_a_wrong_key_or_nonce_length_is_refused(crypto: Crypto) -> None:
    await refuses(crypto.seal(Sealed(bytes(16), bytes(12), b"", b"")))
    await refuses(crypto.seal(Sealed(bytes(32), bytes(8), b"", b"")))


async def ed25519_gives_rfc_8032(crypto: Crypto) -> None:
    for case in published("ed25519"):
        assert (await crypto.sign_key(case["seed"])).public == case["public"]
        assert await crypto.sign(case["seed"], case["message"]) == case["signature"]
        assert await crypto.verify_many([(case["public"], case["message"], case["signature"])]) == [True]


async def ed25519_is_strict_in_every_speccheck_case(crypto: Crypto) -> None:
    cases = published("speccheck")
    assert len(cases) == 12
    answers = await crypto.verify_many([(c["public"], c["message"], c["signature"]) for c in cases])
    assert answers == [case["holds"] for case in cases]


async def verifying_many_tells_each_apart(crypto: Crypto) -> None:
    pair = await crypto.sign_key(bytes(range(32)))
    good = await crypto.sign(pair.private, b"one")
    items = [
        (pair.public, b"one", good),
        (pair.public, b"two", good),
        (pair.public, b"one", good[:-1]),
        (pair.public, b"one", good[:10] + bytes([good[10] ^ 4]) + good[11:]),
        (pair.public[:31], b"one", good),
        (b"", b"", b""),
        (pair.public, b"one", good),
    ]
    assert await crypto.verify_many(items) == [True, False, False, False, False, False, True]
    assert await crypto.verify_many([]) == []


async def a_seed_of_the_wrong_length_is_refused(crypto: Crypto) -> None:
    for length in (0, 31, 33, 64):
        await refuses(crypto.sign_key(bytes(length)))
        await refuses(crypto.sign(bytes(length), b""))
        await refuses(crypto.kem_key(bytes(length)))


async def xwing_makes_the_published_public_keys(crypto: Crypto) -> None:
    for case in [*published("xwing"), *published("hpke_key_schedule")]:
        assert (await crypto.kem_key(case["seed"])).public == case["public"]


async def hpke_opens_boxes_made_from_the_published_shared_secrets(crypto: Crypto) -> None:
    """RFC 9180 by hand: X-Wing's published encapsulation, our own key schedule, AES-256-GCM."""
    for case in [*published("xwing"), *published("hpke_key_schedule")]:
        key, nonce = key_schedule(case["shared"], b"the info", aead=2)
        box = case["enc"] + await crypto.seal(Sealed(key, nonce, b"the secret", b""))
        assert await crypto.hpke_open(case["seed"], b"the info", box) == b"the secret"


async def the_key_schedule_used_above_is_the_published_one(crypto: Crypto) -> None:
    for case in published("hpke_key_schedule"):
        schedule = key_schedule(case["shared"], case["info"], aead=case["aead"])
        assert schedule == (case["key"], case["base_nonce"])


async def hpke_boxes_open_with_their_own_info_and_key_only(crypto: Crypto) -> None:
    mine, other = await crypto.kem_key(bytes(range(32))), await crypto.kem_key(bytes(32))
    box = await crypto.hpke_seal(mine.public, b"info", b"secret")
    assert len(box) == 1120 + len(b"secret") + 16
    assert await crypto.hpke_open(mine.private, b"info", box) == b"secret"
    await refuses(crypto.hpke_open(mine.private, b"other", box))
    await refuses(crypto.hpke_open(other.private, b"info", box))
    for at in (0, 500, 1087, 1088, 1119, 1120, len(box) - 1):
        await refuses(
            crypto.hpke_open(mine.private, b"info", box[:at] + bytes([box[at] ^ 1]) + box[at + 1 :])
        )
    for length in (0, 1, 1119, 1120, 1135):
        await refuses(crypto.hpke_open(mine.private, b"info", box[:length]))
    await refuses(crypto.hpke_seal(mine.public[:-1], b"info", b"secret"))


async def argon2id_gives_the_reference_hashes(crypto: Crypto) -> None:
    for case in published("argon2id"):
        output = await crypto.argon2id(case["secret"], case["salt"], case["memory_kib"], case["passes"], 32)
        assert output == case["output"]


async def argon2id_refuses_what_rfc_9106_refuses(crypto: Crypto) -> None:
    await refuses(crypto.argon2id(b"secret", b"short", 64, 1, 32))
    await refuses(crypto.argon2id(b"secret", b"long enough", 4, 1, 32))
    await refuses(crypto.argon2id(b"secret", b"long enough", 64, 0, 32))


def key_schedule(shared: bytes, info: bytes, *, aead: int) -> tuple[bytes, bytes]:
    """RFC 9180 §5.1, base mode, for X-Wing (0x647a) and HKDF-SHA256: (key of 32 bytes, base nonce)."""
    suite = b"HPKE" + (0x647A).to_bytes(2) + (1).to_bytes(2) + aead.to_bytes(2)

    def extract(salt: bytes, label: bytes, secret: bytes) -> bytes:
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + secret, "sha256")

    def expand(secret: bytes, label: bytes, context: bytes, length: int) -> bytes:
        labelled = length.to_bytes(2) + b"HPKE-v1" + suite + label + context
        assert length <= hashlib.sha256().digest_size
        return hmac.digest(secret, labelled + b"\1", "sha256")[:length]

    context = b"\0" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(shared, b"secret", b"")
    return expand(secret, b"key", context, 32), expand(secret, b"base_nonce", context, 12)


CASES: list[tuple[str, Case]] = [
    (case.__name__, case)
    for case in (
        random_bytes_differ_and_have_the_length,
        sha256_of_abc_is_that_of_fips_180,
        hkdf_gives_rfc_5869,
        aes_gcm_gives_the_published_ciphertext,
        opening_many_keeps_the_order_and_tells_each_failure_apart,
        sealing_with_a_wrong_key_or_nonce_length_is_refused,
        ed25519_gives_rfc_8032,
        ed25519_is_strict_in_every_speccheck_case,
        verifying_many_tells_each_apart,
        a_seed_of_the_wrong_length_is_refused,
        xwing_makes_the_published_public_keys,
        hpke_opens_boxes_made_from_the_published_shared_secrets,
        the_key_schedule_used_above_is_the_published_one,
        hpke_boxes_open_with_their_own_info_and_key_only,
        argon2id_gives_the_reference_hashes,
        argon2id_refuses_what_rfc_9106_refuses,
    )
]
