"""How soon the panel answers, in a real JupyterLab and browser, at the size of the notebook: 10,000 people, 3 years.

    .venv/bin/python tests/browser/latency.py [drags]

From the slider's last move to the preview of that very value on the screen, and to the exact one; then sixty quick
moves in a row, several times, with the memory of browser and kernel after each. It means something only on an idle
machine.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from lab import PROJECT, Watched, chromium, drag, jupyterlab, open_notebook, run_all

SLIDER = "gross margin, share of price"
NOW = "performance.now()"
WATCH = """() => {
    const view = document.querySelector('.whatif-view');
    window.shown = [];
    new MutationObserver(() => {
        const { kind, asked } = view.dataset, value = JSON.parse(asked || '{}')['world.needs.gross_margin'];
        requestAnimationFrame(() => window.shown.push([kind, value, performance.now()]));
    }).observe(view, { attributeFilter: ['data-serial'] });
}"""
FIRST = """([kind, value, since]) =>
    window.shown.find(([is, at, when]) => is === kind && at === value && when >= since)?.[2]"""


def waited(page: Any, kind: str, value: float, begun: float, moved: float) -> float:
    """Milliseconds from the last move until this kind of answer to this value was first drawn after `begun`.

    Below zero where a move before the last one had reached the value already.
    """
    return float(page.wait_for_function(FIRST, arg=[kind, value, begun]).json_value()) - moved


def kernel_memory() -> float:
    """Resident megabytes of the kernels that this process's servers started."""
    family = psutil.Process().children(recursive=True)
    return sum(each.memory_info().rss for each in family if "ipykernel_launcher" in " ".join(each.cmdline())) / 1e6


def main(drags: int) -> None:
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as folder, chromium() as started:
        notebook = json.loads((PROJECT / "notebooks" / "02_explore.ipynb").read_text())
        notebook["cells"] = notebook["cells"][:5]
        (Path(folder) / "02_explore.ipynb").write_text(json.dumps(notebook))
        with jupyterlab(Path(folder), Path(home)) as base:
            watched = Watched(started)
            page = watched.page
            begun = time.monotonic()
            open_notebook(page, base, "02_explore.ipynb")
            run_all(page)
            page.wait_for_selector(".whatif-view[data-kind=exact]", timeout=120_000)
            print(f"opened, run, exact on the screen: {time.monotonic() - begun:.1f} s")
            handle = page.get_by_role("slider", name=SLIDER, exact=True)
            handle.scroll_into_view_if_needed()
            page.evaluate(WATCH)
            previews, exacts = [], []
            seen = {float(handle.get_attribute("aria-valuetext"))}
            hand = random.Random(1)
            while len(previews) < drags:
                at = float(handle.get_attribute("aria-valuetext"))
                way = 1 if at < 0.2 else -1 if at > 0.65 else hand.choice((-1, 1))
                begun = float(page.evaluate(NOW))
                moved = drag(page, handle, round(way * hand.uniform(15, 45)), steps=15, pause=20)
                value = float(handle.get_attribute("aria-valuetext"))
                if value not in seen:  # an answer that is known already is shown at once and measures nothing
                    seen.add(value)
                    exacts.append(waited(page, "exact", value, begun, moved))
                    previews.append(waited(page, "preview", value, begun, moved))
            for name, times in (("preview", previews), ("exact", exacts)):
                print(
                    f"{name}: median {statistics.median(times):.0f} ms, {min(times):.0f} to {max(times):.0f} "
                    f"({drags} new values)"
                )
            for round_ in range(5):
                begun = float(page.evaluate(NOW))
                handle.focus()
                page.keyboard.press("Home")
                for _ in range(60):
                    page.keyboard.press("ArrowRight")
                moved = float(page.evaluate(NOW))
                took = waited(page, "exact", 0.65, begun, moved)
                page.evaluate("() => window.gc?.()")
                heap = float(page.evaluate("() => performance.memory.usedJSHeapSize / 1e6"))
                print(f"sixty moves, {round_ + 1}: exact {took:.0f} ms after the last; "
                      f"browser {heap:.0f} MB, kernel {kernel_memory():.0f} MB")  # fmt: skip
            print(f"requests that left this machine: {watched.refused}; on the console: {watched.errors}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
