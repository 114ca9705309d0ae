"""JSON lines over the two private pipes."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REQUESTS = "FRAMEWATT_REQUEST_FD"
REPLIES = "FRAMEWATT_REPLY_FD"


class Channel:
    """Requests in, replies out; the end of the request file ends the worker."""

    def __init__(self) -> None:
        """Open the descriptors that the environment names, and hide them from the framework's children."""
        self._requests = os.fdopen(int(os.environ.pop(REQUESTS)), "r", encoding="utf-8")
        self._replies = os.fdopen(int(os.environ.pop(REPLIES)), "w", encoding="utf-8")
        for stream in (self._requests, self._replies):
            os.set_inheritable(stream.fileno(), False)  # noqa: FBT003 - the signature of os

    def requests(self) -> Iterator[dict[str, Any]]:
        """Each request until the pipe ends."""
        for line in self._requests:
            yield json.loads(line)

    def reply(self, answer: Mapping[str, Any]) -> None:
        """Send one answer."""
        self._replies.write(json.dumps(answer) + "\n")
        self._replies.flush()
