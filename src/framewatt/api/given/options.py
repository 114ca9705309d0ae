"""Options whose values may be objects, as what a request holds of them: paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from framewatt.api.given.arrays import data_path, is_path, labels_path, samples_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from framewatt.api.given.shelf import Shelf

_SAVED: Mapping[str, Callable[[Any, Shelf], str]] = {
    "samples": samples_path,
    "labels": labels_path,
    "data": data_path,
}
"""How what is given for an option becomes a file."""
_UNSEEN = "an object"
"""Stands for an object's file while it has none."""


def without_objects(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options with words for objects: to have everything refused that can be before one is saved."""
    return {name: _UNSEEN if _is_object(name, value) else value for name, value in options.items()}


def saved(options: Mapping[str, Any], shelf: Shelf) -> dict[str, Any]:
    """The options with a path for each object.

    Raises:
        BadInput: an object of another kind than the option takes.
        StoreError: a file cannot be written.
    """
    return {
        name: _SAVED[name](value, shelf) if _is_object(name, value) else value
        for name, value in options.items()
    }


def _is_object(name: str, value: object) -> bool:
    return name in _SAVED and value is not None and not is_path(value)
