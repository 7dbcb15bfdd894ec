"""No silent error: every damage to a sample is repaired with a note, refused, or flagged by an invariant."""

from pathlib import Path

import pytest
from corrupt import BINARY_KINDS, TEXT_KINDS, corrupt, is_text, judge

FOLDER = Path(__file__).parent.parent / "data" / "cyclers"
NEEDS = {
    ".nda.zip": "fastnda",
    ".ndax": "fastnda",
    ".res.gz": "access_parser",
    ".mpr.gz": "galvani",
    ".xlsx": "openpyxl",
}
SAMPLES = [
    path
    for path in sorted(FOLDER.iterdir())
    if not path.name.endswith((".json", ".md", ".parquet", ".bdf.csv")) and "no_series" not in path.name
]
CASES = [(path, kind) for path in SAMPLES for kind in (TEXT_KINDS if is_text(path) else BINARY_KINDS)]


@pytest.mark.parametrize(("sample", "kind"), CASES, ids=lambda each: getattr(each, "name", each))
def test_no_damage_goes_unseen(tmp_path, sample, kind):
    for suffix, module in NEEDS.items():
        if sample.name.endswith(suffix):
            pytest.importorskip(module)
    content = corrupt(sample, kind)
    if content is None:
        return
    damaged = tmp_path / sample.name.removesuffix(".gz").removesuffix(".zip")
    damaged.write_bytes(content)
    verdict, words = judge(sample, damaged, kind)
    assert verdict in {"refused", "refused before", "repaired", "flagged", "harmless"}, words
    assert str(tmp_path) not in words
