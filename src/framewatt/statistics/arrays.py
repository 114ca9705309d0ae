"""Array types as the signatures name them; shapes are said in each docstring."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
"""Real numbers."""
Mask: TypeAlias = NDArray[np.bool_]
"""Truth values."""
