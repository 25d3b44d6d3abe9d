"""What the four folds must reach, and what would be too good to be true."""

from collections.abc import Mapping
from typing import Any

FLOORS = {"average_precision": 0.745, "roc_auc": 0.875, "card_precision_at_100": 0.305}
ORACLE = 0.769
"""Average precision of whoever knows the rules of the Handbook's simulator and gets labels as late as we do."""
LEAK = 0.79
"""Above this average precision something is known that could not have been."""


def failures(mean: Mapping[str, float]) -> list[str]:
    """Return in words which figures are too low, or too high to be honest; nothing if all is well."""
    low = [f"{name} {mean[name]:.4f} is below {floor}" for name, floor in FLOORS.items() if not mean[name] >= floor]
    precision = mean["average_precision"]
    return low + ([f"average precision {precision:.4f} is above {LEAK}: look for a leak"] if precision > LEAK else [])


def off_the_book(baseline: Mapping[str, Any], tolerance: float) -> list[str]:
    """Return in words which of the reproduced figures are farther from the published ones than the tolerance."""
    return [
        f"{name} {baseline[name]:.4f}, published {value}"
        for name, value in baseline["published"].items()
        if abs(baseline[name] - value) > tolerance
    ]
