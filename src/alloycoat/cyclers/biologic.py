"""BioLogic binaries (.mpr) through `galvani` (GPL-3, so optional): imported only when such a file is read."""

from __future__ import annotations

import io
import warnings

import numpy as np

from alloycoat.cyclers.archives import Source
from alloycoat.cyclers.dialects import dialects
from alloycoat.cyclers.extras import damaged, library
from alloycoat.cyclers.formats import Format
from alloycoat.cyclers.hints import Hints
from alloycoat.cyclers.importer import scales, skipped_note
from alloycoat.cyclers.samples import Samples, assemble
from alloycoat.record import CyclingRecord

MAGIC = b"BIO-LOGIC MODULAR FILE"


def _recognize(source: Source) -> bool:
    return source.content.startswith(MAGIC)


def read_mpr(source: Source, hints: Hints) -> CyclingRecord:
    """The record of a .mpr file; its default area and mass (0.001) mean "unknown" and are never read.

    Raises DataFileError where it is damaged or the library is missing.
    """
    galvani = library("galvani.BioLogic", "biologic", source.path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data = galvani.MPRfile(io.BytesIO(source.content)).data
        names = tuple(data.dtype.names or ())
    except Exception as error:  # whatever the library stumbles over in a damaged file
        raise damaged(source, "BioLogic .mpr", error) from error
    dialect = next(each for each in dialects() if each.name == "BioLogic text")
    places = dialect.places(names)
    factors = scales(str(source.path), dialect, names, places)
    columns = {
        quantity: np.array(data[names[place]], dtype=np.float64) * (factors[quantity] or 1.0)
        for quantity, place in places.items()
    }
    notes = skipped_note([name for name in dialect.skipped(names, set(places.values())) if name != "flags"])
    whole = True if source.packed else None
    return assemble(Samples(str(source.path), "BioLogic binary", columns, whole=whole, notes=notes), hints)


FORMAT = Format("BioLogic binary", (".mpr",), _recognize, read_mpr, library="biologic")
"""BioLogic .mpr."""
