"""The comms between one search in the kernel and every place of a front end that shows it.

Requests come as ``{"id", "cmd", ...}`` and are answered with ``{"re": id, ...}``; news go out as
``{"snapshot": ...}``. The kernel opens the first comm; a front end that was reloaded opens its
own with ``{"session": key}``. What comes in is text from a notebook and is checked before use.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import weakref
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from sr_kernel.errors import SrKernelError

TARGET = "sr_kernel"
Message = dict[str, Any]
Answer = Callable[[Message], Coroutine[Any, Any, Message]]
_log = logging.getLogger(__name__)
GONE = "the kernel no longer holds this search: run the cell again"


class Channel:
    """Sends to all comms of a session and passes their requests on to ``answer``.

    ``answer`` is a bound method and is held weakly, so that an open comm does not keep the data
    of a search alive. ``loop`` is the kernel's main loop: answers are computed and sent there,
    whatever thread a message arrives on.
    """

    def __init__(self, key: str, answer: Answer, loop: asyncio.AbstractEventLoop) -> None:
        self.key = key
        self._answer = weakref.WeakMethod(answer)
        self._loop = loop
        self._comms: list[Any] = []

    def open(self, snapshot: Message) -> None:
        """Open a comm from the kernel's side."""
        from comm import create_comm

        data = {"session": self.key, "snapshot": snapshot}
        self._listen(create_comm(target_name=TARGET, data=data))

    def attach(self, comm: Any, snapshot: Message) -> None:
        """Take in a comm that a front end has opened."""
        self._listen(comm)
        comm.send({"snapshot": snapshot})

    def send(self, snapshot: Message) -> None:
        """Send news to every open comm."""
        for comm in tuple(self._comms):
            comm.send({"snapshot": snapshot})

    def _listen(self, comm: Any) -> None:
        self._comms.append(comm)
        comm.on_msg(partial(self._received, comm))
        comm.on_close(partial(self._closed, comm))

    def _closed(self, comm: Any, _message: Message) -> None:
        with contextlib.suppress(ValueError):
            self._comms.remove(comm)

    def _received(self, comm: Any, message: Message) -> None:
        data = message["content"]["data"]
        asyncio.run_coroutine_threadsafe(self._reply(comm, data), self._loop)

    async def _reply(self, comm: Any, data: object) -> None:
        request = data if isinstance(data, dict) else {}
        number = request.get("id")
        reply = await self._answered(request)
        comm.send({"re": number if isinstance(number, int | str) else None, **reply})

    async def _answered(self, request: Message) -> Message:
        answer = self._answer()
        if answer is None:
            return {"error": GONE}
        try:
            return await answer(request)
        except SrKernelError as error:
            return {"error": str(error), "position": getattr(error, "position", None)}
        except Exception as error:  # noqa: BLE001  the front end waits for an answer
            _log.error("a request of the front end failed", exc_info=error)
            return {"error": f"the kernel failed to answer ({type(error).__name__}), see its log"}
