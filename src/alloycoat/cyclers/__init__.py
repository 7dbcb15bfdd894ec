"""Files of real cyclers in, cycling records out: `read(path)`, and Battery Data Format out: `write_bdf`.

Every module of this folder that holds a `FORMAT` is a family of formats and is found because it lies here.
"""

from alloycoat.cyclers.bdf import read_bdf, write_bdf
from alloycoat.cyclers.formats import Format, formats, read

__all__ = ["Format", "formats", "read", "read_bdf", "write_bdf"]
