"""Coverage-guided fuzzing of the readers, outside of the suite: `python tests/fuzz_cyclers.py -max_total_time=60 KIND`.

Needs `pip install atheris` (Apache-2.0). KIND: text, bdf, xlsx, nda, ndax, res, mpr, parquet or zip; the samples of
tests/data/cyclers are the seeds. Anything but a record or an AlloycoatError is a crash; so is a case of more than 20 s.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["alloycoat"]):
    from alloycoat.cyclers import read
    from alloycoat.errors import AlloycoatError

SAMPLES = Path(__file__).parent / "data" / "cyclers"
ENDINGS = {"text": ".txt", "bdf": ".bdf.csv", "zip": ".csv.zip"}


def seeds(kind: str, folder: Path) -> None:
    """Copies of the samples of this kind, unpacked."""
    from alloycoat.cyclers.archives import open_source

    texts = (".csv", ".txt", ".mpt", ".001", ".010")
    for path in SAMPLES.iterdir():
        name = path.name.removesuffix(".gz").removesuffix(".zip")
        fits = name.endswith(texts) if kind == "text" else name.endswith(ENDINGS.get(kind, f".{kind}"))
        if fits and not path.name.endswith((".json", ".md")):
            (folder / name).write_bytes(
                open_source(path).content[:20_000] if kind == "text" else open_source(path).content
            )


def main() -> None:
    """Run the fuzzer on one format."""
    kind = sys.argv.pop()
    scratch = Path(tempfile.mkdtemp(prefix="fuzz-"))
    corpus, target = scratch / "corpus", scratch / f"x{ENDINGS.get(kind, f'.{kind}')}"
    corpus.mkdir()
    seeds(kind, corpus)

    def one(content: bytes) -> None:
        target.write_bytes(content)
        try:
            assert read(target).n >= 1
        except AlloycoatError as error:
            assert str(error)

    atheris.Setup([*sys.argv, "-timeout=20", "-rss_limit_mb=4000", "-max_len=40000", str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
