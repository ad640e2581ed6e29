"""The files of claims: complete, each claim once, and clear about what is wrong in them."""

from __future__ import annotations

import pytest

from sim.parameters import ParameterError, claims, files


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A params folder of one's own; returns a function that writes a file of claims."""
    (tmp_path / "claim").mkdir()
    monkeypatch.setattr(files, "ROOT", tmp_path)
    claims._all.cache_clear()
    yield lambda name, text: (tmp_path / "claim" / f"{name}.yaml").write_text(text, encoding="utf-8")
    claims._all.cache_clear()


GOOD = "S{}: {{essay: key, says: Service decides., test: The difference is above zero.}}\n"


def test_claims_come_in_the_order_of_their_numbers_with_the_notebook_of_their_file(folder):
    folder("04_chain", GOOD.format(10) + GOOD.format(2))
    folder("03_warranty", GOOD.format(7))
    folder("untested", "S1: {essay: key, says: So it goes., why: A story.}\n")
    assert list(claims.claims()) == ["S1", "S2", "S7", "S10"]
    assert [claim.notebook for claim in claims.claims().values()] == ["", "04_chain", "03_warranty", "04_chain"]
    assert list(claims.claims("04_chain")) == ["S2", "S10"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- S1\n", ["claim/03.yaml", "claims by name"]),
        ("claim: {essay: key}\n", ["'claim'", "S8"]),
        ("S1: text\n", ["S1", "'text'", "essay, says, test"]),
        ("S1: {essay: kea, says: a, test: b}\n", ["S1, essay", "'kea'", "Did you mean 'key'?"]),
        ("S1: {essay: key, say: a, test: b}\n", ["'say'", "Did you mean 'says'?", "S1, says: got null"]),
        ("S1: {essay: key, says: '', test: b}\n", ["S1, says", "allowed: text"]),
        ("S1: {essay: key, says: a, why: b}\n", ["'why'", "S1, test"]),
    ],
)
def test_what_is_wrong_is_said_with_file_claim_value_and_what_is_allowed(folder, text, said):
    folder("03", text)
    with pytest.raises(ParameterError) as error:
        claims.claims()
    for part in said:
        assert part in str(error.value)


def test_a_claim_in_two_files_is_refused(folder):
    folder("03", GOOD.format(5))
    folder("04", GOOD.format(5))
    with pytest.raises(ParameterError, match=r"04\.yaml, S5: the claim is in 03 too"):
        claims.claims()
