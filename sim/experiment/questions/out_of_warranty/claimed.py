"""What the arms say about each claim."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from sim.experiment.questions.arms import Estimate, difference, estimate, mean_of, of_arm
from sim.experiment.questions.evidence import BASE, Evidence
from sim.experiment.questions.out_of_warranty import arms_of as of
from sim.experiment.questions.out_of_warranty.arms_of import Findings, called
from sim.experiment.questions.out_of_warranty.measures import HALF_YEAR, QUARTER, jumps
from sim.experiment.questions.out_of_warranty.trust import GROUPS

NONE = 0.05  # a jump of fewer points than these is none
ONE_IN_A_HUNDRED, ONE_IN_TEN = 0.01, 0.1
NPV = "difference of net present value"


def evidence(found: Findings) -> list[Evidence]:
    """At least one number for each claim of params/claim/03_out_of_warranty.yaml."""
    return [
        *_expiry(found), *_exploit(found), *_promise(found), *_paper(found), *_trust(found), *_no_questions(found),
        *_cut_off(found), *_paid_help(found), *_once(found), *_long_after(found),
    ]  # fmt: skip


def _expiry(found: Findings) -> list[Evidence]:
    """S8, S9: the day after, wherever the policy was varied."""
    made = []
    for setting in found.places:
        refuse, never = called(of.REFUSE, setting), called(of.NEVER, setting)
        left, told, gone, kept = (
            estimate(jumps(runs_of(found, setting), arm, what))
            for arm, what in ((refuse, "left"), (refuse, "told"), (refuse, "gone"), (never, "left"))
        )
        made += [
            Evidence("S8", "jump of the share who leave, at the end of the warranty, under refusal", "share", left,
                     least=0, setting=setting),
            Evidence("S8", "jump of the number of people warned, under refusal", "people", told, least=0,
                     setting=setting),
            Evidence("S8", "jump of the share who leave, where nobody is ever out of warranty", "share",
                     kept, least=-NONE, most=NONE, setting=setting),
            Evidence("S9", "jump of the share who buy nothing for a year, under refusal", "share", gone, least=0,
                     setting=setting),
            Evidence("S9", "people who left over a problem and never came back, refusal less never out", "people",
                     worth(runs_of(found, setting), refuse, never, "never_again"), least=0, setting=setting),
        ]  # fmt: skip
    return made


def runs_of(found: Findings, setting: str) -> pd.DataFrame:
    """The runs in a setting: as many as there are."""
    return found.close if setting == BASE else found.runs


def worth(runs: pd.DataFrame, one: str, other: str, column: str = "npv") -> Estimate:
    """What one arm is worth more than another; of no value where in no world anything came of what they differ in."""
    more = of_arm(runs, column, one) - of_arm(runs, column, other)
    return estimate(more if np.any(more) else np.full(more.size, math.nan))


def _exploit(found: Findings) -> list[Evidence]:
    """S13: charging against giving, soon and in the end."""
    made = []
    for setting in found.places:
        charge, never = called(of.CHARGE, setting), called(of.NEVER, setting)
        runs = runs_of(found, setting)
        made += [
            Evidence("S13", "value of charging less that of giving, up to the first quarter", "$",
                     early(runs, QUARTER, charge, never), least=0, setting=setting),
            Evidence("S13", "value of charging less that of giving, up to the horizon", "$",
                     worth(runs, charge, never), most=0, setting=setting),
        ]  # fmt: skip
    return made


def early(runs: pd.DataFrame, week: int, one: str, other: str) -> Estimate:
    """The same of what came in up to a week; of no value where the run is shorter."""
    column = f"value@{week}"
    return worth(runs, one, other, column) if column in runs else Estimate(math.nan, math.nan, math.nan, 0)


def _promise(found: Findings) -> list[Evidence]:
    """S22: the same failure, with and without a promise."""
    settings = [BASE] if found.contract == BASE else [BASE, found.contract]
    promised, plain = (f"expects {expected:g}" for expected in (of.PROMISED, of.PLAIN))
    lost = "lost_after_failure"
    return [
        Evidence("S22", "share lost half a year after a problem not put right, promised less not promised", "share",
                 worth(runs_of(found, setting), called(promised, setting), called(plain, setting), lost), least=0,
                 setting=setting)
        for setting in settings
    ]  # fmt: skip


def _paper(found: Findings) -> list[Evidence]:
    """S27: customers on the books who are none any more."""
    return [
        Evidence("S27", "share of customers who have decided to leave, under the first strategy", "share",
                 mean_of(found.runs, "lost_on_paper", of.paper(0)), least=ONE_IN_A_HUNDRED, setting=found.contract),
        Evidence("S27", "the same, first strategy less second", "share",
                 difference(found.runs, "lost_on_paper", of.paper(0), of.paper(1)), least=0, setting=found.contract),
    ]  # fmt: skip


def _trust(found: Findings) -> list[Evidence]:
    """S28: what the let down would pay not to come here, against those who were helped."""
    made = []
    for setting in found.trust["setting"].unique():
        said = {
            "premium": "what escaping the risk here is worth, let down less helped, share of the price",
            "pays": "share who would rather pay another three tenths of the price, let down less helped",
        }
        for column, measure in said.items():
            let_down, helped = (in_group(found.trust, str(setting), group)[column].to_numpy(float) for group in GROUPS)
            made.append(Evidence("S28", measure, "share", estimate(let_down - helped), least=0, setting=str(setting)))
    return made


def in_group(trust: pd.DataFrame, setting: str, group: str) -> pd.DataFrame:
    """The rows of a group in a setting, in the order of the paired worlds."""
    return trust[(trust["setting"] == setting) & (trust["group"] == group)].sort_values("replication")


def _no_questions(found: Findings) -> list[Evidence]:
    """S40: with the opportunists there are, with many more, at either desk."""
    made = []
    own = found.base.world.needs.opportunists
    for setting, place, share in (
        (BASE, BASE, own), (of.ABUSED, BASE, of.ABUSE), (found.desk, found.desk, own),
    ):  # fmt: skip
        generous, refuse = called(of.generous(share), place), called(of.REFUSE, place)
        made.append(Evidence("S40", f"{NPV}, no questions less refusal out of warranty", "$",
                             worth(found.runs, generous, refuse), least=0, setting=setting))  # fmt: skip
    return made


def abuse_curve(found: Findings) -> pd.DataFrame:
    """Difference of NPV, no questions less refusal, by share of opportunists: x, mean, low, high, n."""
    refuse = called(of.REFUSE)
    return pd.DataFrame([
        {"x": share} | worth(found.runs, called(of.generous(share)), refuse)._asdict()
        for share in of.abuses(found.base)
    ])  # fmt: skip


def root(x: np.ndarray, y: np.ndarray) -> float:
    """Where a line through the points first goes from above zero to below it; NaN where it never does."""
    for k in range(len(x) - 1):
        if y[k] > 0 >= y[k + 1]:
            return float(x[k] + (x[k + 1] - x[k]) * y[k] / (y[k] - y[k + 1]))
    return math.nan


def _cut_off(found: Findings) -> list[Evidence]:
    """S44: help without end against help at the sale only; soon, and in the end."""
    made = []
    for setting in (BASE, found.desk):
        never, sale = called(of.NEVER, setting), called(of.term(0), setting)
        made += [
            Evidence("S44", "orders, help without end less help in the week of the purchase", "orders",
                     worth(found.runs, never, sale, "orders"), least=0, setting=setting),
            Evidence("S44", f"{NPV}, the same two", "$", worth(found.runs, never, sale), least=0,
                     setting=setting),
        ]  # fmt: skip
    never, sale = called(of.NEVER), called(of.term(0))
    made.append(Evidence("S44", "difference of value up to half a year, the same two", "$",
                         early(found.runs, HALF_YEAR, never, sale), least=0, setting="within half a year"))  # fmt: skip
    return made


def _paid_help(found: Findings) -> list[Evidence]:
    """S45: a fee for any help against none."""
    made = []
    for setting in (name for name in found.places if name in (BASE, found.desk, of.CORNERED, of.FREQUENT)):
        paid, free = called(of.fee(of.FEE), setting), called(of.NEVER, setting)
        made += [
            Evidence("S45", "share of problems put right, paid less free", "share",
                     worth(found.runs, paid, free, "settled"), most=0, setting=setting),
            Evidence("S45", f"{NPV}, paid less free", "$", worth(found.runs, paid, free), most=0,
                     setting=setting),
        ]  # fmt: skip
    return made


def fee_curve(found: Findings) -> pd.DataFrame:
    """What a fee for any help earns and loses against none: x, group (fees, all else, together), mean, low, high, n."""
    free = called(of.NEVER)
    rows = []
    for share in (0.0, *of.FEES):
        arm = free if share == 0 else called(of.fee(share))
        together, fees = (of_arm(found.runs, name, arm) - of_arm(found.runs, name, free)
                          for name in ("npv", "npv_support_fees"))  # fmt: skip
        for group, values in (("fees", fees), ("all else", together - fees), ("together", together)):
            rows.append({"x": share, "group": group, **estimate(values)._asdict()})
    return pd.DataFrame(rows)


def term_curve(found: Findings, column: str) -> pd.DataFrame:
    """A column, help that ends after so many warranties less help without end: x (share), mean, low, high, n."""
    never = called(of.NEVER)
    arms = {share: called(of.term(share)) for share in of.TERMS} | {1.0: called(of.REFUSE)}
    return pd.DataFrame([
        {"x": share} | difference(found.runs, column, arms[share], never)._asdict() for share in sorted(arms)
    ])  # fmt: skip


def _once(found: Findings) -> list[Evidence]:
    """S46: nobody buys twice."""
    return [
        Evidence("S46", f"{NPV}, help without end less refusal, where nobody buys twice", "$",
                 worth(found.runs, *(called(f"once, {policy}", setting)
                                                 for policy in (of.NEVER, of.REFUSE))), least=0, setting=setting)
        for setting in (BASE, of.WHISPERED)
    ]  # fmt: skip


def _long_after(found: Findings) -> list[Evidence]:
    """S47: questions by the age of the purchase."""
    arms = {BASE: called(of.REFUSE), of.CAMERAS: called(of.REFUSE, of.CAMERAS)}
    return [
        Evidence("S47", "share of questions that come later than the trade's warranty lasts", "share",
                 mean_of(found.runs, "questions_after@1", arm), least=ONE_IN_TEN, setting=setting)
        for setting, arm in arms.items()
        if arm in set(found.runs["arm"])
    ]  # fmt: skip
