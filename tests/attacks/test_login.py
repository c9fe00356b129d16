"""A relay that was given somebody's login tries it elsewhere (REL-7; docs/attacks.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from kring.errors import NetworkError
from kring.platform.cpython.network import CpythonNetwork, HttpLink
from kring.sync.network import Link
from tests.support.relay import Client, found, serving

Open = Callable[[str], Awaitable[Link]]
CARRIERS: dict[str, Open] = {"socket": CpythonNetwork().connect, "http": HttpLink.open}


@pytest.mark.parametrize("carrier", CARRIERS)
async def test_P4_REL_7_REL_45_a_login_for_one_relay_is_refused_by_another(
    tmp_path: Path, carrier: str
) -> None:
    """The false one passes on the true one's nonce: all that differs is for whom it was signed."""
    async with serving(tmp_path / "true") as true, serving(tmp_path / "false") as false:
        world = await found()
        founder = await Client.open(await CARRIERS[carrier](true), true)
        await founder.create(world)
        for origin in (false, true + "/", true.upper()):
            client = await Client.open(await CARRIERS[carrier](true), true)
            with suppress(NetworkError):  # over HTTP the link may be over before the answer is read
                await client.login(world.owner, origin=origin)
            assert await client.refusal() == "bad_login"
            with pytest.raises(NetworkError):
                await client.next()
            await client.close()
        client = await Client.open(await CARRIERS[carrier](true), true)
        await client.enter(world.owner)
        for each in (client, founder):
            await each.close()
