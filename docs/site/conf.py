"""How the site is built, by `make docs` and by the tests. In a folder of its own: no `docs` is to be imported."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]  # the rooms, and the extension beside this file

project = "ionloop"
author = copyright = "the authors of ionloop"
html_title = "ionloop"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "seam_docs", "generated_pages", "example_ledger"]
root_doc = "index"
exclude_patterns = ["site"]

myst_heading_anchors = 4
suppress_warnings = ["myst.header"]  # pages that were written before the site skip a level here and there

# A notebook is run at each build, and a cell that fails ends it: no output can be old.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300  # seconds for a cell: a build machine may be busy
nb_execution_show_tb = True
nb_merge_streams = True

default_role = "code"  # docstrings write names in single backticks
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "undoc-members": True, "exclude-members": "model_config, model_post_init"}
napoleon_use_ivar = True

html_theme = "furo"
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
html_static_path = ["static"]
html_css_files = ["wide_tables.css"]
pygments_style, pygments_dark_style = "tango", "monokai"
