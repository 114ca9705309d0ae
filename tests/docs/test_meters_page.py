from pathlib import Path

from framewatt.metering.choice import all_meters

PAGE = Path(__file__).parents[2] / "docs" / "meters.md"


def test_every_meter_has_its_line_in_the_documentation() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in all_meters() if f"| `{name}` |" not in text] == []
