"""The documentation site: what Sphinx is told. Pages lie where they are read without it: its root is the repository."""

from __future__ import annotations

import sys
from pathlib import Path

from glassprop import __version__

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(Path(__file__).parent))  # the extensions beside this file

from gallery_look import SETTINGS  # noqa: E402

project = "glassprop"
author = "The glassprop developers"
project_copyright = "The glassprop developers; MIT license"
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "numpydoc",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
    "mathml_math",
    "source_pages",
    "code_links",
    "api_pages",
    "front_door",
]
sphinx_gallery_conf = SETTINGS
root_doc = "docs/index"
include_patterns = [
    "docs/*.md",
    "docs/decisions/*.md",
    "docs/api/*.rst",
    "docs/gallery/**.rst",
    "bench/README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "SECURITY.md",
]
SOURCES = ("docs", "bench")
exclude_patterns = [folder.name for folder in ROOT.iterdir() if folder.is_dir() and folder.name not in SOURCES]
nitpicky = True
python_use_unqualified_type_names = True

source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
myst_disable_syntax = ["myst_line_comment"]  # a line of prose may begin with "%"
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 4
myst_dmath_allow_space = False
myst_dmath_allow_digits = True  # without, a cell that begins with a formula and ends in a digit keeps its dollars

autodoc_typehints = "none"  # types stand in the docstrings, with shapes and units
autodoc_member_order = "bysource"
toc_object_entries_show_parents = "hide"
numpydoc_show_class_members = False
html_math_renderer = "mathml"
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_line_continuation_character = "\\"

html_theme = "pydata_sphinx_theme"
html_title = "glassprop"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["on_disk.js", "pictures.js"]
html_search_scorer = str(Path(__file__).parent / "static" / "scorer.js")
html_copy_source = False
html_use_index = html_domain_indices = False  # the API reference lists all names, and the search finds them
html_show_sourcelink = False
html_show_sphinx = False
html_permalinks_icon = "#"
html_theme_options = {
    "logo": {"text": "glassprop"},
    "header_links_before_dropdown": 6,
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-button"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "show_toc_level": 2,
    "show_nav_level": 1,
    "navigation_with_keys": False,
    "use_edit_page_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "back_to_top_button": False,
}
html_sidebars = {"docs/index": [], "docs/compare": [], "docs/questions": []}


def with_its_pages(app: object, docname: str, source: list[str]) -> None:
    """The list of decisions stays as it is read on its own; the site's navigation has the pages under it."""
    if docname == "docs/decisions/README":
        source[0] += "\n```{toctree}\n:hidden:\n:glob:\n\n0*\n```\n"


def setup(app: object) -> None:
    app.connect("source-read", with_its_pages)  # type: ignore[attr-defined]
