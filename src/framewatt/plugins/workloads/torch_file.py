"""A file that PyTorch wrote: TorchScript is raced; weights alone get a word on the model that they lack.

Nothing of it is unpickled here. PyTorch loads TorchScript in its own environment, which can run code.
"""

from __future__ import annotations

from framewatt.errors import BadInput
from framewatt.plugins.workloads._torch_files import Holding, look_into
from framewatt.records import Workload
from framewatt.workload.paths import existing_file, sha256_of

TITLE = "TorchScript program (.pt)"
_SUFFIXES = (".pt", ".pth", ".bin", ".ckpt", ".torchscript")


def claims(source: str) -> bool:
    """Whether the name ends as those that PyTorch's users give."""
    return source.lower().endswith(_SUFFIXES)


def open_workload(source: str) -> Workload:
    """Tell by its parts what the file holds, and take a TorchScript program.

    Raises:
        BadInput: missing, or anything else, each with what to do.
    """
    path = existing_file(source)
    holding, class_name = look_into(path)
    if holding is Holding.TORCHSCRIPT:
        return Workload(path.stem, "torchscript", "torchscript", path, sha256_of(path))
    if holding is Holding.PROGRAM:
        raise BadInput(f"{source}: an exported program; name it {path.stem}.pt2")
    if holding is Holding.WEIGHTS:
        raise BadInput(
            f"{source}: weights (a dict of tensors) without the model they belong to; "
            f"`framewatt new model FOLDER --weights {source}` writes a model.py to fill in"
        )
    if holding is Holding.OBJECT:
        raise BadInput(
            f"{source}: a pickled object ({class_name}) that only its own code can load; write a model.py "
            "whose build() loads it (`framewatt new model FOLDER`), or export it to ONNX"
        )
    raise BadInput(f"{source}: not a file that PyTorch wrote, or a truncated one")
