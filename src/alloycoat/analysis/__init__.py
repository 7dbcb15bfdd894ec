"""What a cycling record says, measured or simulated alike: `analyze(record) -> Outcome`."""

from alloycoat.analysis.failure import Criterion, criteria
from alloycoat.analysis.thresholds import Thresholds
from alloycoat.analysis.verdict import analyze

__all__ = ["Criterion", "Thresholds", "analyze", "criteria"]
