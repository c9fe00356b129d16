"""The HTTP form of a Link (docs/protocol.md, Wire), over any way to post bytes: for every platform.

One request waits for frames from the relay while another may carry frames up. The relay answers the
waiting one as soon as the other comes, and answers are handed on in the order in which they were asked.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from kring.errors import NetworkError, ProtocolError
from kring.sync.messages import encode_frames, parse_frames

Post = Callable[[str, bytes], Awaitable[bytes]]
"""`await post(path, body)` gives the body of a 200 answer, or raises NetworkError."""

PATH = "/api/sync/http"
NAME_LENGTH = 32


class HttpLink:
    """Made by `open_http_link`. Giving up on `receive` loses no frame."""

    def __init__(self, post: Post, path: str) -> None:
        self._post, self._path = post, path
        self._frames: deque[bytes] = deque()
        self._arrived = asyncio.Event()
        self._sending = asyncio.Lock()
        self._idle = asyncio.Event()
        self._idle.set()
        self._before: asyncio.Future[None] | None = None
        self._gone = False
        self._poll = asyncio.ensure_future(self._ask())

    async def send(self, frame: bytes) -> None:
        async with self._sending:
            self._alive()
            self._idle.clear()
            try:
                await self._exchange([frame], "?wait=0")
            finally:
                self._idle.set()
        self._alive()

    async def receive(self) -> bytes:
        while not self._frames:
            self._alive()
            self._arrived.clear()
            await self._arrived.wait()
        return self._frames.popleft()

    async def close(self) -> None:
        self._end()
        self._poll.cancel()

    async def _ask(self) -> None:
        while not self._gone:
            await self._idle.wait()
            await self._exchange([], "")

    async def _exchange(self, frames: list[bytes], query: str) -> None:
        before, mine = self._before, asyncio.get_running_loop().create_future()
        self._before = mine
        try:
            answer = parse_frames(await self._post(self._path + query, encode_frames(frames)))
            if before is not None:
                await asyncio.wait([before])
            self._frames.extend(answer)
            self._arrived.set()
        except (NetworkError, ProtocolError):
            self._end()
        finally:
            mine.set_result(None)

    def _alive(self) -> None:
        if self._gone:
            raise NetworkError("the link is gone")

    def _end(self) -> None:
        self._gone = True
        self._arrived.set()


async def open_http_link(post: Post) -> HttpLink:
    """Open a link at the relay that `post` reaches. Raises NetworkError."""
    try:
        name = (await post(PATH, b"")).decode("ascii")
    except UnicodeDecodeError as error:
        raise NetworkError("the relay answered nonsense") from error
    if len(name) != NAME_LENGTH or not name.isalnum():
        raise NetworkError("the relay answered nonsense")
    return HttpLink(post, f"{PATH}/{name}")
