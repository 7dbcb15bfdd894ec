"""Prediction: models fitted to the published cells, scored paper by paper, and what they say of a recipe."""

from __future__ import annotations

# Not lazy: `predict` and `reproduce` are modules and functions, and the functions must win.
from alloycoat.calibration.predict import predict
from alloycoat.calibration.prediction import Predicted, Prediction
from alloycoat.calibration.reproduce import reproduce

__all__ = ["Predicted", "Prediction", "predict", "reproduce"]
