"""Running a ``torch.nn.Module`` in PyTorch's execution modes: what PyTorch's two framework files share.

Wherever the module comes from, it is called with one tensor for each name, in this order or by keyword.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from typing import TYPE_CHECKING, Any

import torch  # noqa: TID253 - only PyTorch's framework files load this file, in their functions
from torch.utils import _pytree as pytree  # noqa: TID253

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np


def set_threads(settings: Mapping[str, str]) -> None:
    """One pool of `threads` for the operators, and none for running operators side by side.

    As shipped, PyTorch is told nothing.
    """
    if settings.get("as") != "shipped":
        torch.set_num_threads(int(settings["threads"]))
        torch.set_num_interop_threads(1)


def leaves(result: Any) -> list[torch.Tensor]:
    """The tensors that a module returned, in order, alone or in tuples, lists and dicts."""
    if isinstance(result, torch.Tensor):
        return [result]
    return [leaf for leaf in pytree.tree_leaves(result) if isinstance(leaf, torch.Tensor)]


def name_values(values: Any, names: Sequence[str], graph: Any) -> None:
    """Rename an exported graph's inputs or outputs; a name that another of its values bears gets a suffix."""
    taken = {value.name for node in graph for value in node.outputs} | set(graph.initializers)
    for value, name in zip(values, names, strict=True):
        if value.name != name:
            value.name = f"{name}_output" if name in taken else name


def require_compiler(mode: str) -> None:
    """Make sure that what Inductor writes can be compiled.

    Raises:
        NotImplementedError: there is no C++ compiler.
    """
    if not any(map(shutil.which, ("g++", "clang++", "c++"))):
        raise NotImplementedError(f"mode {mode} needs a C++ compiler, and none is installed")


def compile_package(module: Any, example: Mapping[str, Any], package: Path, *, keywords: bool) -> Path:
    """Export the module and compile it to `package`, a shared library with its weights."""
    require_compiler("aotinductor")
    positional, named = _arguments(example, keywords=keywords)
    with torch.no_grad():
        program = torch.export.export(module, positional, named)
    torch._inductor.aoti_compile_and_package(program, package_path=str(package))  # noqa: SLF001 - documented so
    package.with_suffix(".json").write_text(json.dumps({"keywords": keywords}))
    return package


def _arguments(example: Mapping[str, Any], *, keywords: bool) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The example as positional and as keyword arguments."""
    return ((), dict(example)) if keywords else (tuple(example.values()), {})


class CalledSession:
    """Something that takes and returns tensors, called with one for each name, in order or by keyword."""

    def __init__(self, module: Any, names: Sequence[str], *, keywords: bool = False) -> None:
        """`module` may be replaced until `build` has been called."""
        self._module = module
        self._names = tuple(names)
        self._keywords = keywords
        self._inference = contextlib.ExitStack()

    def build(self) -> CalledSession:
        """From here on nothing is recorded for gradients."""
        self._inference.enter_context(torch.inference_mode())
        return self

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Outputs in the module's order; they share the tensors' memory."""
        tensors = [torch.from_numpy(feed[name]) for name in self._names]
        return [leaf.numpy() for leaf in leaves(self._call(tensors))]

    def _call(self, tensors: Sequence[Any]) -> Any:
        if self._keywords:
            return self._module(**dict(zip(self._names, tensors, strict=True)))
        return self._module(*tensors)


class PackageSession(CalledSession):
    """A package that `compile_package` wrote."""

    def __init__(self, package: Path, names: Sequence[str]) -> None:
        """Load the shared library."""
        keywords = json.loads(package.with_suffix(".json").read_text())["keywords"]
        loaded = torch._inductor.aoti_load_package(str(package))  # noqa: SLF001 - documented so
        super().__init__(loaded, names, keywords=keywords)


class ModuleSession(CalledSession):
    """A module; `build` replaces it by what its execution mode makes of it."""

    def __init__(
        self,
        module: Any,
        names: Sequence[str],
        mode: str,
        example: Mapping[str, Any],
        *,
        keywords: bool = False,
    ) -> None:
        """`example` holds one tensor for each name; `keywords` says how the module wants them."""
        super().__init__(module, names, keywords=keywords)
        self._mode = mode
        self._example = dict(example)

    def build(self) -> CalledSession:
        """Compile for the mode: ``eager`` needs nothing, ``compile`` compiles at its first call, done here.

        Raises:
            NotImplementedError: the mode needs a C++ compiler and there is none.
        """
        super().build()
        if self._mode == "torchscript":
            self._module = torch.jit.freeze(self._traced().eval())
        elif self._mode == "compile":
            require_compiler(self._mode)
            self._module = torch.compile(self._module)
            # Copies made here are inference tensors as a query's are; else it would be compiled twice.
            self._call([self._example[name].clone() for name in self._names])
        return self

    def _traced(self) -> Any:
        """The module's trace on the example: control flow is fixed as the example takes it."""
        positional, named = _arguments(self._example, keywords=self._keywords)
        if self._keywords:
            return torch.jit.trace(self._module, example_kwarg_inputs=named, strict=False, check_trace=False)
        return torch.jit.trace(self._module, positional, strict=False, check_trace=False)
