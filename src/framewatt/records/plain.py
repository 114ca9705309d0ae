"""What was read from JSON, or is about to be written: the edge behind which every figure has a type."""

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]
"""An object of a document. Its names are those of the schemas; nothing else checks them."""
