"""Running a ``torch.nn.Module`` in PyTorch's execution modes: what PyTorch's two framework files share.

Wherever the module comes from, it is called with one tensor for each name, in this order or by keyword.
"""

from __future__ import annotations

import shutil
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import torch  # noqa: TID253 - only PyTorch's framework files load this file, in their functions
from torch.utils import _pytree as pytree  # noqa: TID253

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np


def set_threads(threads: int) -> None:
    """One pool of `threads` for the operators, and none for running operators side by side."""
    torch.set_num_threads(threads)
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


class ModuleSession:
    """A module and how it is called; `build` replaces the module by what its execution mode makes of it."""

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
        self._module = module
        self._names = tuple(names)
        self._mode = mode
        self._example = dict(example)
        self._keywords = keywords
        self._folder: TemporaryDirectory[str] | None = None

    def build(self) -> ModuleSession:
        """Compile for the mode: ``eager`` needs nothing, ``compile`` compiles at its first call, done here.

        Raises:
            NotImplementedError: the mode needs a C++ compiler and there is none.
        """
        if self._mode in {"compile", "aotinductor"} and not any(map(shutil.which, ("g++", "clang++", "c++"))):
            raise NotImplementedError(f"mode {self._mode} needs a C++ compiler, and none is installed")
        with torch.inference_mode():
            if self._mode == "torchscript":
                self._module = torch.jit.freeze(self._traced().eval())
            elif self._mode == "compile":
                self._module = torch.compile(self._module)
                # Copies made here are inference tensors as a query's are; else it would be compiled twice.
                self._call({name: tensor.clone() for name, tensor in self._example.items()})
        if self._mode == "aotinductor":
            self._module = self._ahead_of_time()
        return self

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Outputs in the module's order; they share the tensors' memory."""
        with torch.inference_mode():
            result = self._call({name: torch.from_numpy(feed[name]) for name in self._names})
        return [leaf.numpy() for leaf in leaves(result)]

    def _call(self, tensors: Mapping[str, Any]) -> Any:
        if self._keywords:
            return self._module(**tensors)
        return self._module(*[tensors[name] for name in self._names])

    def _arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if self._keywords:
            return (), self._example
        return tuple(self._example[name] for name in self._names), {}

    def _traced(self) -> Any:
        """The module's trace on the example: control flow is fixed as the example takes it."""
        positional, named = self._arguments()
        if self._keywords:
            return torch.jit.trace(self._module, example_kwarg_inputs=named, strict=False, check_trace=False)
        return torch.jit.trace(self._module, positional, strict=False, check_trace=False)

    def _ahead_of_time(self) -> Any:
        """The module exported, compiled to a shared library and loaded again."""
        positional, named = self._arguments()
        with torch.no_grad():
            program = torch.export.export(self._module, positional, named)
        self._folder = TemporaryDirectory(prefix="framewatt-aotinductor-")
        package = f"{self._folder.name}/model.pt2"
        torch._inductor.aoti_compile_and_package(program, package_path=package)  # noqa: SLF001 - documented so
        return torch._inductor.aoti_load_package(package)  # noqa: SLF001 - documented so
