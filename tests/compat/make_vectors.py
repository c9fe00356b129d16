"""Makes vectors/kring.json: bytes of `kring/1` that both runtimes must make, or open, alike for ever.

Run `python -m tests.compat.make_vectors` in the project's folder, and only when the protocol itself changes:
an old file is a promise to data that people already have. Boxes draw fresh randomness, so they always change.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

from kring.platform.cpython.crypto import CpythonCrypto
from kring.sharing import access, account, author, deeds, envelope, erasure, invite, labels, recovery, shares
from kring.sharing.actor import actor_id
from kring.sharing.crypto import Crypto
from kring.sharing.device import DeviceKeys, device_keys
from kring.sharing.keyring import seal_to
from kring.sharing.membership import Membership
from kring.sharing.proofs import invite_id
from kring.sharing.provenance import Held, Source
from kring.sharing.records import Genesis
from kring.sharing.snapshots import Whole, pack_whole
from kring.sync import messages
from tests.compat.node_crypto import browser_crypto

TARGET = Path(__file__).parent / "vectors" / "kring.json"
CHANGES = (b"first change", b"", bytes(range(256)))
NOW = 1_795_000_000_000


def fixed(name: str, length: int = 32) -> bytes:
    """Stable bytes that stand for random ones."""
    return (name.encode() * length)[:length]


class FixedCrypto(CpythonCrypto):
    """Draws the same bytes again and again, so that what is made can be compared."""

    def random(self, length: int) -> bytes:
        return fixed("random ", length)


async def deterministic(crypto: Crypto) -> dict[str, Any]:
    """What two runtimes with the same seeds and the same random bytes must make, byte for byte."""
    keys = await device_keys(crypto, fixed("sign seed "), fixed("kem seed "))
    paper = await recovery.paper_device(crypto, fixed("sheet ", recovery.SEED))
    pair = await crypto.sign_key(fixed("invite seed "))
    document = fixed("document ", 16)
    speaker = author.Author(crypto, keys, Membership())
    body = Genesis(fixed("member ", 16), keys.sign.public, keys.kem.public, fixed("salt "), (document,))
    genesis = await speaker.say(body, NOW)
    case = speaker.membership.case
    content = envelope.Content(keys.id, fixed("actor nonce ", 16), NOW, CHANGES).following(fixed("history "))
    sealed = await envelope.seal(
        crypto,
        keys,
        fixed("epoch secret "),
        case=case,
        document=document,
        epoch=1,
        seq=7,
        previous=fixed("previous "),
        log_position=1,
        log_head=speaker.membership.head,
        frontier=fixed("frontier "),
        plaintext=envelope.pack_content(content),
    )
    link = invite.Link(case, keys.id, fixed("invite seed "), "https://relay.example")
    sheet = recovery.Sheet(fixed("sheet ", recovery.SEED), case, link.relay, 1, genesis.chain_hash)
    return {
        "device": keys.id.hex(),
        "sign_public": keys.sign.public.hex(),
        "kem_public": keys.kem.public.hex(),
        "paper_device": paper.id.hex(),
        "genesis": genesis.wire.hex(),
        "case": case.hex(),
        "log_head": genesis.chain_hash.hex(),
        "actor": actor_id(document, keys.id, content.actor_nonce).hex(),
        "history": content.history.hex(),
        "envelope": sealed.wire.hex(),
        "envelope_hash": sealed.hash.hex(),
        "login_signature": (await crypto.sign(keys.sign.private, labels.LOGIN + fixed("nonce "))).hex(),
        "invite": invite_id(pair.public).hex(),
        "link": invite.encode_link("https://kring.example", link),
        "check_code": await invite.check_code(crypto, case, keys.id, invite_id(pair.public), paper.id),
        "seed_words": recovery.encode_seed(sheet.seed),
        "sheet": recovery.encode_sheet("https://kring.example", sheet),
        **await shown(crypto, case, keys),
        "vault_key": (await crypto.argon2id(b"wachtzin \xc3\xa9", fixed("salt ", 16), 65_536, 3, 32)).hex(),
    }


async def shown(crypto: Crypto, case: bytes, keys: DeviceKeys) -> dict[str, str]:
    """What the relay tells the owner, and what a device signs for others to keep."""
    device, sign = keys.id, keys.sign.public
    came = access.encode_entry(access.Entry(NOW, access.LOGIN, device, b"", 1), access.FIRST)
    done = deeds.Deed(1, NOW, deeds.OPENED, ("mensen",))
    told = account.Event(NOW, "opened", account.READ, account.DONE, done.kinds, deed=done.number)
    made = account.Account(
        "Kring 0.1.0", case, device, sign, fixed("member ", 16), "professional", "Jeugdhulp Šáré 💚",
        "K. de Wit", "", NOW, 1, fixed("log head "), deeds.FIRST, deeds.chained([done], deeds.FIRST), (told,),
    )  # fmt: skip
    erased = erasure.Erased(
        case, device, sign, NOW, 16, 5, 1, 17, 3, fixed("log head "), 2, "https://relay.example"
    )
    return {
        "access_entry": came.hex(),
        "access_hash": access.entry_hash(came).hex(),
        "deed": deeds.encode_deed(done, deeds.FIRST).hex(),
        "account": await account.sign_account(crypto, keys.sign, made),
        "erasure": await erasure.sign_erasure(crypto, keys.sign, erased),
    }


def frames() -> list[messages.ClientFrame | messages.ServerFrame]:
    """One of each frame that passes between a device and a relay."""
    case, head, document = fixed("case "), fixed("head "), fixed("document ", 16)
    records, envelopes = (b"a record", bytes(300)), (b"an envelope", bytes(2_000))
    return [
        messages.Create(records),
        messages.Login(case, fixed("device ", 16), NOW, fixed("signature ", 64)),
        messages.LogGet(24),
        messages.LogAppend(1, 256, records),
        messages.Put(2, envelopes),
        messages.SnapshotPut(3, bytes(500)),
        messages.SnapshotGet(4, document),
        messages.AccessGet(0),
        messages.Subscribe({document: 65_536, fixed("another ", 16): 0}),
        messages.Ping(2**32),
        messages.Hello(messages.VERSION, fixed("nonce ")),
        messages.Created(2, head),
        messages.LogOk(1, 258, head),
        messages.Welcome(258, NOW),
        messages.Log(256, records, 258),
        messages.Ack(2, (fixed("one "), fixed("other "))),
        messages.Events(document, 65_538, envelopes),
        messages.Snapshot(document, 65_538, bytes(500), envelopes),
        messages.Access(0, (b"an entry",), 1),
        messages.Pong(2**32),
        *(messages.Error(3, code) for code in messages.CODES),
    ]


WHOLE = Whole(
    b"a saved document",
    {
        (fixed("device ", 16), 1): (
            Held(Source(fixed("device ", 16), fixed("nonce ", 16)), 1, 3, NOW),
            Held(Source(fixed("former ", 16), fixed("nonce ", 16)), 7, 1, NOW - 5),
            Held(Source(fixed("device ", 16), fixed("nonce ", 16)), 4, 2, NOW + 60_000),
        ),
        (fixed("device ", 16), 2): (Held(Source(fixed("device ", 16), fixed("other ", 16)), 1, 64, NOW),),
    },
)
"""Deflated when it is packed, and deflating is no function of what goes in: so it is kept, and opened."""


def kept() -> dict[str, Any]:
    """What is made once and must be understood for ever: other bytes may say the same."""
    return {"whole": pack_whole(WHOLE).hex(), "shares": list(shares.split(fixed("sheet ", recovery.SEED)))}


async def snapshot(crypto: Crypto, whole: bytes) -> str:
    """The envelope of a snapshot around the plaintext that was kept."""
    keys = await device_keys(crypto, fixed("sign seed "), fixed("kem seed "))
    sealed = await envelope.seal(
        crypto,
        keys,
        fixed("epoch secret "),
        case=fixed("case "),
        document=fixed("document ", 16),
        epoch=2,
        seq=1,
        previous=bytes(32),
        log_position=9,
        log_head=fixed("log head "),
        frontier=fixed("frontier "),
        plaintext=whole,
        kind=envelope.SNAPSHOT,
    )
    return sealed.wire.hex()


async def boxes(crypto: Crypto) -> dict[str, str]:
    """An epoch secret sealed to the device above: a different box each time, opened by both runtimes."""
    keys = await device_keys(crypto, fixed("sign seed "), fixed("kem seed "))
    sealed = await seal_to(
        crypto,
        keys,
        fixed("case "),
        fixed("document ", 16),
        1,
        fixed("epoch secret "),
        {keys.id: keys.kem.public},
    )
    return {device.hex(): box.hex() for device, box in sealed.items()}


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder, browser_crypto(Path(folder)) as browser:
        old = kept()
        made = {
            "made": await deterministic(FixedCrypto()),
            "boxes": {"cpython": await boxes(CpythonCrypto()), "browser": await boxes(browser)},
            "kept": {**old, "snapshot": await snapshot(FixedCrypto(), bytes.fromhex(old["whole"]))},
            "frames": [messages.encode(frame).hex() for frame in frames()],
        }
    TARGET.write_text(json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
