"""Prediction: models fitted to the published cells, scored paper by paper, and what they say of a recipe."""

from __future__ import annotations

from alloycoat.calibration.predict import predict
from alloycoat.calibration.prediction import Predicted, Prediction

__all__ = ["Predicted", "Prediction", "predict"]
