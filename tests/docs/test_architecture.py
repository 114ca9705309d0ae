"""The page on architecture shows the house as it is: a row for each room, and no row for one that is gone."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "src" / "framewatt"
PAGE = (ROOT / "docs/architecture.md").read_text()


def test_every_room_has_a_row_and_every_row_a_room() -> None:
    rows = re.findall(r"^\| `(\w+)/` \| .+ \|$", PAGE, re.MULTILINE)
    rooms = {path.name for path in HOUSE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert len(rows) == len(set(rows))
    assert set(rows) == rooms


def test_every_file_beside_the_rooms_is_named() -> None:
    for path in HOUSE.glob("*.py"):
        assert f"`{path.name}`" in PAGE


def test_every_operation_of_the_worker_is_named() -> None:
    worker = (HOUSE / "worker" / "python" / "framewatt_worker").glob("*.py")
    operations = {name for file in worker for name in re.findall(r"def op_(\w+)", file.read_text())}
    assert operations
    assert all(f"`{name}`" in PAGE for name in operations)
