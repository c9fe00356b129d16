"""Links that carry a few values behind the `#`, which browsers never send to a server."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from typing import Final

from kring.errors import LinkBroken, ProtocolError
from kring.sharing import codec, shape

_LONGEST: Final = 1024
_ORIGIN: Final = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?")


def pack_link(origin: str, mark: str, parts: Sequence[codec.Value]) -> str:
    """`<origin>/<mark><base64url of CBOR>`; the first of `parts` is the version."""
    code = base64.urlsafe_b64encode(codec.encode(parts)).rstrip(b"=").decode()
    return f"{origin.rstrip('/')}/{mark}{code}"


def unpack_link(text: str, mark: str, count: int) -> list[codec.Value]:
    """The `count` parts of what a person pasted or scanned; the version is 1. Raises LinkBroken.

    White space anywhere is taken out first: mail and chat break long lines.
    """
    _, found, code = "".join(text.split()).partition(mark)
    if not found or len(code) > _LONGEST:
        raise LinkBroken("this is not such a link")
    try:
        packed = base64.b64decode(code + "=" * (-len(code) % 4), altchars=b"-_", validate=True)
        parts = codec.decode(packed, _LONGEST)
    except (ValueError, ProtocolError) as error:
        raise LinkBroken("the link is incomplete or damaged") from error
    if type(parts) is not list or len(parts) != count or type(parts[0]) is not int or parts[0] != 1:
        raise LinkBroken("not a link of this version")
    if pack_link("", mark, parts) != f"/{mark}{code}":
        raise LinkBroken("the link is damaged")
    return parts


def origin(value: codec.Value) -> str:
    """A shape: scheme, host (lower case, punycode) and perhaps a port, of the web."""
    text = shape.text(255)(value)
    if not _ORIGIN.fullmatch(text):
        raise ProtocolError("expected an origin of the web")
    return text
