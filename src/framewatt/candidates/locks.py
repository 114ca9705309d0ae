"""The exact packages of every shipped environment, in one readable place: ``frameworks/locks.toml``.

Each framework file pins what it asks for by name; the lock pins all that follows from it, and says what it
weighs, so that nothing has to be downloaded to know. It binds only where it was made for: the pinned version
of a shipped framework, without packages of the user's own.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from framewatt.errors import EnvironmentFailed, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LOCKS = Path(__file__).parent.parent / "plugins" / "frameworks" / "locks.toml"
_HEADER = "# Written by `framewatt frameworks --write-locks`; read it, do not edit it.\n"


@dataclass(frozen=True, slots=True)
class LockedEnvironment:
    """One environment: ``name==version`` of every package, and the bytes of their wheels."""

    packages: tuple[str, ...]
    download_bytes: int


@cache
def shipped_locks() -> dict[tuple[str, str], LockedEnvironment]:
    """By framework and role.

    Raises:
        EnvironmentFailed: the file is damaged.
    """
    try:
        tables = tomllib.loads(LOCKS.read_text(encoding="utf-8"))
        return {
            (framework, role): LockedEnvironment(tuple(lock["packages"]), lock["download_bytes"])
            for framework, roles in tables.items()
            for role, lock in roles.items()
        }
    except (OSError, ValueError, KeyError) as error:
        raise EnvironmentFailed(f"{LOCKS}: damaged ({error}); install framewatt again") from error


def locked_bytes(framework: str) -> int | None:
    """What all environments of a shipped framework weigh to download, equal ones once; None: not shipped."""
    locks = {lock for (name, _), lock in shipped_locks().items() if name == framework}
    return sum(lock.download_bytes for lock in locks) if locks else None


def write_locks(path: Path, locks: Mapping[tuple[str, str], LockedEnvironment]) -> None:
    """Write all environments to one file.

    Raises:
        StoreError: it cannot be written.
    """
    text = _HEADER + "".join(_table(key, lock) for key, lock in sorted(locks.items()))
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error


def public_versions(packages: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Pins without the local part (``+cpu``): the same release from whichever index has it."""
    return tuple(sorted(f"{name}=={version.partition('+')[0]}" for name, version in packages))


def _table(key: tuple[str, str], lock: LockedEnvironment) -> str:
    framework, role = key
    pins = "".join(f'    "{package}",\n' for package in lock.packages)
    return f"\n[{framework}.{role}]\ndownload_bytes = {lock.download_bytes}\npackages = [\n{pins}]\n"
