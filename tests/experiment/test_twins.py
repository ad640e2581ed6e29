"""Twin worlds: what one problem makes is what it makes, to the cent, and reaches only those to whom a chain leads."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.experiment.ablate import changed
from sim.experiment.twins import World, still
from sim.experiment.twins.books import NOBODY, money_of
from sim.experiment.twins.chain import BY_MENTION, BY_STORY, UNKNOWN, reached_by
from sim.model import Simulation
from sim.model.case import REFUSED, RESOLVED, UNRESOLVED, Forced, new_cases
from sim.model.ledger import ACCOUNTS, Posting, npv
from sim.model.network import Network
from sim.model.problems import DEFECT, QUESTION
from sim.model.records import Events
from sim.parameters import load_comparison

SALES, REMEDIES = ACCOUNTS.index("sales"), ACCOUNTS.index("remedies")

# Contracts over four weeks, each worth $50 at a margin of $20; every problem spoils one of them, is brought to the
# desk at once and put right in one contact by a new one for $30; who is not helped leaves at the next renewal
CONTRACTS = {
    "world.market.people": 60,
    "world.needs.kind": "subscription",
    "world.needs.period": 4,
    "world.choice.untroubled_purchase": 1 - 1e-12,
    "world.problems.rate": 0.05,
    "world.problems.severity": 1.0,
    "world.problems.severity_sd": 0.0,
    "world.problems.stake_sd": 0.0,
    "world.problems.leave_unresolved": 1 - 1e-12,
    "world.callers.voice_small": 1.0,
    "world.callers.voice_large": 1.0,
    "strategy.access.invitation": 1.0,
    "strategy.access.self_service": 0.0,
    "strategy.desk.first_contact_resolution": 1.0,
    "strategy.warranty.after": "never_out",
    "strategy.remedy.action": "replace",
    "strategy.remedy.compensation": 0.0,
    "run.weeks": 60,
}


def ints(*numbers):
    return np.array(numbers, np.int64)


def checked(twin):
    """What must be true of every twin."""
    ledger = twin.money[twin.money["account"] != "work"]
    by_account = ledger.groupby("account")["cents"].sum()
    for account, cents in zip(ACCOUNTS, twin.net.sum(axis=0).tolist(), strict=True):
        assert by_account.get(account, 0) == cents, account
    by_week = ledger.groupby("week")["cents"].sum().reindex(range(twin.case.closed, twin.end), fill_value=0)
    assert by_week.tolist() == twin.net.sum(axis=1).tolist()
    assert ledger["dollars"].sum() == pytest.approx(twin.npv, abs=1e-9)
    assert set(twin.money["person"]) <= set(twin.reached["person"])
    assert (twin.reached["hop"] != UNKNOWN).all()
    assert (twin.reached["hop"][1:] >= 1).all()
    return twin


def test_a_contract_kept_is_worth_its_renewals_less_the_remedy(quiet):
    world = World(still(quiet(CONTRACTS)))
    alone = [
        case for case in world.cases()
        if 30 < case.closed < 40 and (world.run.events.of("problem")["person"] == case.person).sum() == 1
    ]  # fmt: skip
    assert len(alone) > 3
    for twin in world.twins(alone, 17):
        renewals = sum(week % 4 == 3 for week in range(twin.case.closed + 1, twin.end))
        assert twin.case.resolved
        assert twin.net.sum() == 2000 * renewals - 3000
        assert twin.reached["person"].tolist() == [twin.case.person]
        assert twin.money["account"].isin(["sales", "cost_of_goods", "remedies"]).all()
        checked(twin)


def test_where_nobody_talks_the_difference_is_the_customers_alone(scenario):
    world = World(still(scenario({
        "world.market.people": 500, "run.weeks": 90, "world.problems.rate": 0.8,
        "world.word_of_mouth.network": "none",
    })), 1)  # fmt: skip
    twins = world.twins(world.sample(9, 4, 40), 40)
    assert len(twins) == 9
    for twin in twins:
        assert checked(twin).reached["person"].tolist() == [twin.case.person]
    assert any(twin.net.any() for twin in twins)


BUSY = {
    "world.market.people": 400,
    "world.problems.rate": 1.0,
    "world.problems.questions": 0.5,
    "world.word_of_mouth.posted": 0.2,
    "world.word_of_mouth.mention": 0.02,
    "world.word_of_mouth.retell": 0.4,
    "run.weeks": 70,
}


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["online_retail", "it_hardware", "camera_store", "auto_repair", "wireless_carrier"]),
    st.sampled_from(["cost_center", "loyal_first", "never_out", "new_customer_deals", "hard_line"]),
    st.sampled_from(["small_world", "cliques", "scale_free", "complete"]),
    st.integers(0, 1000),
)
def test_every_cent_and_every_person_is_accounted_for(world, strategy, network, seed):
    changes = {**BUSY, "world.word_of_mouth.network": network, "run.seed": seed}
    here = World(still(load_comparison(world, [strategy], changes)[0]))
    for twin in here.twins(here.sample(6, 2, 40), 28):
        checked(twin)


def test_stories_reach_others_and_some_of_them_change_what_they_do(scenario):
    world = World(still(scenario(BUSY)))
    twins = [checked(twin) for twin in world.twins(world.sample(12, 2, 40), 28)]
    hops = np.concatenate([twin.reached["hop"] for twin in twins])
    assert (hops == 1).sum() > 20
    assert (hops > 1).sum() > 5
    assert any((twin.money["person"] != twin.case.person).any() for twin in twins)


@pytest.mark.slow
def test_a_desk_with_too_few_agents_reaches_people_to_whom_no_chain_leads(scenario):
    """The chain is not followed by a check that could not fail: in a village callers wait for each other."""
    village = {
        **BUSY, "world.market.people": 60, "run.weeks": 90, "world.needs.shape": 100.0, "world.needs.mean": 0.4,
        "world.needs.dropout_a": 0.0, "world.problems.leave_silent": 0.02, "world.problems.use_elasticity": 1.0,
    }  # fmt: skip
    one_agent = {"strategy.staffing.agents": 1.0, "strategy.desk.handle_time": 1.0}
    world = World(changed(still(scenario(village)), one_agent))
    twins = world.twins(world.sample(18, 2, 20), 65)
    assert sum((twin.reached["hop"] == UNKNOWN).sum() for twin in twins) > 0


def test_what_all_would_feel_at_once_is_held_still(scenario):
    couplings = {"strategy.learning.analysis": 1.0, "world.rival.matches": 1.0, "world.word_of_mouth.mention_weak": 0.1}
    moving = scenario({**BUSY, **couplings, "world.problems.rate": 0.1}, "profit_center")
    for asked, is_still in ((still(moving), True), (moving, False)):
        simulation = Simulation(asked)
        rate = simulation.run().weeks["problem_rate"]
        choice, talk = simulation.state.choice, simulation.state.talk
        assert (np.ptp(rate) == 0) == is_still  # nothing is learned
        assert (choice.matched_risk == choice.prior_risk) == is_still  # no rival follows
        assert (talk.week(0.1).unmoved == 1) == is_still  # no acquaintance is heard


def test_the_outcome_that_comes_anyway_changes_nothing(scenario):
    case_of = World(still(scenario(BUSY))).cases()[5]
    trunk = Simulation(still(scenario(BUSY)))
    trunk.advance(case_of.closed + 1)
    branch = trunk.branch(forced=Forced(case_of.person, case_of.opened, case_of.resolved))
    one, other = trunk.run(), branch.run()
    assert (one.ledger == other.ledger).all()
    assert all((one.weeks[name] == other.weeks[name]).all() for name in one.weeks)


def test_the_twin_world_is_the_whole_run_with_that_outcome(scenario):
    """Over the whole rest of the horizon the difference is that of the net present values."""
    asked = still(scenario(BUSY))
    world = World(asked)
    case = world.sample(3, 2, 20)[0]
    twin = world.twins([case], 1000)[0]
    forced = Simulation(asked)
    forced.state.forced = Forced(case.person, case.opened, not case.resolved)
    run = forced.run()
    kept = 1 if case.resolved else -1
    difference = kept * (world.run.ledger - run.ledger)
    assert not difference[: case.closed].any()
    assert (difference[case.closed : twin.end] == twin.net).all()
    now = (1 + asked.run.discount_rate) ** ((case.closed + 1) / 52)
    assert npv(difference[: twin.end], asked.run.discount_rate).sum() * now == pytest.approx(twin.npv)


def test_the_desk_is_never_a_bottleneck_where_worlds_are_held_still(scenario):
    run = World(still(scenario(BUSY))).run
    assert run.events.of("case")["hours_waited"].sum() == 0
    assert run.weeks["cases_abandoned"].sum() == 0


def test_cases_are_sampled_evenly_in_time_and_are_customers(scenario):
    world = World(still(scenario(BUSY)))
    cases = world.sample(9, 6, 35)
    assert [sum(low <= case.closed < low + 10 for case in cases) for low in (6, 16, 26)] == [3, 3, 3]
    assert all(world.status[case.closed, case.person] == 1 for case in cases)
    assert cases == world.sample(9, 6, 35)


# --- a problem's end, forced -------------------------------------------------------------------------------------


def test_only_that_problem_ends_otherwise():
    person, kind = ints(3, 3, 4), ints(DEFECT, QUESTION, DEFECT)
    cases = new_cases(person, 7, kind, np.ones(3), ints(0, 0, 0), np.ones(3, bool), np.zeros(3))
    cases["outcome"] = REFUSED
    Forced(3, 7, True).befall(cases)
    assert cases["outcome"].tolist() == [RESOLVED, REFUSED, REFUSED]
    Forced(3, 7, False).befall(cases)
    assert cases["outcome"].tolist() == [UNRESOLVED, REFUSED, REFUSED]
    Forced(3, 6, True).befall(cases)
    assert cases["outcome"].tolist() == [UNRESOLVED, REFUSED, REFUSED]


# --- the books by person -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", ["loyal_first", "never_out", "hard_line"])
def test_postings_about_people_add_up_to_the_books(scenario, strategy):
    simulation = Simulation(scenario(BUSY, strategy), by_person=True)
    run = simulation.run()
    total = np.zeros_like(run.ledger)
    for posting in simulation.state.ledger.postings:
        total[posting.week, posting.account] += np.sum(posting.amount)
        if isinstance(posting.amount, np.ndarray):
            assert posting.amount.shape == posting.who.shape
        if np.any(posting.amount) and not posting.who.size:
            assert ACCOUNTS[posting.account] in ("support_labour", "hiring", "learning")
    assert (total == run.ledger).all()


def money(ours, theirs, end=9, sign=1):
    table = money_of([Posting(*one) for one in ours], [Posting(*one) for one in theirs], end, sign, 10)
    return [tuple(row) for row in table.itertuples(index=False)]


def test_amounts_of_each_are_set_against_each_other():
    ours = [(2, SALES, ints(1, 4), ints(500, 300)), (3, SALES, ints(1), ints(100)), (9, SALES, ints(1), ints(7))]
    theirs = [(2, SALES, ints(4, 1), ints(300, 450))]
    assert money(ours, theirs) == [(2, 1, "sales", 50), (3, 1, "sales", 100)]
    assert money(ours, theirs, sign=-1) == [(2, 1, "sales", -50), (3, 1, "sales", -100)]


def test_an_amount_over_many_belongs_to_those_who_are_in_one_only():
    # Ten dollars over five is two each; without the last one it is eight over four
    ours, theirs = [(0, REMEDIES, ints(1, 2, 3, 4, 5), -1000)], [(0, REMEDIES, ints(1, 2, 3, 4), -800)]
    assert money(ours, theirs) == [(0, 5, "remedies", -200)]
    assert money(theirs, ours) == [(0, 5, "remedies", 200)]
    # As many, but other people: each of them costs two dollars
    assert money(ours, [(0, REMEDIES, ints(1, 2, 3, 4, 6), -1000)]) == [
        (0, 5, "remedies", -200),
        (0, 6, "remedies", 200),
    ]
    # A cent that rounding leaves over is somebody's
    assert sum(row[3] for row in money([(0, REMEDIES, ints(1, 2, 3), -10)], [(0, REMEDIES, ints(7), -3)])) == -7


def test_what_is_about_nobody_is_nobodys():
    assert money([(0, SALES, ints(), -10)], [(0, SALES, ints(), -4)]) == [(0, NOBODY, "sales", -6)]
    assert money([(0, SALES, ints(), -10)], [(0, SALES, ints(), -10)]) == []
    assert money([], []) == []


# --- the chain ---------------------------------------------------------------------------------------------------


def heard(events, week, person, teller, hop, bad=True, story=5):
    row = {"story": ints(story), "teller": ints(teller), "bad": np.array([bad]), "weight": np.array([1.0])}
    events.add("story", week, ints(person), **row, hop=ints(hop))


def test_the_chain_is_followed_from_teller_to_listener_and_from_friend_to_friend():
    ours, theirs = Events(), Events()
    heard(ours, 3, 1, 0, 1)  # 0 tells 1, who tells it on to 2: in one of the worlds only
    heard(ours, 5, 2, 1, 2)
    for events in (ours, theirs):
        heard(events, 4, 6, 7, 1, story=9)  # a story that both worlds tell explains nothing
    # 3 hears nothing, but its friend 2 speaks of the firm in another way since week 6; 6 differs and nobody knows why
    since = ints(2, 3, 5, 6, -1, -1, 4, -1)
    network = Network(8, ints(2, 6), ints(3, 4))
    speaks = {3: ints(), 4: ints(), 5: ints(), 6: ints(2)}
    table = reached_by(0, since, speaks, network, ours, theirs)
    assert [tuple(row) for row in table.itertuples(index=False)] == [
        (0, 2, 0, UNKNOWN, ""), (1, 3, 1, 0, BY_STORY), (6, 4, UNKNOWN, UNKNOWN, ""), (2, 5, 2, 1, BY_STORY),
        (3, 6, 3, 2, BY_MENTION),
    ]  # fmt: skip


def test_bad_news_in_one_world_and_good_news_in_the_other_are_a_difference():
    ours, theirs = Events(), Events()
    heard(ours, 3, 1, 0, 1, bad=True)
    heard(theirs, 3, 1, 0, 1, bad=False)
    table = reached_by(0, ints(2, 3), {3: ints()}, Network(2, ints(0), ints(1)), ours, theirs)
    assert table["through"].tolist() == [UNKNOWN, 0]
