"""The scale on which costs are compared: linear for cents, logarithmic beyond."""

import numpy as np

from tasks.core.detectors import Floats


def to_scale(costs: Floats, unit: float) -> Floats:
    """Return costs on a scale that is linear below ``unit`` and logarithmic above.

    Examples:
        >>> np.round(to_scale(np.array([[0.0, 100.0, 110.0]]), 1.0), 3)
        array([[0.   , 5.298, 5.394]])
    """
    return np.arcsinh(costs / unit)


def from_scale(scaled: Floats, unit: float) -> Floats:
    """Return the costs that ``to_scale`` was given."""
    return np.sinh(scaled) * unit
