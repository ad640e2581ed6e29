"""The panel in a real JupyterLab and as a page of its own, with no network but this machine's.

Screenshots of the last run are in results/browser/.
"""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pptx
import pytest
from lab import CHROMIUM, PROJECT, TOKEN, Watched, chromium, drag, free_port, jupyterlab, open_notebook, run_all, server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium: apt-get install chromium"),
]
SHOTS = PROJECT / "results" / "browser"
PEOPLE, WEEKS, WORLDS = 2_000, 60, 4
LONG = 120_000  # milliseconds, on a machine that does much else


def notebook(folder: Path, cells: int | None = None) -> None:
    """Notebook 02 in a folder, in small."""
    content = json.loads((PROJECT / "notebooks" / "02_explore.ipynb").read_text())
    content["cells"] = content["cells"][:cells]
    parameters = next(cell for cell in content["cells"] if "parameters" in cell["metadata"].get("tags", []))
    text = "".join(parameters["source"])
    for name, value in (("people", PEOPLE), ("weeks", WEEKS), ("replications", WORLDS)):
        text = re.sub(rf"^{name} = \S+", f"{name} = {value}", text, flags=re.MULTILINE)
    parameters["source"] = text
    (folder / "02_explore.ipynb").write_text(json.dumps(content))


@pytest.fixture(scope="module")
def debians() -> Iterator[Any]:
    SHOTS.mkdir(parents=True, exist_ok=True)
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def lab(debians: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """The notebook, run, in JupyterLab, in a browser."""
    folder = tmp_path_factory.mktemp("lab")
    notebook(folder, cells=5)  # up to the panel
    with jupyterlab(folder, tmp_path_factory.mktemp("home")) as base:
        watched = Watched(debians)
        open_notebook(watched.page, base, "02_explore.ipynb")
        run_all(watched.page)
        settled(watched.page)
        yield watched


def settled(page: Any, kind: str = "exact") -> str:
    """Waits for that kind of answer; gives the verdict."""
    page.wait_for_selector(f".whatif-view[data-kind={kind}]", timeout=LONG)
    return str(page.locator(".whatif-verdict").text_content())


def shoot(page: Any, name: str) -> None:
    page.locator(".whatif-panel").screenshot(path=str(SHOTS / f"{name}.png"))


def slider(page: Any, name: str = "gross margin, share of price") -> Any:
    return page.get_by_role("slider", name=name, exact=True)


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def note(page: Any, text: str) -> str:
    page.wait_for_function(
        "text => document.querySelector('.whatif-note').textContent.includes(text)", arg=text, timeout=LONG
    )
    return str(page.locator(".whatif-note").text_content())


def test_the_panel_opens_with_an_exact_answer_and_every_view_drawn(lab: Watched) -> None:
    verdict = settled(lab.page)
    assert "95 % interval" in verdict
    assert lab.page.locator(".whatif-badge").text_content() == f"Exact: {WORLDS} paired worlds of {PEOPLE:,} people"
    lab.page.wait_for_function("() => document.querySelectorAll('.whatif-chart svg').length === 5", timeout=LONG)
    drawn = lab.page.evaluate(
        "() => [...document.querySelectorAll('.whatif-chart svg')].map(s => s.textContent.length)"
    )
    assert all(length > 10 for length in drawn[:4])  # axes and numbers are there
    assert all(width > 200 for width in lab.page.evaluate(WIDTHS)[:4])
    shoot(lab.page, "lab")


def test_a_drag_shows_a_preview_then_the_exact_answer(lab: Watched) -> None:
    before = settled(lab.page)
    lab.page.evaluate("""() => {
        const view = document.querySelector('.whatif-view');
        window.kinds = [];
        const seen = new MutationObserver(() => window.kinds.push(view.dataset.kind));
        seen.observe(view, {attributeFilter: ['data-serial']});
    }""")
    drag(lab.page, slider(lab.page), -40)
    lab.page.wait_for_function("() => window.kinds.includes('preview')", timeout=LONG)
    shoot(lab.page, "preview")
    lab.page.wait_for_function("() => window.kinds.at(-1) === 'exact' || window.kinds.includes('exact')", timeout=LONG)
    assert settled(lab.page) != before
    kinds = lab.page.evaluate("() => window.kinds")
    assert kinds.index("preview") < kinds.index("exact")


def test_undo_takes_back_the_whole_drag(lab: Watched) -> None:
    settled(lab.page)
    press(lab.page, "Reset")
    lab.page.wait_for_function(
        "handle => handle.getAttribute('aria-valuetext') === '0.4'", arg=slider(lab.page).element_handle()
    )
    drag(lab.page, slider(lab.page), -40)
    lab.page.wait_for_function(
        "handle => handle.getAttribute('aria-valuetext') !== '0.4'", arg=slider(lab.page).element_handle()
    )
    settled(lab.page)
    press(lab.page, "Undo")
    lab.page.wait_for_function(
        "handle => handle.getAttribute('aria-valuetext') === '0.4'", arg=slider(lab.page).element_handle()
    )


def test_arrow_keys_move_a_slider_and_not_the_notebook(lab: Watched) -> None:
    settled(lab.page)
    handle = slider(lab.page)
    cell = lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex")
    handle.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        lab.page.keyboard.press(key)
    lab.page.wait_for_function("h => h.getAttribute('aria-valuetext') === '0.43'", arg=handle.element_handle())
    assert lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex") == cell
    settled(lab.page, "preview")
    settled(lab.page)


def test_every_control_has_a_name_and_is_reached_by_tab(lab: Watched) -> None:
    nameless = lab.page.evaluate("""() => [...document.querySelectorAll(
        '.whatif-panel :is([role=slider], select, input, textarea, button)'
    )].filter(part => !(part.getAttribute('aria-label') || part.textContent.trim())).map(part => part.outerHTML)""")
    assert nameless == []
    lab.page.get_by_label("people", exact=True).focus()
    reached = set()
    for _ in range(120):
        lab.page.keyboard.press("Tab")
        reached.add(lab.page.evaluate(
            "() => document.activeElement.getAttribute('aria-label') || document.activeElement.textContent.trim()"
        ))  # fmt: skip
    wanted = set(
        lab.page.evaluate("""() => [...document.querySelectorAll(
        '.whatif-panel [role=slider], .whatif-panel select, .whatif-panel button:not([disabled])'
    )].map(part => part.getAttribute('aria-label') || part.textContent.trim())""")
    )
    assert wanted - reached <= {"Redo"}


WIDTHS = "() => [...document.querySelectorAll('.whatif-chart svg')].map(svg => svg.getBoundingClientRect().width)"
CONTRAST = """() => {
    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const rgba = (css, under) => {
        canvas.fillStyle = `rgb(${under.join(',')})`; canvas.fillRect(0, 0, 1, 1);
        canvas.fillStyle = css; canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const linear = value => (value /= 255) <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4;
    const light = rgb => { const [r, g, b] = rgb.map(linear); return .2126 * r + .7152 * g + .0722 * b; };
    const behind = node => {
        const chain = [];
        for (let at = node; at; at = at.parentElement) chain.unshift(getComputedStyle(at).backgroundColor);
        return chain.reduce((under, css) => rgba(css, under), [255, 255, 255]);
    };
    const poor = [];
    for (const node of document.querySelectorAll('.whatif-panel *')) {
        const own = [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim());
        if (!own || node.closest('[disabled]') || !node.getClientRects().length) continue;
        const style = getComputedStyle(node), svg = node.namespaceURI.endsWith('svg');
        const under = behind(svg ? node.ownerSVGElement.parentElement : node);
        const [one, other] = [light(rgba(svg ? style.fill : style.color, under)), light(under)];
        const ratio = (Math.max(one, other) + .05) / (Math.min(one, other) + .05);
        if (ratio < 4.5) poor.push([node.textContent.trim().slice(0, 40), ratio.toFixed(2)]);
    }
    return poor;
}"""


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_all_text_stands_out_by_four_and_a_half_to_one(lab: Watched, theme: str) -> None:
    settled(lab.page)
    lab.page.evaluate(
        "theme => { window.jupyterapp.commands.execute('apputils:change-theme', { theme }); return 1 }", theme
    )
    lab.page.wait_for_selector(f"body[data-jp-theme-name='{theme}']", state="attached")
    lab.page.wait_for_timeout(3000)
    shoot(lab.page, theme.split()[1].lower())
    assert lab.page.evaluate(CONTRAST) == []
    assert all(width > 200 for width in lab.page.evaluate(WIDTHS)[:4])


def test_saved_loaded_and_run_in_a_shell_it_is_the_same_to_the_cent(lab: Watched, tmp_path: Path) -> None:
    settled(lab.page)
    file = lab.page.get_by_label("file", exact=True)
    file.fill(str(tmp_path / "mine.yaml"))
    file.press("Enter")
    verdict = settled(lab.page)
    press(lab.page, "Save scenario")
    note(lab.page, "Saved")
    press(lab.page, "Reset")
    settled(lab.page)
    press(lab.page, "Load")
    note(lab.page, "Loaded mine.yaml")
    lab.page.wait_for_function(
        "text => document.querySelector('.whatif-verdict').textContent === text", arg=verdict, timeout=LONG
    )
    out = tmp_path / "out"
    told = subprocess.run(
        [sys.executable, "-c", "from sim.cli import main; main()", "compare", str(tmp_path / "mine.yaml"),
         "--ablations", "0", "--out", str(out)],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    said = re.search(r"worth (\S+(?: [kMB])?) (?:more|less)", verdict)
    assert said
    assert said.group(0) in told.stdout
    assert re.search(r"95 % interval ([^)]*?)[,)]", verdict).group(1) in told.stdout  # type: ignore[union-attr]


def test_a_hostile_file_is_refused_as_text(lab: Watched, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("world: <img src=x onerror='window.hacked=1'>\n")
    file = lab.page.get_by_label("file", exact=True)
    file.fill(str(tmp_path / "bad.yaml"))
    file.press("Enter")
    press(lab.page, "Load")
    assert "<img" in note(lab.page, "bad.yaml")
    assert lab.page.evaluate("() => window.hacked") is None
    assert lab.page.locator(".whatif-note img").count() == 0


def test_it_presents_what_is_on_the_screen(lab: Watched, tmp_path: Path) -> None:
    settled(lab.page)
    file = lab.page.get_by_label("file", exact=True)
    file.fill(str(tmp_path / "talk" / "mine.yaml"))
    file.press("Enter")
    press(lab.page, "Present")
    note(lab.page, "Presented")
    assert (tmp_path / "talk" / "cash.png").stat().st_size > 10_000
    assert (tmp_path / "talk" / "customers.svg").read_text().startswith("<svg")
    assert len(pptx.Presentation(str(tmp_path / "talk" / "slides.pptx")).slides) == 5


def test_a_pinned_run_is_drawn_dashed(lab: Watched) -> None:
    settled(lab.page)
    press(lab.page, "Pin")
    lab.page.get_by_role("button", name="Unpin", exact=True).wait_for()
    drag(lab.page, slider(lab.page), 30)
    settled(lab.page, "preview")
    settled(lab.page)
    assert lab.page.locator(".whatif-cash svg path[stroke-dasharray='6,4']").count() > 0
    shoot(lab.page, "pinned")
    press(lab.page, "Unpin")


def test_sixty_moves_in_a_row_leave_the_last_on_the_screen_and_memory_flat(lab: Watched) -> None:
    handle = slider(lab.page)
    handle.focus()
    lab.page.keyboard.press("Home")
    settled(lab.page)
    heap = "() => { window.gc?.(); return performance.memory.usedJSHeapSize / 1e6 }"
    before = lab.page.evaluate(heap)
    for _ in range(60):
        lab.page.keyboard.press("ArrowRight")
    lab.page.wait_for_function("h => h.getAttribute('aria-valuetext') === '0.65'", arg=handle.element_handle())
    lab.page.wait_for_timeout(500)
    settled(lab.page)
    assert handle.get_attribute("aria-valuetext") == "0.65"
    assert '"world.needs.gross_margin": 0.65' in lab.page.locator(".whatif-view").get_attribute("data-asked")
    assert lab.page.locator(".whatif-chart svg").count() == 5
    assert lab.page.evaluate(heap) - before < 60


def test_in_a_narrow_window_nothing_is_cut_off(lab: Watched) -> None:
    lab.page.set_viewport_size({"width": 800, "height": 1900})
    lab.page.wait_for_timeout(1000)
    shoot(lab.page, "narrow")
    over = lab.page.evaluate("""() => { const panel = document.querySelector('.whatif-panel');
        return panel.scrollWidth - panel.clientWidth }""")
    lab.page.set_viewport_size({"width": 1500, "height": 1900})
    assert over <= 1


def test_no_request_left_this_machine_and_the_console_is_silent(lab: Watched) -> None:
    assert lab.refused == []
    assert lab.errors == []


def test_the_page_of_its_own_wants_its_token_and_answers(debians: Any, tmp_path: Path) -> None:
    from sim.report.panel.page import command, environment

    port = free_port()
    base = f"http://127.0.0.1:{port}"
    given = {"people": PEOPLE, "weeks": WEEKS, "replications": WORLDS}
    told = os.environ | environment(given, TOKEN)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in told.items():
            patch.setenv(name, value)
        with server(command(port), tmp_path / "home", f"{base}/login"):
            watched = Watched(debians)
            with urllib.request.urlopen(f"{base}/", timeout=10) as answer:
                assert "/login" in answer.geturl()
            watched.page.goto(f"{base}/?token={TOKEN}")
            before = settled(watched.page)
            slider(watched.page).focus()
            for _ in range(9):
                watched.page.keyboard.press("ArrowLeft")
            settled(watched.page, "preview")
            assert settled(watched.page) != before
            watched.page.screenshot(path=str(SHOTS / "page.png"))
            assert watched.refused == []
            assert watched.errors == []
