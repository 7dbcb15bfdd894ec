"""Files of real cyclers in, cycling records out: `read(path)`, and Battery Data Format out: `write_bdf`.
`chain` joins the files of one cell, `stored` gives the checks that a reader made.

Every module of this folder that holds a `FORMAT` is a family of formats and is found because it lies here.
"""

from alloycoat.cyclers.bdf import read_bdf, write_bdf
from alloycoat.cyclers.bdf_parquet import write_bdf_parquet
from alloycoat.cyclers.chain import chain
from alloycoat.cyclers.formats import Format, formats, read
from alloycoat.cyclers.invariants import stored

__all__ = ["Format", "chain", "formats", "read", "read_bdf", "stored", "write_bdf", "write_bdf_parquet"]
