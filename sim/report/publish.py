"""A notebook run by papermill and published: executed notebook and self-contained HTML, complete or not at all."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.parameters.shipped import find_file
from sim.report.save import staging

WIDGET = "application/vnd.jupyter.widget-view+json"
NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


class NotebookFailed(RuntimeError):
    """A cell of the notebook raised an error; the text says which."""


class Kernels:
    """The kernels at work, for another thread to end: a thread that waits for one cannot be interrupted."""

    def __init__(self) -> None:
        self.stopped = False
        self._processes: list[Any] = []
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Ends those that run and, as soon as it has started, any other."""
        with self._lock:
            self.stopped = True
            for process in self._processes:
                process.kill()

    def manager(self) -> type:
        """A kernel manager that reports here; what its kernels say besides their cells' output is dropped."""
        from jupyter_client.manager import AsyncKernelManager

        kernels = self

        class Manager(AsyncKernelManager):
            async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
                await super().start_kernel(**options, stderr=subprocess.DEVNULL)
                kernels._started(self.provisioner.process)  # type: ignore[union-attr]

        return Manager

    def _started(self, process: Any) -> None:
        with self._lock:
            self._processes.append(process)
            if self.stopped:
                process.kill()


def find_notebook(name: str) -> Path:
    """A notebook of the project by name ('01_compare'), or any by path."""
    return find_file("notebook", name, NOTEBOOKS, ".ipynb")


def publish(
    notebook: Path,
    out: Path,
    parameters: Mapping[str, Any],
    progress: bool = True,
    kernels: Kernels | None = None,
) -> Path:
    """Executes `notebook` with `parameters` and leaves <name>.ipynb and <name>.html in `out`. Returns the HTML's path.

    What the cells print, progress bars included, appears on standard error while they run, if `progress`. The notebook
    itself writes its tables and charts. Several threads may publish at once, each to a folder of its own.
    """
    import nbformat
    from nbconvert import HTMLExporter
    from papermill.exceptions import PapermillExecutionError
    from papermill.execute import execute_notebook
    from traitlets.config import Config

    # Pipes of its own, not TCP: nothing listens on the network, and kernels started at once do not meet
    with staging(out) as aside, tempfile.TemporaryDirectory(prefix="whatif-") as pipes:
        try:
            document = execute_notebook(
                notebook,
                None,  # to save it after each cell takes longer than many cells, and half of one is of no use
                dict(parameters),
                progress_bar=False,
                log_output=False,
                stderr_file=sys.stderr if progress else None,
                kernel_name="python3",
                **({"kernel_manager_class": kernels.manager()} if kernels else {}),
                config=Config({"KernelManager": {"transport": "ipc", "ip": f"{pipes}/kernel"}}),
            )
        except PapermillExecutionError as error:
            raise NotebookFailed(f"{notebook.name}, cell {error.exec_count}: {error.ename}: {error.evalue}") from None
        tidy(document)
        nbformat.write(document, aside / notebook.name)
        html, _ = HTMLExporter(exclude_input_prompt=True, exclude_output_prompt=True).from_notebook_node(document)
        (aside / f"{notebook.stem}.html").write_text(_offline(html), encoding="utf-8")
    return out / f"{notebook.stem}.html"


def tidy(document: Any) -> None:
    """Of a progress bar only its last state stays, as a terminal would show it; of a panel its text, for no kernel is
    left to move it."""
    document.metadata.pop("widgets", None)
    for cell in document.cells:
        kept = []
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output.text = "\n".join(line.rsplit("\r", 1)[-1].rstrip() for line in output.text.split("\n"))
                if output.name == "stderr" and not re.sub(r"simulating:.*", "", output.text).strip():
                    continue
            output.get("data", {}).pop(WIDGET, None)
            kept.append(output)
        if "outputs" in cell:
            cell.outputs = kept


def _offline(html: str) -> str:
    """Drops what nbconvert's template would load from the network: it serves mathematics and diagrams, used nowhere."""
    html = re.sub(r"<script[^>]*\bsrc=\"https?://[^\"]*\"[^>]*>\s*</script>", "", html)
    return re.sub(r"<script type=\"module\">\s*document\.addEventListener.*?</script>", "", html, flags=re.DOTALL)
