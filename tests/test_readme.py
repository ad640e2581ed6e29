"""The README says what the model says."""

from sim.report.questions import gathered
from sim.report.readme import ROOT, claims_sentence, code_block, output_of, part, quotation

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_code_block_is_short_and_prints_what_the_readme_shows():
    code = code_block(TEXT)
    assert len(code.splitlines()) < 10
    shown = part(TEXT, "output")
    assert shown.startswith("> In the world") and shown == output_of(code)


def test_a_changed_block_would_be_noticed():
    assert output_of(code_block(TEXT).replace("2_000", "1_500")) != part(TEXT, "output")


def test_every_file_that_the_readme_names_is_there():
    import re

    named = re.findall(r"`((?:params|notebooks|sim|tests|docs)/[\w./-]*)`|\]\(([\w./-]+)\)", TEXT)
    assert len(named) > 8
    for one, other in named:
        assert (ROOT / (one or other)).exists(), one or other


def test_the_claims_are_those_of_the_evidence_that_is_published(tmp_path):
    rows = gathered.evidence_of(folder=tmp_path)  # nothing is measured there
    assert set(rows["origin"]) == {"as published"} and set(rows["notebook"]) == set(gathered.notebooks())
    assert part(TEXT, "claims") == quotation(claims_sentence(rows))
