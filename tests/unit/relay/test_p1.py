"""P1: whoever takes the relay's disk and logs finds no content, no name, no title."""

from __future__ import annotations

import base64
import gzip
import logging
import zlib
from pathlib import Path

import pytest

from kring.platform.cpython.network import CpythonNetwork
from kring.sharing.envelope import Content, pack_content
from kring.sync import messages
from sync_server.logs import JsonFormatter, event, logger
from tests.support.canary import traces
from tests.support.relay import NOW, Client, found, invite, serving

CANARY = "Kanarie-Tante-Toos-7421"


@pytest.mark.parametrize(
    "hidden",
    [
        CANARY.encode(),
        CANARY.upper().encode(),
        CANARY.encode("utf-16-le"),
        CANARY.encode().hex().encode(),
        base64.b64encode(b"x" + CANARY.encode() + b"yz"),
        base64.urlsafe_b64encode(b"xy" + CANARY.encode() + b"yz"),
        zlib.compress(b"before " + CANARY.encode()),
        gzip.compress(CANARY.encode(), mtime=0),
        zlib.compress(CANARY.encode() * 3, wbits=-15),
    ],
)
def test_P1_the_search_finds_what_it_looks_for(hidden: bytes) -> None:
    assert traces(bytes(range(256)) + hidden + bytes(range(256)), CANARY)


def test_P1_the_search_finds_nothing_in_noise() -> None:
    assert traces(bytes(range(256)) * 40, CANARY) == []


async def test_P1_a_dump_of_database_disk_and_logs_holds_no_content_and_no_name(tmp_path: Path) -> None:
    log = tmp_path / "relay.log"
    handler = logging.FileHandler(log)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    data = tmp_path / "data"
    try:
        async with serving(data) as origin:
            await use(origin)
            while_running = dump(data)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        handler.close()
    written = log.read_bytes()
    assert b'"refused"' in written
    assert b"relay.db-wal" in while_running
    content = pack_content(Content(bytes(16), bytes(16), NOW, (f"{CANARY} woont om de hoek".encode(),)))
    assert traces(content, CANARY)
    for place in (while_running, dump(data), written):
        assert len(place) > 200
        assert traces(place, CANARY) == []
        assert traces(place, "Noor-het-buurmeisje") == []


async def use(origin: str) -> None:
    """Write, invite, join by name, read, and be refused in each way that is logged."""
    world = await found()
    mensen = world.documents["mensen"]
    owner = await Client.open(await CpythonNetwork().connect(origin), origin)
    await owner.create(world)
    await owner.enter(world.owner)
    sister = await invite(world, {mensen: 2}, name="Noor-het-buurmeisje")
    await owner.append(sister.invite)
    joiner = await Client.open(await CpythonNetwork().connect(origin), origin)
    await joiner.enter_by(sister)
    await joiner.append(sister.join)
    await owner.append(sister.grant)
    for _ in range(5):
        await owner.stored(await world.owner.write(mensen, [f"{CANARY} woont om de hoek".encode()] * 9))
    await owner.put(CANARY.encode())
    await owner.refusal()
    await owner.link.send(CANARY.encode())
    await owner.refusal()
    await joiner.send(messages.Subscribe({mensen: 0}))
    await joiner.refusal()
    await joiner.close()


def dump(folder: Path) -> bytes:
    return b"".join(
        file.name.encode() + file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()
    )


def test_P1_a_log_line_takes_numbers_and_codes_and_no_text(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger.name):
        event("refused", code="not_allowed", count=3, who=CANARY, other="Tante Toos")
        try:
            raise ValueError(CANARY)
        except ValueError:
            logger.exception("a batch failed")
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert '"code":"not_allowed","count":3' in lines[0]
    assert '"error":"ValueError"' in lines[1]
    for line in lines:
        assert traces(line.encode(), CANARY) == []
        assert "Toos" not in line
