"""A notebook in slides: where one ends and the next begins, unless the notebook says so itself."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from nbconvert.preprocessors import Preprocessor

PICTURES = ("image/png", "image/svg+xml")


class Sections(Preprocessor):
    """A heading begins a slide; below it come, one a step, what is said and each picture. Styles hide the code.

    Cells with a slide type of their own (View, Property Inspector in JupyterLab) keep it, and then all others do too.
    """

    def preprocess(self, nb: Any, resources: Any = None) -> tuple[Any, Any]:
        """The notebook with a slide type in every cell."""
        nb = deepcopy(nb)
        if not any(cell.metadata.get("slideshow", {}).get("slide_type", "-") != "-" for cell in nb.cells):
            for cell in nb.cells:
                cell.metadata["slideshow"] = {"slide_type": slide_type(cell)}
        for cell in nb.cells:
            if cell.cell_type == "code":  # progress bars are not for an audience
                cell.outputs = [output for output in cell.outputs if output.output_type != "stream"]
        return nb, resources


def slide_type(cell: Any) -> str:
    """What a cell begins: a slide, a step below it, or nothing that is shown."""
    if cell.cell_type == "markdown":
        return "slide" if cell.source.lstrip().startswith(("# ", "## ")) else "subslide"
    if cell.cell_type != "code" or not cell.outputs:
        return "skip"
    return "subslide" if any(kind in output.get("data", {}) for output in cell.outputs for kind in PICTURES) else "-"
