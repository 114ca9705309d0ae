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


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90s", 90),
        ("3min", 180),
        ("3minutes", 180),
        ("3 minutes", 180),
        ("2m", 120),
        ("1 hour", 3600),
        ("1h30min", 5400),
        ("1 min 30 s", 90),
        ("2 days", 172_800),
        ("20ms", 0.02),
        (".5s", 0.5),
    ],
)
def test_durations_are_read_as_people_write_them(text: str, seconds: float) -> None:
    assert units.parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", ["", "soon", "0s", "-3min", "3 kg", "1 light_year", "3 min or so", "1e400", "s"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="is not a duration such as 20ms, 90s or 3min"):
        units.parse_duration(text)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("500MB", 5e8),
        ("1G", 1e9),
        ("1 gb", 1e9),
        ("2GiB", 2**31),
        ("2Gi", 2**31),
        ("1 gigabyte", 1e9),
        ("7", 7),
    ],
)
def test_sizes_are_read_as_people_write_them(text: str, size: float) -> None:
    assert units.parse_bytes(text) == pytest.approx(size)


@pytest.mark.parametrize("text", ["", "lots", "0", "1 GB 2 MB", "3 seconds", "-1GB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="is not a size such as 500MB or 1GiB"):
        units.parse_bytes(text)
