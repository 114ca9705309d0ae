"""What import-linter's contracts in pyproject.toml cannot say of the house."""

from __future__ import annotations

import grimp


def test_no_file_imports_its_own_room_where_the_room_imports_it() -> None:
    # The acyclic contract looks at siblings, and a room's `__init__.py` is nobody's sibling. The package's
    # own face is left out: what it offers is imported when it is asked for.
    graph = grimp.build_graph("framewatt", cache_dir=None)
    faces = graph.modules - {"framewatt"}
    circles = [
        (room, module)
        for room in faces
        for module in graph.find_modules_that_directly_import(room)
        if module.startswith(f"{room}.") and graph.chain_exists(importer=room, imported=module)
    ]
    assert not circles
