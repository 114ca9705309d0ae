"""The race's statistics and audits over measurements that were made elsewhere."""

from framewatt.studies.analyse.comparison import Rules
from framewatt.studies.analyse.document import analyse
from framewatt.studies.analyse.table import Columns, RunTable, read_table

__all__ = ["Columns", "Rules", "RunTable", "analyse", "read_table"]
