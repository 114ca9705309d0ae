"""An address: what to do first, since nothing is fetched unasked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from framewatt.errors import BadInput

if TYPE_CHECKING:
    from framewatt.records import Workload

TITLE = "address of a model"
ADVISES = True
_SCHEMES = ("http", "https", "ftp", "s3", "gs", "hf", "git")
_HUB = re.compile(r"(?:https?://(?:www\.)?huggingface\.co/|hf://)([\w.-]+/[\w.-]+?)/?")


def claims(source: str) -> bool:
    """Whether it is written ``SCHEME://...``."""
    scheme, mark, _ = source.partition("://")
    return bool(mark) and scheme.lower() in _SCHEMES


def open_workload(source: str) -> Workload:
    """Say how to fetch it.

    Raises:
        BadInput: always.
    """
    if hub := _HUB.fullmatch(source):
        name = hub[1].rpartition("/")[2]
        how = f"`hf download {hub[1]} --local-dir {name}`, then `framewatt select {name}`"
    else:
        name = re.sub(r"[?#].*", "", source).rstrip("/").rpartition("/")[2] or "FILE"
        fetch = f"curl -Lo {name} {source}" if source.lower().startswith("http") else f"get {name}"
        how = f"`{fetch}`, then `framewatt select {name}`"
    raise BadInput(f"{source}: an address; nothing is downloaded unasked: {how}")
