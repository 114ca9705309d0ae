"""What a user asks of `select`: every option declared once, in groups, and read before anything is built."""

from framewatt.runs.request.candidates import CandidateOptions
from framewatt.runs.request.carbon import CarbonOptions
from framewatt.runs.request.option import Group, Option, StudyKind, options_of
from framewatt.runs.request.race import RaceOptions
from framewatt.runs.request.select_request import GROUPS, OPTIONS, SelectRequest
from framewatt.runs.request.training import TrainingOptions
from framewatt.runs.request.work import WorkOptions

__all__ = [
    "GROUPS",
    "OPTIONS",
    "CandidateOptions",
    "CarbonOptions",
    "Group",
    "Option",
    "RaceOptions",
    "SelectRequest",
    "StudyKind",
    "TrainingOptions",
    "WorkOptions",
    "options_of",
]
