"""The race: which candidate runs next, who leaves, when it is over. Pure ask and tell: no clock, no I/O."""

from framewatt.race.race import Race
from framewatt.race.rules import Entrant, RaceRules, RatioUncertainty
from framewatt.race.standings import FrameworkStanding, SettingStanding, Standing, Standings

__all__ = [
    "Entrant",
    "FrameworkStanding",
    "Race",
    "RaceRules",
    "RatioUncertainty",
    "SettingStanding",
    "Standing",
    "Standings",
]
