"""What the essays claim: each claim in a sentence of our own, and how it is tested or why it cannot be.

A file of params/claim has the name of the notebook that tests its claims; `untested.yaml` lists those that no
simulation can test. A claim says `essay`, `says`, and `test` (what would show that it holds) or `why` (it cannot be
tested).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sim.parameters import files
from sim.parameters.errors import shown, suggestion

UNTESTED = "untested"  # the file of the claims that no simulation can test
ESSAYS = {
    "warranty": "A Customer Is Never Out of Warranty",
    "growth": "Customer Service and Revenue Growth",
    "forever": "Committing to the Customer... Forever",
    "opportunities": "Customer Problems Are Really Opportunities In Disguise",
    "key": "Customer Service is Key",
}  # short name -> title


@dataclass(frozen=True)
class Claim:
    """One claim.

    Attributes:
        name: S and its number.
        essay: key of `ESSAYS`.
        says: the claim in one sentence.
        test: what is measured and what would show that it holds; '' where it cannot be tested.
        why: why it cannot be tested; '' where it can.
        notebook: the notebook that tests it; '' for none.
    """

    name: str
    essay: str
    says: str
    test: str
    why: str
    notebook: str

    @property
    def number(self) -> int:
        """Its number."""
        return int(self.name[1:])


def claims(notebook: str = "") -> dict[str, Claim]:
    """The claims that a notebook tests, or all of them, those that cannot be tested included, in their order.

    Raises:
        ParameterError: with a line for each thing in the files that is not allowed.
    """
    found = [claim for claim in _all() if notebook in ("", claim.notebook)]
    return {claim.name: claim for claim in found}


@lru_cache(maxsize=1)
def _all() -> tuple[Claim, ...]:
    complaints: list[str] = []
    found: dict[str, Claim] = {}
    for file in files.names("claim"):
        path = files.ROOT / "claim" / f"{file}.yaml"
        tree, origin = files.read_file(path), files._shown(path)
        if not isinstance(tree, dict):
            complaints.append(
                f"{origin}: got {shown(tree)}; allowed: claims by name, e.g. 'S8: {{essay: warranty, ...}}'."
            )
            continue
        ending = "why" if file == UNTESTED else "test"
        for name, said in tree.items():
            where = f"{origin}, {name}"
            wrong = _wrong(where, name, said, ending)
            if name in found:
                wrong.append(f"{where}: the claim is in {found[name].notebook or UNTESTED} too; allowed: each once.")
            complaints += wrong
            if not wrong:
                notebook = "" if file == UNTESTED else file
                found[name] = Claim(name, said["essay"], said["says"].strip(), said.get("test", "").strip(),
                                    said.get("why", "").strip(), notebook)  # fmt: skip
    files._stop_at(complaints)
    return tuple(sorted(found.values(), key=lambda claim: claim.number))


def _wrong(where: str, name: object, said: object, ending: str) -> list[str]:
    """What is not allowed in one claim; `ending` is the key it must have besides essay and says."""
    keys = ("essay", "says", ending)
    if not (isinstance(name, str) and name[:1] == "S" and name[1:].isdecimal()):
        return [f"{where}: got {shown(name)}; allowed: S and a number, e.g. S8."]
    if not isinstance(said, dict):
        return [f"{where}: got {shown(said)}; allowed: {', '.join(keys)}."]
    complaints = [
        f"{where}: unknown key {shown(key)}.{suggestion(str(key), keys)} Allowed: {', '.join(keys)}."
        for key in said
        if key not in keys
    ]
    for key in keys:
        value = said.get(key)
        if not isinstance(value, str) or not value.strip():
            complaints.append(f"{where}, {key}: got {shown(value)}; allowed: text.")
    essay = said.get("essay")
    if isinstance(essay, str) and essay not in ESSAYS:
        complaints.append(
            f"{where}, essay: got {shown(essay)}; allowed: {', '.join(ESSAYS)}.{suggestion(essay, ESSAYS)}"
        )
    return complaints
