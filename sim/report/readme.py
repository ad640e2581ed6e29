"""The numbers and pictures of README.md: of the default comparison, the sweep, the notebooks on the claims, and its own
code block.

`make readme`, which runs them; a test keeps both in step with the model.
"""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import product
from pathlib import Path

import pandas as pd

from sim.report.questions import gathered
from sim.report.questions.verdicts import RESULTS

ROOT = Path(__file__).resolve().parents[2]


def code_block(text: str) -> str:
    """The Python block that the README shows."""
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    if found is None:
        raise ValueError("README.md has no ```python block")
    return found.group(1)


def part(text: str, name: str) -> str:
    """What stands between the marks of a part."""
    return text.split(f"<!-- {name} -->\n")[1].split(f"<!-- /{name} -->")[0]


def with_part(text: str, name: str, content: str) -> str:
    """The text with another content between the marks of a part."""
    head, rest = text.split(f"<!-- {name} -->\n")
    return f"{head}<!-- {name} -->\n{content}<!-- /{name} -->{rest.split(f'<!-- /{name} -->', 1)[1]}"


def output_of(code: str) -> str:
    """What the block prints, in a process of its own, as a quotation."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return "".join(f"> {line}\n" for line in done.stdout.strip().splitlines())


def quotation(verdict: str) -> str:
    """The verdict file as the README quotes it."""
    return "".join(f"> {line}\n>\n" for line in verdict.strip().splitlines()).removesuffix(">\n")


def publish_claims() -> str:
    """Publishes the evidence of this machine, from each notebook's own world, as docs/claims; returns what it says."""
    for notebook, kind in product(gathered.notebooks(), ("", gathered.AGAIN)):
        place = Path(kind, gathered.own_world(notebook), f"{notebook}.csv")
        target = gathered.PUBLISHED / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((RESULTS / place).read_bytes())
    return claims_sentence(gathered.evidence_of())


def claims_sentence(rows: pd.DataFrame) -> str:
    """What the README says of the claims."""
    return f"{gathered.sentence(gathered.gathered(rows))} {gathered.stability()}"


def main() -> None:
    """Rewrites the computed parts of README.md, docs/claims, docs/answer.png and docs/worlds.png."""
    readme, results, swept = ROOT / "README.md", ROOT / "results" / "compare", ROOT / "results/sweep/where_it_flips"
    text = readme.read_text(encoding="utf-8")
    text = with_part(text, "verdict", quotation((results / "verdict.txt").read_text(encoding="utf-8")))
    text = with_part(text, "flips", quotation((swept / "verdict.txt").read_text(encoding="utf-8")))
    text = with_part(text, "claims", quotation(publish_claims()))
    text = with_part(text, "output", output_of(code_block(text)))
    (ROOT / "docs").mkdir(exist_ok=True)
    (ROOT / "docs" / "answer.png").write_bytes((results / "charts" / "cash.png").read_bytes())
    (ROOT / "docs" / "worlds.png").write_bytes((swept / "charts" / "worlds.png").read_bytes())
    readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
