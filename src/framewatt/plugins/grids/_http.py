"""Asking a live source: time-outs, retries, a short cache, and one line for whatever goes wrong.

A key travels in headers only and appears in no URL, message or cached file. The environment says how long to
wait (``FRAMEWATT_HTTP_TIMEOUT``, seconds) and where each source is (``FRAMEWATT_<NAME>_URL``).
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import platformdirs
import urllib3

from framewatt.errors import BadInput, GridUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

T = TypeVar("T")

FRESH = timedelta(hours=3)
"""An answer about now must be of the last three hours."""

_CACHE_SECONDS = 900
_RETRIES = 2
_MEANING = {
    400: "it does not understand the request",
    401: "the key is wrong or missing",
    403: "the key's plan does not include this zone",
    404: "it does not know this zone",
    429: "too many requests; wait, or ask for fewer regions",
}
_ASKED_WRONGLY = {400, 404}
_OK = 200


def get_json(
    source: str, url: str, headers: Mapping[str, str], read: Callable[[Any], T], *, cache: bool = True
) -> T:
    """The answer to a GET as `read` understands it; only answers that it accepts are cached (15 minutes).

    Raises:
        BadInput: the source does not know what was asked for (400, 404).
        GridUnavailable: no usable answer: time-out, another status, not JSON, refused by `read`.
    """
    kept = _cache_file(url)
    if cache and (body := _cached(kept)) is not None:
        return _understood(source, body, read)
    body = _request(source, url, headers)
    answer = _understood(source, body, read)
    if cache:
        _keep(kept, body)
    return answer


def base_url(name: str, default: str) -> str:
    """Where a source is: ``FRAMEWATT_<NAME>_URL`` over the public address."""
    return os.environ.get(f"FRAMEWATT_{name}_URL", default).rstrip("/")


def secret(variable: str, source: str) -> str:
    """A key from the environment.

    Raises:
        GridUnavailable: it is not set.
    """
    if value := os.environ.get(variable):
        return value
    raise GridUnavailable(f"{source}: no key; set {variable}")


def number(source: str, value: Any) -> float:
    """A figure from a source's answer.

    Raises:
        GridUnavailable: null, not a number, negative or not finite.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise GridUnavailable(f"{source}: has no figure for this moment ({value!r})")
    if not (math.isfinite(value) and value >= 0):
        raise GridUnavailable(f"{source}: answered an impossible figure ({value!r})")
    return float(value)


def moment(source: str, text: Any) -> datetime:
    """A moment from a source's answer, in UTC.

    Raises:
        GridUnavailable: not an ISO 8601 date.
    """
    try:
        instant = datetime.fromisoformat(str(text))
    except ValueError:
        raise GridUnavailable(f"{source}: answered an unreadable date ({text!r})") from None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def fresh(source: str, when: datetime) -> datetime:
    """`when`, if it is of the last hours.

    Raises:
        GridUnavailable: the answer is stale.
    """
    if datetime.now(UTC) - when > FRESH:
        raise GridUnavailable(f"{source}: its newest figure is stale ({iso(when)})")
    return when


def iso(when: datetime) -> str:
    """A moment as the sources and the documents write it: ``2026-01-31T12:00Z``."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def _request(source: str, url: str, headers: Mapping[str, str]) -> str:
    timeout = float(os.environ.get("FRAMEWATT_HTTP_TIMEOUT", "10"))
    policy = urllib3.Retry(
        total=_RETRIES,
        redirect=0,
        status_forcelist=(500, 502, 503, 504),
        backoff_factor=0.1,
        respect_retry_after_header=False,
        raise_on_status=False,
    )
    with urllib3.PoolManager(retries=policy, timeout=urllib3.Timeout(total=timeout)) as pool:
        try:
            reply = pool.request("GET", url, headers=dict(headers))
        except urllib3.exceptions.HTTPError as error:
            raise GridUnavailable(f"{source}: {_why(error, timeout)}") from None
        return _body(source, reply)


def _body(source: str, reply: urllib3.BaseHTTPResponse) -> str:
    if reply.status == _OK:
        return reply.data.decode("utf-8", errors="replace")
    meaning = _MEANING.get(reply.status, "it has a fault of its own; try again later")
    kind = BadInput if reply.status in _ASKED_WRONGLY else GridUnavailable
    raise kind(f"{source}: answered {reply.status}: {meaning}")


def _why(error: Exception, timeout: float) -> str:
    cause = getattr(error, "reason", None) or error
    if isinstance(cause, urllib3.exceptions.NewConnectionError):  # itself a kind of time-out in urllib3
        return "cannot be reached; is there a network?"
    if isinstance(cause, urllib3.exceptions.TimeoutError):
        return f"no answer within {timeout:g} s"
    return f"no usable connection ({type(cause).__name__})"


def _understood(source: str, body: str, read: Callable[[Any], T]) -> T:
    try:
        return read(json.loads(body))
    except json.JSONDecodeError:
        raise GridUnavailable(f"{source}: the answer is not JSON") from None
    except (KeyError, IndexError, TypeError, AttributeError):
        raise GridUnavailable(f"{source}: the answer has another form than documented") from None


def _cache_file(url: str) -> Path:
    name = hashlib.sha256(url.encode()).hexdigest()[:32]
    return platformdirs.user_cache_path("framewatt") / "grids" / f"{name}.json"


def _cached(path: Path) -> str | None:
    try:
        if time.time() - path.stat().st_mtime < _CACHE_SECONDS:
            return path.read_text(encoding="utf-8")
    except OSError:
        pass
    return None


def _keep(path: Path, body: str) -> None:
    """Best effort: a cache that cannot be written costs a request, nothing else."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_text(body, encoding="utf-8")
        partial.replace(path)
    except OSError:
        pass
