"""From recipe to layer: how much deposits, which phases form, what the layer is like."""

from alloycoat.coating.describe import describe, to_json
from alloycoat.coating.growth import coat
from alloycoat.coating.layer import Coating, LayerPhase, SaltAmount

__all__ = ["Coating", "LayerPhase", "SaltAmount", "coat", "describe", "to_json"]
