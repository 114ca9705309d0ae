"""The race's statistics and audits over measurements that were made elsewhere."""

from framewatt.analysis.document import analyse
from framewatt.analysis.table import Columns, Table, read_table

__all__ = ["Columns", "Table", "analyse", "read_table"]
