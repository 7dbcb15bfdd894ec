"""No test reads or writes the data folder of whoever runs it."""

from __future__ import annotations

import os
import tempfile

os.environ["ALLOYCOAT_DATA"] = tempfile.mkdtemp(prefix="alloycoat-tests-")
