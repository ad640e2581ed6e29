"""Verdicts as tables, files and a picture: what is kept is what is read, and nothing is typed."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pandas as pd
import pytest

from sim.experiment.questions.arms import Estimate
from sim.experiment.questions.evidence import BASE, Evidence, table
from sim.parameters import ParameterError, load_comparison
from sim.parameters.claims import Claim
from sim.report import theme
from sim.report.notebook import Asked, check
from sim.report.questions import gathered, verdicts

SIZES = {"people": 500, "weeks": 60, "replications": 3}
UP = Estimate(1234.0, 1000.0, 1500.0, 3)


def claim(name: str, notebook: str = "04_chain", why: str = "") -> Claim:
    return Claim(name, "key", f"{name} is so.", "" if why else "It is above zero.", why, notebook)


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two claims of a notebook, one of another, one that cannot be tested."""
    known = {each.name: each for each in (claim("S1"), claim("S2"), claim("S3", "05_b"), claim("S4", "", "A story."))}

    def of(notebook: str = "") -> dict[str, Claim]:
        return {name: each for name, each in known.items() if notebook in ("", each.notebook)}

    for module in (verdicts, gathered):
        monkeypatch.setattr(module, "claims", of)
    monkeypatch.setattr(gathered, "own_world", lambda notebook: "online_retail")


def asked(out: Path, **more: object) -> Asked:
    return check({**SIZES, "out": str(out), **more}, "changes", "{}")


def both() -> list[Evidence]:
    nothing = Estimate(math.nan, math.nan, math.nan, 0)
    return [
        Evidence("S1", "difference of value", "$", UP, least=0.0),
        Evidence("S2", "share lost", "share", Estimate(0.1, 0.05, 0.15, 3), most=0.0),
        Evidence("S2", "share lost", "share", nothing, most=0.0, setting="alone"),
    ]


def test_the_table_has_the_verdict_and_the_figures_of_each_claim(two, tmp_path):
    found = verdicts.verdicts("04_chain", both(), asked(tmp_path))
    assert found["verdict"].tolist() == ["holds", "fails"]
    assert found["measured"][0] == "difference of value: $1.2 k ($1.0 k to $1.5 k); claimed above 0"
    assert found["measured"][1] == "share lost: 10 % (5.0 % to 15 %); claimed below 0; share lost (alone): no value"
    assert found["where"][1] == f"contrary: {BASE}; no value: alone"


def test_evidence_that_is_missing_or_nobodys_is_an_error(two, tmp_path):
    with pytest.raises(ValueError, match=r"no evidence on \['S2'\]"):
        verdicts.verdicts("04_chain", both()[:1], asked(tmp_path))
    with pytest.raises(ValueError, match=r"unknown claims \['S9'\]"):
        verdicts.verdicts("04_chain", [*both(), Evidence("S9", "x", "$", UP, least=0.0)], asked(tmp_path))
    assert not list(tmp_path.iterdir())


def test_what_is_kept_is_what_is_gathered(two, tmp_path):
    verdicts.verdicts("04_chain", both(), asked(tmp_path))
    rows = gathered.evidence_of("", tmp_path)
    pd.testing.assert_frame_equal(rows[list(table(both()))], table(both()), check_dtype=False)
    found = gathered.gathered(rows)
    assert found["verdict"].tolist() == ["holds", "fails", gathered.NOT_YET, gathered.UNTESTED]
    assert found["where"].tolist()[-1] == "A story."
    said = gathered.sentence(found)
    assert said == (
        "Of 4 claims 2 were measured: 1 holds, 1 fails. Of the others 1 cannot be tested and 1 is not measured yet."
    )
    assert gathered.headline(found) == "Of 2 claims measured 1 holds, 1 fails"
    assert "cost_center and profit_center, 500 people, 60 weeks, 3 paired worlds, seed 1" in gathered.origins(rows)


def test_what_was_published_stands_in_for_what_was_not_run(two, tmp_path, monkeypatch):
    monkeypatch.setattr(gathered, "PUBLISHED", tmp_path / "docs")
    verdicts.verdicts("04_chain", both(), asked(tmp_path / "docs"))
    assert set(gathered.evidence_of("", tmp_path / "results")["origin"]) == {"as published"}
    verdicts.verdicts("04_chain", both(), asked(tmp_path / "results"))
    assert set(gathered.evidence_of("", tmp_path / "results")["origin"]) == {"here"}
    assert gathered.evidence_of("camera_store", tmp_path / "results").empty


def test_a_file_that_is_no_evidence_is_named(two, tmp_path):
    (tmp_path / "online_retail").mkdir()
    (tmp_path / "online_retail" / "04_chain.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ParameterError, match=r"04_chain\.csv' has no column claim"):
        gathered.evidence_of("", tmp_path)


def test_changed_parameters_are_said_to_be(two, tmp_path):
    same = verdicts.conditions(tuple(load_comparison(changes={"world.market.people": 700, "run.seed": 3})))
    assert "700 people" in same and "changed" not in same
    other = asked(tmp_path, changes={"world.needs.gross_margin": 0.2})
    assert verdicts.conditions(other.scenarios).endswith("with parameters changed")


@pytest.mark.parametrize("evidence", [[], both()[:1], both()])
def test_the_picture_can_always_be_drawn(two, evidence):
    rows = table(evidence).assign(notebook="04_chain", conditions="", origin="here")
    assert theme.png(gathered.chart(gathered.gathered(rows)))


def outcomes(*said: str) -> pd.DataFrame:
    """A figure each of S1, S2, ... as it is."""
    return pd.DataFrame(
        {"claim": [f"S{n}" for n in range(1, len(said) + 1)], "setting": BASE, "measure": "what", "outcome": said}
    )


def test_how_much_comes_out_the_same_with_another_seed_is_counted():
    first = outcomes("as claimed", "contrary", "not decided", "as claimed")
    text = gathered.stability_of(first, outcomes("as claimed", "contrary", "as claimed", "contrary"))
    assert "2 of 4 verdicts and 2 of 4 figures come out the same; 1 of the figures turns from" in text
    assert "4 of 4 verdicts and 4 of 4 figures come out the same; none of the figures turn" in gathered.stability_of(
        first, first
    )


def test_both_seeds_are_published_for_the_same_figures():
    assert re.search(r"\d+ of 112 verdicts and \d+ of \d{3} figures", gathered.stability())
