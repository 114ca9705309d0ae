"""A model of Hugging Face's transformers from its folder: built by the library's own classes alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch  # noqa: TID253 - only PyTorch's framework file loads this file, in its functions
import transformers  # noqa: TID253 - see above

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_TOKENS = 32
"""So many tokens stand for a text where no samples say otherwise."""


def build(folder: Path) -> Any:
    """The module that the folder's ``config.json`` names, in single precision; no code of the folder runs.

    Raises:
        NotImplementedError: transformers has no such class.
    """
    config = transformers.AutoConfig.from_pretrained(str(folder), local_files_only=True)
    name = (config.architectures or ["AutoModel"])[0]
    if not hasattr(transformers, name):
        raise NotImplementedError(f"transformers has no class {name}; write a model.py that brings its code")
    if hasattr(config, "use_cache"):
        config.use_cache = False  # one query is one forward pass
    kind = getattr(transformers, name)
    return kind.from_pretrained(str(folder), config=config, local_files_only=True, dtype=torch.float32).eval()


def example_of(module: Any, samples: Path | None) -> dict[str, Any]:
    """One query by the names of ``forward``'s parameters: the first of the samples, else zeros and ones.

    Raises:
        NotImplementedError: there are no samples, and inputs of that kind cannot be made up.
    """
    if samples is not None:
        file = min(samples.glob("*.npz")) if samples.is_dir() else samples
        with np.load(file, allow_pickle=False) as archive:
            return {name: torch.from_numpy(archive[name][:1]) for name in archive.files}
    config, main = module.config, module.main_input_name
    if main == "input_ids":
        ones = torch.ones((1, _TOKENS), dtype=torch.int64)
        return {"input_ids": ones, "attention_mask": ones.clone()}
    if main == "pixel_values" and isinstance(getattr(config, "image_size", None), int):
        size = config.image_size
        return {main: torch.zeros((1, getattr(config, "num_channels", 3), size, size))}
    raise NotImplementedError(f"its inputs ({main}) cannot be made up; give some with --samples inputs.npz")


def shaped_like(signature: Mapping[str, Any]) -> dict[str, Any]:
    """A query of the signature's shapes, of ones: an empty mask would leave nothing to compute."""
    return {
        one["name"]: torch.from_numpy(np.ones([size or 1 for size in one["shape"]], one["dtype"]))
        for one in signature["inputs"]
    }
