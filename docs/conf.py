"""Sphinx configuration: Markdown and notebooks by myst-nb, pydata theme, no warning tolerated."""

from __future__ import annotations

import alloycoat

project = "alloycoat"
copyright = "2026, the alloycoat developers"
release = version = alloycoat.__version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.mathjax"]
autodoc_typehints = "none"
autodoc_member_order = "bysource"
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "auto"
nb_execution_timeout = 30
nb_execution_raise_on_error = True
exclude_patterns = ["_build", "jupyter_execute", "schema"]
html_theme = "pydata_sphinx_theme"
html_title = "alloycoat"
html_static_path = ["_static"]
html_sidebars = {"**": []}
html_show_sourcelink = False
html_theme_options = {"show_toc_level": 2, "navigation_with_keys": False}
# the formulas are written in the page and set by the reader's browser; offline they stay legible as TeX
suppress_warnings = ["config.cache"]
