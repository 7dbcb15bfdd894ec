"""The operando microscope: how a deposit grows on bare and on coated metal, in the plane of the cell."""

from alloycoat.morphology.growth import Checkpoint, Growth, grow
from alloycoat.morphology.scene import Layer, Liquid, Scene, Stage, Surface
from alloycoat.morphology.setting import PRESETS, scene_of

__all__ = [
    "PRESETS",
    "Checkpoint",
    "Growth",
    "Layer",
    "Liquid",
    "Scene",
    "Stage",
    "Surface",
    "grow",
    "scene_of",
]
