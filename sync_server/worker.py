"""One thread that does one thing after another for the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
Job = tuple[Callable[[], Any], "asyncio.Future[Any]", asyncio.AbstractEventLoop]


class Worker:
    """A queue and a thread, and no more: an executor's own work takes longer than storing one envelope."""

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def do(self, job: Callable[[], T]) -> T:
        """What `job` gives or raises; RuntimeError once closed. It is done even if nobody waits any more."""
        if self._closed:
            raise RuntimeError("the worker is closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put((job, future, loop))
        return await future

    def close(self) -> None:
        """Finish what was asked, then end."""
        self._closed = True
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (asked := self._jobs.get()) is not None:
            job, future, loop = asked
            try:
                result, error = job(), None
            except BaseException as raised:  # whatever it is, it belongs to the one who waits
                result, error = None, raised
            try:
                loop.call_soon_threadsafe(_tell, future, result, error)
            except RuntimeError:
                return  # the loop is closed: nobody is there to be told


def _tell(future: asyncio.Future[Any], result: object, error: BaseException | None) -> None:
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
