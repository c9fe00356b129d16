"""Where the chains of a device end: made once it is frozen and all that it sent has been taken in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from kring.cases.document import CaseDocument
from kring.sharing import rights
from kring.sharing.envelope import parse_envelope
from kring.sharing.membership import Membership
from kring.sharing.records import Cut, Ends
from kring.sharing.rules.common import written

STEPS: Final = (0, 0, 1, 16, 2**63)
"""How far each chain of who is held still is ended before where it ends here, one after another, where the
relay does not have what this device was once shown (CAS-80). The owner may take over what is lost by it."""

UNSEEN: Final = "the relay does not hold what this device has seen"

Earlier = Callable[[bytes, bytes, int, int], tuple[int, bytes] | None]
"""Another end for the chain of this device in this document and epoch, whose last number here is given."""


def cut_of(
    membership: Membership,
    documents: Mapping[bytes, CaseDocument],
    member: bytes,
    devices: Iterable[bytes],
    keep: Mapping[bytes, int] | None = None,
    earlier: Earlier | None = None,
) -> Cut:
    """For REVOKE (`keep`: what is left to the member), DEVICE_REVOKE and RECOVER.

    Names every chain that these devices wrote in since an earlier cut, and how far this device has let it in:
    what its gate refused counts for nobody. A document that this device may not read is cut off whole.
    `earlier`: end each chain there instead.
    """
    names = list(devices)
    left = keep or {}
    return {
        document: {name: _ends(membership, documents.get(document), name, earlier) for name in names}
        for document in written(membership, member)
        if left.get(document, rights.NONE) < rights.BIJDRAGEN
    }


def stepped_back(
    membership: Membership, back: int, stored: Callable[[bytes, bytes, int, int], bytes | None]
) -> Earlier | None:
    """So many envelopes before the last one here, but never before what a confirmed snapshot covers (CAS-80).

    None for no step back. `stored` gives the envelope in this document of this device, epoch and number.
    """

    if not back:
        return None

    def end(document: bytes, device: bytes, epoch: int, seq: int) -> tuple[int, bytes] | None:
        confirmed = membership.confirmed.get(document)
        listed = confirmed.covers.get(device, ()) if confirmed else ()
        covered = next(((number, name) for each, number, name in listed if each == epoch), None)
        wire = stored(document, device, epoch, seq - back) if seq > back else None
        if wire is None or (covered and covered[0] >= seq - back):
            return covered
        return seq - back, parse_envelope(wire).hash

    return end


def _ends(
    membership: Membership,
    known: CaseDocument | None,
    device: bytes,
    earlier: Earlier | None,
) -> Ends:
    if known is None:
        return ()
    bound = membership.cuts.get((device, known.id))
    since = bound.epoch if bound is not None else 0
    found = []
    for (name, epoch), last in sorted(known.gate.frontier.items()):
        if name == device and epoch > since and last.seq:
            end = earlier(known.id, device, epoch, last.seq) if earlier else (last.seq, last.hash)
            found += [(epoch, *end)] if end else []
    return tuple(found)
