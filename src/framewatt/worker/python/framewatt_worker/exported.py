"""What an export answers with: the ONNX file, or why there is none, and what the model takes and gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def exported(
    model: Path | None,
    inputs: Sequence[dict[str, Any]],
    outputs: Sequence[dict[str, Any]],
    *,
    samples: Sequence[Path] = (),
    reason: str | None = None,
) -> dict[str, Any]:
    """The answer of a framework file's `export`; `reason` says why `model` is None."""
    return {
        "model": None if model is None else str(model),
        "reason": reason,
        "signature": {"inputs": list(inputs), "outputs": list(outputs)},
        "samples": [str(sample) for sample in samples],
    }


def entry(name: str, dtype: str, shape: Sequence[int | None]) -> dict[str, Any]:
    """One tensor of a signature; None is an open dimension."""
    return {"name": name, "dtype": dtype, "shape": [None if size is None else int(size) for size in shape]}
