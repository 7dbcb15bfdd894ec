"""What a cycling record says, measured or simulated alike: `analyze(record) -> Outcome`."""

from alloycoat.analysis.failure import Criterion, criteria
from alloycoat.analysis.practicality import Card, card
from alloycoat.analysis.survival import KaplanMeier, LifeRatio, kaplan_meier, life_ratio
from alloycoat.analysis.thresholds import Thresholds
from alloycoat.analysis.verdict import analyze

__all__ = [
    "Card", "Criterion", "KaplanMeier", "LifeRatio", "Thresholds", "analyze", "card", "criteria", "kaplan_meier",
    "life_ratio",
]  # fmt: skip
