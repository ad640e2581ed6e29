"""What the findings say about each claim."""

from __future__ import annotations

from sim.experiment.questions.arms import Estimate, difference, estimate, mean_of, of_arm
from sim.experiment.questions.evidence import Evidence
from sim.experiment.questions.measuring import arms_of as arms
from sim.experiment.questions.measuring import switching
from sim.experiment.questions.measuring.arms_of import BASE, FIRMS, GOOD, POOR, Findings


def evidence(found: Findings) -> list[Evidence]:
    """All evidence of the question."""
    return [*_managers(found), *_investment(found), *_treatment(found), *_times(found), *_estimators(found)]


def _managers(found: Findings) -> list[Evidence]:
    def between(column: str, firm: str = BASE) -> Estimate:
        return estimate(arms.under(found, "retention", column, firm) - arms.under(found, "cost", column, firm))

    cheaper = between("pilot_cost_per_contact")
    said = [
        Evidence("S1", "cost of a contact, picked by retention less picked by cost", "$", cheaper, least=0),
        Evidence("S1", "customers at the end, picked by retention less picked by cost", "customers",
                 between("customers"), least=0),
    ]  # fmt: skip
    measure = "net present value, level picked by retention less level picked by cost"
    return said + [Evidence("S2", measure, "$", between("npv", firm), least=0, setting=firm) for firm in FIRMS]


def _between(found: Findings, column: str, firm: str = BASE) -> Estimate:
    return difference(found.runs, column, arms.level(1.0, firm), arms.level(0.0, firm))


def _investment(found: Findings) -> list[Evidence]:
    said = []
    for firm in FIRMS:
        early = _between(found, "cash_52", firm) if "cash_52" in found.runs else estimate([])
        said += [
            Evidence("S14", "cash after a year, better support less baseline", "$", early, most=0, setting=firm),
            Evidence("S14", "net present value, better support less baseline", "$", _between(found, "npv", firm),
                     least=0, setting=firm),
            Evidence("S43", "cash in the first year, better support less baseline", "$",
                     _between(found, "cash_first", firm), most=0, setting=firm),
            Evidence("S43", "cash from the third year on, better support less baseline", "$",
                     _between(found, "cash_later", firm), least=0, setting=firm),
        ]  # fmt: skip
    return said


def _treatment(found: Findings) -> list[Evidence]:
    measure = "share of cases settled of {}, better support less baseline"
    return [
        Evidence("S15", measure.format("newcomers"), "share", _between(found, "settled_new"), least=0),
        Evidence("S15", measure.format("old customers"), "share", _between(found, "settled_old"), least=0),
        Evidence("S42", "share of what is told that is a story of a problem", "share",
                 mean_of(found.runs, "told_of_problems", GOOD), least=0.5),
    ]  # fmt: skip


def hard_times(found: Findings, name: str) -> Estimate:
    """Share of a year's sales that a recession takes from a firm."""
    hard = of_arm(found.runs, "sales_in_hard_times", arms.during(name, arms.HARD))
    usual = of_arm(found.runs, "sales_in_hard_times", name)
    return estimate((usual - hard) / usual)


def _times(found: Findings) -> list[Evidence]:
    said = []
    for times in (arms.QUIET, arms.ALONE):
        kept = difference(found.runs, "sales_kept", arms.during(GOOD, times), arms.during(POOR, times))
        said.append(Evidence("S16", "share of the first year's sales left in the last, better support less baseline",
                             "share", kept, least=0, setting=times))  # fmt: skip
    drops = {}
    for name in (GOOD, POOR):
        hard = of_arm(found.runs, "sales_in_hard_times", arms.during(name, arms.HARD))
        usual = of_arm(found.runs, "sales_in_hard_times", name)
        drops[name] = (usual - hard) / usual
    hard_npv = [of_arm(found.runs, "npv", arms.during(name, arms.HARD)) for name in (GOOD, POOR)]
    usual_npv = [of_arm(found.runs, "npv", name) for name in (GOOD, POOR)]
    worth = (hard_npv[0] - hard_npv[1]) - (usual_npv[0] - usual_npv[1])
    return [
        *said,
        Evidence("S17", "share of sales lost to a recession, better support less baseline", "share",
                 estimate(drops[GOOD] - drops[POOR]), most=0),
        Evidence("S17", "value of better support in a recession less that in ordinary times", "$", estimate(worth),
                 least=0),
    ]  # fmt: skip


def _estimators(found: Findings) -> list[Evidence]:
    said = []
    for claim, estimator in (("S64", switching.NAIVE), ("S66", switching.BEFORE_AFTER)):
        for setting in switching.settings():
            missed = switching.error(switching.of_setting(found.markets, setting), estimator)
            said.append(Evidence(claim, f"error of '{estimator}', as a share of the true effect", "share", missed,
                                 -0.5, 0.5, setting))  # fmt: skip
    measure = "share of pairs of markets whose difference in differences misses the true effect by half or more"
    alone = switching.missed(switching.of_setting(found.markets, BASE), switching.DIFFERENCES)
    return [*said, Evidence("S65", measure, "share", alone, least=0.05)]
