"""The sample library: a user's real inputs, or generated ones, checked against the model's signature."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from framewatt.errors import BadInput
from framewatt.records import Signature, TensorSpec
from framewatt.worker.python.framewatt_worker.tensors import read_tensors, write_tensors

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    Sample = Mapping[str, np.ndarray]

_GENERATED = 4
_LIBRARY_LIMIT_BYTES = 2 << 30


@dataclass(frozen=True, slots=True)
class SampleLibrary:
    """Queries ready to be sent: each sample holds `batch` units. `source` names where they come from."""

    samples: tuple[Sample, ...]
    batch: int
    source: str
    generated: bool

    @property
    def uniform(self) -> bool:
        """Whether all samples have one shape."""
        shapes = {tuple((name, array.shape) for name, array in sample.items()) for sample in self.samples}
        return len(shapes) == 1

    def write(self, folder: Path) -> list[Path]:
        """Write each sample as a tensor file; returns the files in order."""
        folder.mkdir(parents=True, exist_ok=True)
        files = []
        for index, sample in enumerate(self.samples):
            path = folder / f"sample-{index:05d}.tensors"
            write_tensors(path, sample)
            files.append(path)
        return files


def read_library(path: Path, signature: Signature, batch: int = 1) -> SampleLibrary:
    """Samples from an .npz file, or from a folder of them.

    Along an input's first axis lie the samples where the model leaves that axis open or fixes it to one.
    Any other input (a state, a rate) is the same in all samples of its file, unless it has one axis more, or
    an axis that the model names like that open one: then the samples lie along that. Where no input has such
    an axis, a file is one sample.

    Raises:
        BadInput: missing files, wrong names, shapes or dtypes, NaN, or too few samples for the batch.
    """
    files = sorted(path.glob("*.npz")) if path.is_dir() else [path]
    if not files or not all(file.is_file() for file in files):
        raise BadInput(f"--samples {path}: no .npz file there")
    samples = [sample for file in files for sample in _split(_read_npz(file, signature), signature)]
    if not samples:
        raise BadInput(f"--samples {path}: holds no samples (an axis of length 0)")
    if sum(array.nbytes for sample in samples for array in sample.values()) > _LIBRARY_LIMIT_BYTES:
        raise BadInput(f"--samples {path}: more than 2 GiB; a few hundred samples are enough")
    for sample in samples:
        _check(sample, signature, path)
    return SampleLibrary(_batched(samples, batch, signature), batch, str(path), generated=False)


def from_tensor_files(files: Sequence[Path], signature: Signature, batch: int, source: str) -> SampleLibrary:
    """The example inputs that an export wrote."""
    samples: list[Sample] = [read_tensors(file) for file in files]
    return SampleLibrary(_batched(samples, batch, signature), batch, source, generated=False)


def generate(
    signature: Signature, dims: Mapping[str, int], vocabulary: Mapping[str, int], seed: int, batch: int = 1
) -> SampleLibrary:
    """Inputs made from the signature alone: normal floats, token ids below the vocabulary's size.

    `dims` gives dynamic dimensions by name; an open first axis is the batch and needs none, nor does another
    axis of its name.

    Raises:
        BadInput: a dynamic dimension without a size.
    """
    known = {name for spec in signature.inputs for name in spec.dims if name}
    if unknown := set(dims) - known:
        raise BadInput(
            f"--dim {min(unknown)}: the model has no such dimension; it has {sorted(known) or 'none'}"
        )
    ones = {spec.dims[0]: 1 for spec in signature.inputs if spec.dims and spec.dims[0]}
    sizes = {**ones, **dims}
    shapes = {spec.name: _shape(spec, sizes) for spec in signature.inputs}
    rng = np.random.default_rng(seed)
    samples = [
        {spec.name: _values(spec, shapes[spec.name], vocabulary, rng) for spec in signature.inputs}
        for _ in range(_GENERATED * batch)
    ]
    return SampleLibrary(
        _batched(samples, batch, signature), batch, f"generated, seed {seed}", generated=True
    )


def concrete(signature: Signature, library: SampleLibrary) -> Signature:
    """The signature with the input shapes of the samples filled in, where they all agree."""
    if not library.uniform:
        return signature
    first = library.samples[0]
    inputs = tuple(
        TensorSpec(spec.name, spec.dtype, tuple(first[spec.name].shape), (None,) * first[spec.name].ndim)
        for spec in signature.inputs
    )
    return Signature(inputs, signature.outputs)


def _read_npz(file: Path, signature: Signature) -> dict[str, np.ndarray]:
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except TypeError:  # what was loaded is an array: it cannot be opened as an archive
        raise BadInput(f"--samples {file}: a single array; save it with numpy.savez") from None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        reason = "numpy.savez writes one, of numbers" if "pickle" in str(error) else error
        raise BadInput(f"--samples {file}: not a readable .npz file ({reason})") from None
    names = [spec.name for spec in signature.inputs]
    if len(names) == 1 and len(arrays) == 1:
        arrays = {names[0]: next(iter(arrays.values()))}
    if set(arrays) != set(names):
        raise BadInput(
            f"--samples {file}: holds {sorted(arrays)}, but the model's inputs are {sorted(names)}"
        )
    return {name: arrays[name] for name in names}


def _split(arrays: Mapping[str, np.ndarray], signature: Signature) -> list[Sample]:
    """The samples of one file: see `read_library`."""
    leading = [spec for spec in signature.inputs if _is_batch_first(spec)]
    counts = {arrays[spec.name].shape[0] for spec in leading if arrays[spec.name].ndim}
    if len(counts) != 1:
        return [dict(arrays)]
    count = counts.pop()
    batch = {spec.dims[0] for spec in leading}
    series = [_over_samples(spec, arrays[spec.name], batch, count) for spec in signature.inputs]
    names = [spec.name for spec in signature.inputs]
    return [dict(zip(names, parts, strict=True)) for parts in zip(*series, strict=True)]


def _is_batch_first(spec: TensorSpec) -> bool:
    return bool(spec.shape) and spec.shape[0] in {None, 1}


def _over_samples(
    spec: TensorSpec, array: np.ndarray, batch: Collection[str | None], count: int
) -> list[np.ndarray]:
    """One input's value in each of `count` samples; `batch` names the axis along which they lie elsewhere."""
    if array.ndim and _is_batch_first(spec):
        return [array[i : i + 1] for i in range(count)]
    if array.ndim == len(spec.shape) + 1 and array.shape[0] == count:
        return list(array)
    axes = [axis for axis, name in enumerate(spec.dims) if name and name in batch]
    if axes and array.ndim == len(spec.shape) and array.shape[axes[0]] == count:
        return np.split(array, count, axis=axes[0])
    return [array] * count


def _check(sample: Sample, signature: Signature, path: Path) -> None:
    for spec in signature.inputs:
        array = sample[spec.name]
        fits = len(spec.shape) == array.ndim and all(
            want in {None, have} for want, have in zip(spec.shape, array.shape, strict=True)
        )
        if not fits:
            wanted = "x".join("?" if size is None else str(size) for size in spec.shape)
            raise BadInput(
                f"--samples {path}: {spec.name!r} has shape {array.shape}, the model takes {wanted}"
            )
        if array.dtype.name != spec.dtype:
            remedy = f"save it with .astype('{spec.dtype}')"
            raise BadInput(
                f"--samples {path}: {spec.name!r} is {array.dtype}, the model takes {spec.dtype}; {remedy}"
            )
        if np.issubdtype(array.dtype, np.floating) and not np.isfinite(array).all():
            raise BadInput(f"--samples {path}: {spec.name!r} holds NaN or infinity")


def _batched(samples: Sequence[Sample], batch: int, signature: Signature) -> tuple[Sample, ...]:
    if batch == 1:
        return tuple(samples)
    fixed = [spec.name for spec in signature.inputs if not spec.shape or spec.shape[0] is not None]
    if fixed:
        raise BadInput(
            f"--batch-size {batch}: input {fixed[0]!r} has a fixed first axis; export it with a dynamic one"
        )
    if len(samples) < batch:
        raise BadInput(f"--batch-size {batch}: only {len(samples)} samples")
    groups = [samples[i : i + batch] for i in range(0, len(samples) - batch + 1, batch)]
    try:
        return tuple(
            {name: np.concatenate([s[name] for s in group]) for name in group[0]} for group in groups
        )
    except ValueError:
        raise BadInput(f"--batch-size {batch}: samples of different shapes cannot share a batch") from None


def _shape(spec: TensorSpec, dims: Mapping[str, int]) -> tuple[int, ...]:
    sizes = []
    for size, name in zip(spec.shape, spec.dims, strict=True):
        known = size if size is not None else dims.get(str(name))
        if known is None:
            raise BadInput(
                f"input {spec.name!r} has a dynamic dimension {name!r}; give it with --dim {name}=N"
            )
        sizes.append(known)
    return tuple(sizes)


def _values(
    spec: TensorSpec, shape: tuple[int, ...], vocabulary: Mapping[str, int], rng: np.random.Generator
) -> np.ndarray:
    """Plausible values: masks are full, segment ids zero, ids below the vocabulary, floats normal."""
    dtype = np.dtype(spec.dtype)
    if np.issubdtype(dtype, np.floating):
        return rng.standard_normal(shape).astype(dtype)
    if dtype == np.bool_ or "mask" in spec.name:
        return np.ones(shape, dtype)
    if "type" in spec.name or "segment" in spec.name:
        return np.zeros(shape, dtype)
    return rng.integers(0, vocabulary.get(spec.name, 2), shape).astype(dtype)
