import pytest

from framewatt.errors import BadInput
from framewatt.records import units


def test_joules_become_kilowatt_hours_exactly() -> None:
    assert units.joules_to_kwh(3_600_000.0) == 1.0
    assert units.joules_to_kwh(1_188_000.0) == pytest.approx(0.33, rel=1e-15)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.00123, "J", "1.23 mJ"),
        (12.3456, "W", "12.3 W"),
        (0.0, "J", "0 J"),
        (4321.0, "J", "4.32 kJ"),
        (1.5, "1", "1.50"),
    ],
)
def test_figures_carry_an_si_prefix_and_three_digits(value: float, unit: str, text: str) -> None:
    assert units.format_si(value, unit) == text


def test_sizes_and_durations_read_at_a_glance() -> None:
    assert units.format_bytes(192_000_000) == "192 MB"
    assert units.format_duration(90) == "1 min 30 s"
    assert units.format_duration(0.0021) == "2.10 ms"


def test_a_share_is_written_with_or_without_a_percent_sign() -> None:
    assert (
        units.parse_share("2%", "--margin") == units.parse_share(" 0.02 ", "--margin") == pytest.approx(0.02)
    )
    for text, complaint in (("some", "--margin 'some'"), ("-1%", "from 0%"), ("1", "less than 100%")):
        with pytest.raises(BadInput, match=complaint):
            units.parse_share(text, "--margin")
