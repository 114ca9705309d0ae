"""What turns energy into carbon: where the electricity comes from, and which question the score answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from framewatt.carbon.basis import View
from framewatt.carbon.network import Network, network_of
from framewatt.errors import BadInput
from framewatt.runs.request.option import Group, Option
from framewatt.runs.request.readers import NUMBER, TEXT, checked, one_of


@dataclass(frozen=True, slots=True)
class CarbonOptions(Group):
    """Grid, data centre and network; the region and the network's figure are as the user typed them."""

    TITLE: ClassVar = "Carbon"

    region: str | None = Option(
        "--region", TEXT, "Where the electricity comes from: FR, aws:eu-west-3, us:CAMX."
    ).field()
    intensity: float | None = Option(
        "--intensity", NUMBER, "Carbon intensity in gCO2eq/kWh, instead of --region."
    ).field()
    pue: float | None = Option(
        "--pue", NUMBER, "Power usage effectiveness of the data centre, at least 1."
    ).field()
    network_energy: str | None = Option(
        "--network-energy",
        checked(lambda _flag, text: network_of(text), "KWH_PER_GB"),
        "What moving a GB takes in the network, such as 0.02 or 0.005..0.06 (default: a published range).",
    ).field()
    view: View = Option(  # noqa: RUF009 - it makes a dataclass field
        "--view", one_of(*View), "attributional (SCI) or consequential.", View.ATTRIBUTIONAL.value
    ).field()

    def check(self) -> None:
        """Refuse two intensities."""
        if self.region and self.intensity is not None:
            raise BadInput("--region and --intensity both give the carbon intensity; choose one")

    def network(self) -> Network | None:
        """What moving a GB takes, where that was stated."""
        return None if self.network_energy is None else network_of(self.network_energy)
