"""PyTorch on the CPU, running the user's own module: a ``model.py``, a ``.pt2`` or a TorchScript program.

A ``model.py`` offers ``build()``, which returns a ``torch.nn.Module``, and ``inputs()``, which returns a
tuple of tensors or a dict of them by the names of ``forward``'s parameters. Both are called after the same
seed in every process, so that weights which ``build()`` draws are the same everywhere. A ``.pt2`` brings its
example inputs; a TorchScript program has those of the samples. Every kind of file can run code.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TITLE = "PyTorch"
VERSION = "2.13.0"
ACCEPTS = ("torch", "pt2", "torchscript", "transformers")
LIGHT = True
PACKAGES = {
    "runtime": ("torch=={version}", "numpy==2.4.6"),
    "convert": ("torch=={version}", "onnx==1.23.2", "onnxscript==0.7.2", "numpy==2.4.6"),
}
EXCLUDES = ("torchvision", "triton")
IMPORTS = ("torch",)
SETTINGS = {"precision": ("fp32",), "mode": ("eager", "torchscript", "compile", "aotinductor")}
SHIPPED = {"precision": "fp32", "mode": "eager"}
ENTRIES = ({"mode": "eager"}, {"mode": "torchscript"}, {"mode": "compile"}, {"mode": "aotinductor"})
EXPORTS = ("torch", "pt2", "torchscript", "transformers")
CONVERT_SETTINGS = {"mode": ("aotinductor",), "threads": ()}  # a compiled package has its threads built in
NEEDS = {"transformers": ("transformers==4.57.6",)}

_FROM_CODE = ("compile", "aotinductor")
"""Modes that start from Python code."""
_SEED = 0
_OPSET = 18
"""The exporter's own opset; a lower one would only be reached by converting the exported model down."""


class _Source(NamedTuple):
    """What a model file holds: the module, its example inputs by name, and how it wants them."""

    module: Any
    example: dict[str, Any]
    keywords: bool

    @property
    def positional(self) -> tuple[Any, ...]:
        """The example for a module that takes its inputs in order."""
        return () if self.keywords else tuple(self.example.values())

    @property
    def named(self) -> dict[str, Any]:
        """The example for one that takes them by keyword."""
        return self.example if self.keywords else {}


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Any:
    """The user's own module in one execution mode; `signature` names its inputs as `export` did."""
    from framewatt_worker.torch_modules import ModuleSession, PackageSession, set_threads

    set_threads(settings)
    mode = settings.get("mode", "eager")
    _require_code(model, mode)
    names = [entry["name"] for entry in signature["inputs"]]
    if mode == "aotinductor":
        return PackageSession(model, names)
    source = _read(model, signature)
    if names != list(source.example):
        raise RuntimeError(f"the module's inputs are {', '.join(source.example)}, not {', '.join(names)}")
    return ModuleSession(source.module, names, mode, source.example, keywords=source.keywords)


def _require_code(model: Path, mode: str) -> None:
    """A TorchScript program can no more be compiled from its code."""
    if _is_script(model) and mode in _FROM_CODE:
        raise NotImplementedError(f"mode {mode} needs Python code; a TorchScript program has none")


def compile(session: Any) -> Any:  # noqa: A001 - the phase's name
    """What the mode does once."""
    return session.build()


def convert(model: Path, folder: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Path:
    """Compile ahead of time with AOTInductor, once and for all launches; needs a C++ compiler.

    Raises:
        NotImplementedError: there is no C++ compiler.
    """
    from framewatt_worker.torch_modules import compile_package, set_threads

    _require_code(model, settings.get("mode", "eager"))
    set_threads(settings)
    source = _read(model)
    package: Path = compile_package(
        source.module, source.example, folder / "package.pt2", keywords=source.keywords
    )
    return package


def export(model: Path, folder: Path, samples: Path | None) -> dict[str, Any]:
    """Export to ONNX, opset 18, with the example inputs as a tensor file; needs the `convert` environment.

    What PyTorch cannot export it still runs by itself: the answer then says why there is no ONNX file.
    """
    import torch
    from framewatt_worker.exported import exported
    from framewatt_worker.tensors import write_tensors
    from framewatt_worker.torch_modules import leaves

    if _is_script(model):
        from framewatt_worker import torchscript

        script: dict[str, Any] = torchscript.export_onnx(model, folder, samples)
        return script
    source = _read(model, samples=samples)
    with torch.inference_mode():
        result = source.module(*source.positional, **source.named)
    path, sample = folder / "model.onnx", folder / "sample-00000.tensors"
    write_tensors(sample, {name: tensor.numpy() for name, tensor in source.example.items()})
    names, reason = _output_names(result), None
    try:
        names = _write_onnx(source, names, path)
    except Exception as error:  # noqa: BLE001 - the exporter raises whatever its steps do
        cause = error.__cause__ or error
        reason = f"{type(cause).__name__}: {str(cause).strip().partition(chr(10))[0]}"
    outputs = dict(zip(names, leaves(result), strict=True))
    answer: dict[str, Any] = exported(
        None if reason else path,
        _entries(source.example),
        _entries(outputs),
        samples=[] if model.is_dir() else [sample],  # made up for its shapes alone
        reason=reason,
    )
    return answer


def _write_onnx(source: _Source, outputs: list[str], path: Path) -> list[str]:
    """Write the module as ONNX; returns what its outputs are called there."""
    import torch
    from framewatt_worker.torch_modules import name_values

    program = torch.onnx.export(
        source.module,
        source.positional,
        kwargs=source.named,
        dynamo=True,
        opset_version=_OPSET,
        verbose=False,
    )
    graph = program.model.graph
    name_values(graph.inputs, list(source.example), graph)
    name_values(graph.outputs, outputs, graph)
    program.save(str(path), external_data=False)
    return [value.name for value in graph.outputs]


def _is_script(model: Path) -> bool:
    return model.is_file() and model.suffix not in {".py", ".pt2"}


def _read(model: Path, signature: Mapping[str, Any] | None = None, samples: Path | None = None) -> _Source:
    """The module and its examples, in inference mode.

    What brings no examples has those of `signature`, or before that is known, of the user's `samples`.
    """
    import torch
    from framewatt_worker.model_files import run_file

    torch.manual_seed(_SEED)
    if model.suffix == ".pt2":
        return _read_program(model)
    if model.is_dir():
        return _read_pretrained(model, signature, samples)
    if _is_script(model):
        return _read_script(model, signature or {"inputs": ()})
    code = run_file(model, TITLE)
    missing = [name for name in ("build", "inputs") if not hasattr(code, name)]
    if missing:
        raise RuntimeError(f"{model.name} has no function {' and no '.join(missing)}")
    module = code.build()
    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"{model.name}: build() returned {type(module).__name__}, not a torch.nn.Module")
    torch.manual_seed(_SEED)
    given = code.inputs()
    positional, named = ((), given) if isinstance(given, dict) else (_as_tuple(given), {})
    try:
        example, keywords = _named(module.forward, positional, named)
    except TypeError as error:
        raise TypeError(f"what inputs() returns does not fit forward(): {error}") from None
    return _Source(module.eval(), example, keywords)


def _read_program(model: Path) -> _Source:
    """An exported program; its graph names the inputs."""
    import torch
    from torch.utils import _pytree as pytree

    program = torch.export.load(model)
    if program.example_inputs is None:
        raise RuntimeError(f"{model.name} carries no example inputs; export it again with torch.export.save")
    positional, named = program.example_inputs
    names = list(program.graph_signature.user_inputs)
    tensors = pytree.tree_leaves((positional, named))
    if len(tensors) != len(positional) + len(named):
        raise NotImplementedError("inputs that hold tensors in lists or dicts are not supported")
    if named and positional:
        raise NotImplementedError("a program with both positional and keyword inputs is not supported")
    example = _tensors(dict(zip(list(named) or names, tensors, strict=True)))
    return _Source(program.module(), example, bool(named))


def _read_pretrained(model: Path, signature: Mapping[str, Any] | None, samples: Path | None) -> _Source:
    """A folder of Hugging Face's transformers, whose inputs go by name."""
    from framewatt_worker import transformers_models

    module = transformers_models.build(model)
    known = transformers_models.shaped_like(signature) if signature else None
    return _Source(module, known or transformers_models.example_of(module, samples), keywords=True)


def _read_script(model: Path, signature: Mapping[str, Any]) -> _Source:
    """A TorchScript program, which brings no inputs of its own."""
    from framewatt_worker import torchscript

    program, _ = torchscript.load_program(model)
    return _Source(program, torchscript.zeros(signature), keywords=False)


def _as_tuple(given: Any) -> tuple[Any, ...]:
    return tuple(given) if isinstance(given, (tuple, list)) else (given,)


def _named(forward: Any, positional: tuple[Any, ...], named: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The example by names and in order of ``forward``'s parameters, and whether it wants keywords."""
    parameters = inspect.signature(forward).parameters
    bound = inspect.signature(forward).bind(*positional, **named)
    example: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        if parameters[name].kind is inspect.Parameter.VAR_POSITIONAL:
            example.update({f"{name}_{index}": item for index, item in enumerate(value)})
        elif parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
            example.update(value)
        else:
            example[name] = value
    return _tensors(example), bool(named)


def _tensors(example: dict[str, Any]) -> dict[str, Any]:
    """The example, checked to hold tensors that NumPy knows."""
    import torch

    for name, value in example.items():
        if not isinstance(value, torch.Tensor):
            raise NotImplementedError(f"input {name} is a {type(value).__name__}; only tensors are supported")
        if value.dtype is torch.bfloat16:
            raise NotImplementedError(f"input {name} is bfloat16, which samples cannot hold")
    if not example:
        raise RuntimeError("inputs() returned nothing")
    return {name: value.detach().contiguous() for name, value in example.items()}


def _output_names(result: Any) -> list[str]:
    """A dict's keys where each holds one tensor, else numbers."""
    from framewatt_worker.torch_modules import leaves

    count = len(leaves(result))
    if isinstance(result, dict) and len(result) == count:
        return list(result)
    return [f"output_{index}" for index in range(count)]


def _entries(tensors: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "dtype": str(tensor.dtype).removeprefix("torch."), "shape": list(tensor.shape)}
        for name, tensor in tensors.items()
    ]
