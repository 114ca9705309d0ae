"""Figures as people read them, and as a spreadsheet does."""

from __future__ import annotations

import pytest

from documents import quantity
from framewatt.reports.figures import UNKNOWN, dearer, figure, joules, percent, with_interval


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ((1.3, 1.27, 1.33), "1.27–1.33×"),
        ((1.0, 1.0, 1.0), "best"),
        ((1.0, 1.0, 1.02), "1.00–1.02×"),
        ((1.0, None, None), "best"),
        ((1.3, None, None), "1.30×"),
        ((12.5, 10.1, 14.9), "10.1–14.9×"),
        ((5.0, 1.2, 5000.0), "≥ 1.20×"),
        ((5.0, 1.2, float("inf")), "≥ 1.20×"),
    ],
)
def test_how_much_dearer_is_told_as_the_interval_that_it_lies_in(
    ends: tuple[float, float | None, float | None], told: str
) -> None:
    value, low, high = ends
    assert dearer(quantity(value, "1", low, high)).text == told


@pytest.mark.parametrize(
    ("value", "low", "high", "told"),
    [
        (0.8423, 0.7627, 0.9268, "0.842 (0.763–0.927)"),
        (0.00214, 0.00106, 0.00431, "2.14 mJ (1.06–4.31)"),
        (999.0, 500.0, 2000.0, "999 J (500–2000)"),
        (0.0, 0.0, 1.0, "0 J (0–1.00)"),
    ],
)
def test_an_interval_is_written_in_the_prefix_of_its_figure(
    value: float, low: float, high: float, told: str
) -> None:
    unit = "1" if "J" not in told else "J"
    assert with_interval(quantity(value, unit, low, high), unit).text == told


def test_what_is_not_known_is_a_dash_and_an_empty_cell() -> None:
    for cell in (figure(None), figure(quantity(None, "J"), joules), dearer(quantity(None, "1"))):
        assert (cell.text, cell.value) == (UNKNOWN, None)


@pytest.mark.parametrize(("share", "told"), [(0.05, "5 %"), (0.125, "12.5 %"), (1.0, "100 %"), (0.0, "0 %")])
def test_a_share_is_written_as_people_type_it(share: float, told: str) -> None:
    assert percent(share) == told
