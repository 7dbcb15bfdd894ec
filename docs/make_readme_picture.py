"""Makes docs/_static/readme.svg from the main example: the layer to scale, the voltage bare against coated.

Run from anywhere: python docs/make_readme_picture.py
"""

from __future__ import annotations

import re
from pathlib import Path

from alloycoat.recipe import Recipe
from alloycoat.report.job import run
from alloycoat.report.page import drawings
from alloycoat.store import write_text

ROOT = Path(__file__).resolve().parent.parent
WIDTH, MARGIN = 860.0, 16.0


def placed(svg: str, top: float) -> tuple[str, float]:
    """The svg at `top`, as wide as the picture, and its height there."""
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert found is not None
    height = WIDTH * float(found[2]) / float(found[1])
    return svg.replace("<svg ", f'<svg x="0" y="{top:.0f}" width="{WIDTH:.0f}" height="{height:.0f}" ', 1), height


def main() -> None:
    """Run the example and write the picture."""
    done = run(Recipe.load(ROOT / "examples" / "li-incl3-dip.toml"))
    svgs = drawings(done)
    upper, first = placed(svgs["layer"], MARGIN)
    lower, second = placed(svgs["voltage"], first + 2 * MARGIN)
    height = first + second + 3 * MARGIN
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {height:.0f}" role="img">'
        f"<title>{done.title}: predicted layer, and voltage of bare and coated cell</title>"
        f'<rect width="100%" height="100%" fill="#ffffff"/>{upper}{lower}</svg>\n'
    )
    print(write_text(ROOT / "docs" / "_static" / "readme.svg", picture).relative_to(ROOT))


if __name__ == "__main__":
    main()
