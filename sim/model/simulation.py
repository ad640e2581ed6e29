"""One world under one strategy: the weekly rhythm of people, problems, desk and word of mouth."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.model import firm, problems, remedy
from sim.model.beliefs import perceived_risk
from sim.model.choice import BUYS, TO_RIVAL, Choice
from sim.model.desk import ABANDONED, DAYS_A_WEEK, REFUSED, RESOLVED, UNRESOLVED, Case, Desk, lucks
from sim.model.draws import Draws, Floats, Ints, poisson
from sim.model.ledger import Ledger, cents
from sim.model.network import Network, build
from sim.model.people import People, Status
from sim.model.records import JOINED_BY, LEFT_BY, WEEK_COLUMNS, Events, Run
from sim.model.word_of_mouth import Grapevine, persuade
from sim.parameters.scenario import Scenario


class Simulation:
    """One replication of a scenario.

    Args:
        scenario: world, strategy and run settings; never changed.
        replication: number of the paired world; with the seed it fixes all chance.
        problem_free: weeks in which nobody meets a problem, everything else equal: the causal question
            "what would the same people have done without that problem?".
    """

    def __init__(self, scenario: Scenario, replication: int = 0, problem_free: range = range(0)) -> None:
        self.scenario, self.replication, self.problem_free = scenario, replication, problem_free
        self.world, self.strategy = scenario.world, scenario.strategy
        self.hours = self.world.labour.opening_hours
        self.draws = Draws(scenario.run.seed, replication)
        self.people = People(self.world, self.draws)
        self.choice = Choice(self.world, self.people)
        self.grapevine = Grapevine(self.world.word_of_mouth, self.network, self.draws)
        self.env = simpy.Environment()
        self.desk = Desk(self.env, self.strategy.desk, self.world.callers, self.hours / DAYS_A_WEEK)
        self.ledger = Ledger(scenario.run.weeks)
        self.events = Events()
        self.weeks: dict[str, NDArray[np.float64]] = {
            name: np.zeros(scenario.run.weeks) for name in (*WEEK_COLUMNS, "agents", "specialists")
        }
        self._seen = {"demand": [0.0, 0.0], "hours": [0.0, 0.0, 0.0], "contacts": 0, "opened": 0}

    @cached_property
    def network(self) -> Network:
        """Strong ties; the same for every strategy of a replication."""
        return build(self.world.word_of_mouth, self.world.market.people, self.draws)

    @cached_property
    def times(self) -> Floats:
        """Demand index of each week, around 1: a stationary log AR(1), the same for every strategy."""
        economy = self.world.economy
        shocks = self.draws.normal("economy", 0, np.arange(self.scenario.run.weeks))
        state = shocks[0]
        path = [state]
        for shock in shocks[1:]:
            state = economy.persistence * state + math.sqrt(1 - economy.persistence**2) * shock
            path.append(state)
        return np.exp(economy.swing * np.array(path) - economy.swing**2 / 2)

    def run(self) -> Run:
        """Runs the whole horizon."""
        self.env.process(self._rhythm())
        self.env.run(until=self.scenario.run.weeks * self.hours)
        self._close_week(self.scenario.run.weeks - 1)
        return Run(self.scenario, self.replication, self.weeks, self.ledger.entries, self.events, self.desk.open_cases)

    def _rhythm(self) -> simpy.events.ProcessGenerator:
        for week in range(self.scenario.run.weeks):
            if week:
                self._close_week(week - 1)
            self._firm_acts(week)
            considering = self._hear_stories(week)
            self._choose(week)
            self._win_prospects(week, considering)
            self._meet_problems(week)
            self._forget()
            yield self.env.timeout(self.hours)

    # (1) The firm acts

    def _firm_acts(self, week: int) -> None:
        staffing = self.strategy.staffing
        if staffing.rule == "fixed":
            agents, specialists = staffing.agents, staffing.specialists
        elif week % staffing.review == 0:
            agents, specialists = self._plan(week)
        else:
            agents, specialists = self.desk.tiers[0].agents, self.desk.tiers[1].agents
        hired = max(0.0, agents + specialists - sum(tier.agents for tier in self.desk.tiers)) if week else 0.0
        self.desk.staff(agents, specialists)
        self.ledger.post(week, "hiring", -cents(hired * self.world.labour.hiring_cost))
        prospects = self.people.having(Status.PROSPECT).size
        self.ledger.post(week, "advertising", -cents(prospects * self.world.market.advertising_cost))
        self.weeks["agents"][week], self.weeks["specialists"][week] = agents, specialists

    def _plan(self, week: int) -> tuple[float, float]:
        """Headcount for the demand seen since the last review; before the first week, for the demand to expect."""
        if week == 0:
            hours = self._expected_demand()
        else:
            seen = [tier.demand_hours for tier in self.desk.tiers]
            hours = [(now - then) / self.strategy.staffing.review for now, then in zip(seen, self._seen["demand"])]
            self._seen["demand"] = seen
        planned = [
            firm.agents_needed(self.strategy.staffing, load / self.hours, tier.handle_time)
            for load, tier in zip(hours, self.desk.tiers)
        ]
        return planned[0], planned[1]

    def _expected_demand(self) -> list[float]:
        """Hours of work a week that the first customers will bring to each tier, from the world's averages."""
        needs, trouble, desk = self.world.needs, self.world.problems, self.strategy.desk
        a_week = self.people.having(Status.CUSTOMER).size * needs.mean * self.world.choice.untroubled_purchase
        calls = problems.voice(self.world.callers, self.strategy.access, np.array([trouble.severity]))[0]
        cases = a_week * trouble.rate * calls
        unsettled = 1 - desk.first_contact_resolution
        again = unsettled * (1 - desk.escalation) * self.world.callers.persistence * (desk.contacts > 1)
        return [
            cases * (1 + again) * desk.handle_time,
            cases * unsettled * desk.escalation * desk.specialist_time * (desk.contacts > 1),
        ]

    # (2) Stories due are heard

    def _hear_stories(self, week: int) -> Ints:
        heard = self.grapevine.hear(week)
        self.weeks["bad_stories"][week] = heard.bad.sum()
        self.weeks["good_stories"][week] = heard.bad.size - heard.bad.sum()
        if not heard.listener.size:
            return heard.listener
        self.events.add(
            "story", week, heard.listener,
            story=heard.story, teller=heard.teller, bad=heard.bad, weight=heard.weight, hop=heard.hop,
        )  # fmt: skip
        return persuade(self.world.word_of_mouth, self.people, heard, self.draws, week)

    # (3) People who need something choose

    def _choose(self, week: int) -> None:
        people, draws = self.people, self.draws
        self._start_looking(week)
        who, units = self._in_need(week, people.having(Status.CUSTOMER))
        considers = draws.uniform("considers the rival", who, week) < people.looking[who]
        chosen = self.choice.decide(draws, people, who, week, considers, "choice")
        self._buy(week, who[chosen == BUYS], units[chosen == BUYS])
        self._lose_to_rival(week, who[chosen == TO_RIVAL])
        self._reconsider(week)

    def _in_need(self, week: int, who: Ints) -> tuple[Ints, Ints]:
        """Those of `who` who need something this week, and how much (Poisson, in the times there are)."""
        mean = self.people.need[who] * self.times[week]
        luck = self.draws.uniform("need", who, week)
        needing = luck > np.exp(-mean)
        return who[needing], poisson(luck[needing], mean[needing])

    def _start_looking(self, week: int) -> None:
        rival = self.world.rival
        if not self.choice.rival_present(week):
            return
        customers = self.people.having(Status.CUSTOMER)
        looks = self.draws.uniform("starts looking", customers, week) < rival.base_looking
        self.people.looking[customers[looks]] = 1.0
        if week == rival.entry_week and week > 0:
            self.people.looking[customers] = 1.0  # everyone hears of a newcomer

    def _buy(self, week: int, who: Ints, units: Ints) -> None:
        people, needs, choice = self.people, self.world.needs, self.world.choice
        noise = self.draws.lognormal("order", needs.basket_sd_orders, who, week)
        paid = cents(units * people.basket[who] * noise)
        self.ledger.post(week, "sales", paid)
        self.ledger.post(week, "cost_of_goods", -cents(paid * (1 - needs.gross_margin) / 100))
        self.events.add("purchase", week, who, units=units, cents=paid)
        self.weeks["orders"][week] += who.size
        people.reliability.good[who] += self.world.beliefs.success_weight * units
        people.in_use[who] += units
        people.last_purchase[who] = week
        people.habit[who] += choice.habit_gain * (1 - people.habit[who])
        stays = (1 - people.dropout[who]) ** units
        self._leave(
            week, who[self.draws.uniform("loses interest", who, week) > stays], Status.LEFT_CATEGORY, "lost interest"
        )

    def _lose_to_rival(self, week: int, who: Ints) -> None:
        stays = (1 - self.world.rival.switch) ** (1 + self.people.grievance[who])
        switches = self.draws.uniform("switches", who, week) > stays
        self._leave(week, who[switches], Status.FORMER, "rival")

    def _reconsider(self, week: int) -> None:
        """Former customers with a need may weigh the firm again, beside the rival."""
        people, draws = self.people, self.draws
        who, units = self._in_need(week, people.having(Status.FORMER))
        again = draws.uniform("reconsiders", who, week) < self.world.choice.reconsider
        who, units = who[again], units[again]
        back = self.choice.decide(draws, people, who, week, np.ones(who.size, bool), "choice") == BUYS
        self._join(week, who[back], "return")
        self._buy(week, who[back], units[back])

    def _win_prospects(self, week: int, recommended: Ints) -> None:
        """Prospects reached by advertising or a recommendation choose as newcomers: the rival is in their view."""
        people, draws = self.people, self.draws
        away = people.having(Status.LEFT_CATEGORY)
        returns = draws.uniform("returns to the category", away, week) < self.world.market.return_to_category
        people.status[away[returns]] = Status.PROSPECT

        prospects = people.having(Status.PROSPECT)
        reached = draws.uniform("advertising", prospects, week) < self.world.market.advertising_reach
        by_friend = np.isin(prospects, recommended)
        for who, cause in ((prospects[by_friend], "recommendation"), (prospects[reached & ~by_friend], "advertising")):
            wins = self.choice.decide(draws, people, who, week, np.ones(who.size, bool), "first choice") == BUYS
            self._join(week, who[wins], cause)
            self._buy(week, who[wins], np.ones(int(wins.sum()), np.int64))
            if cause == "recommendation":
                self.weeks["recommended"][week] = wins.sum()

    def _join(self, week: int, who: Ints, cause: str) -> None:
        self.people.status[who] = Status.CUSTOMER
        self.weeks["joined"][week] += who.size
        self.events.add("joining", week, who, cause=JOINED_BY.index(cause))

    def _leave(self, week: int, who: Ints, status: Status, cause: str) -> None:
        people = self.people
        people.status[who] = status
        yearly = cents(52 * people.need[who] * people.basket[who] * self.world.needs.gross_margin)
        self.weeks["left"][week] += who.size
        self.events.add("leaving", week, who, cause=LEFT_BY.index(cause), status=int(status), yearly_margin=yearly)

    # (4) Owners meet problems and some of them call

    def _meet_problems(self, week: int) -> None:
        met = problems.meet(self.world, self.strategy.access, self.people, self.draws, week)
        if week in self.problem_free:
            self.people.problems[met.person] -= 1
            return
        who, weight = met.person, self.world.beliefs.problem_weight
        self.people.reliability.bad[who] += weight * met.severity
        self.weeks["problems"][week] = who.size
        self.weeks["voiced"][week] = (met.fate != problems.SILENT).sum()
        self.events.add("problem", week, who, severity=met.severity, earlier=met.earlier, fate=met.fate)

        silent = met.fate == problems.SILENT
        self._disappoint(week, who[silent], met.severity[silent], met.earlier[silent], "silent")
        self._tell(week, who[silent], np.full(int(silent.sum()), week), met.severity[silent],
                   self.world.word_of_mouth.tell_silent)  # fmt: skip
        served = met.fate == problems.SELF_SERVED
        self.ledger.post(week, "self_service", -cents(self.strategy.access.self_service_cost) * int(served.sum()))
        self._teach_recovery(who[served], np.full(int(served.sum()), 1.0), 0.0, met.earlier[served])
        self._call(week, who[met.fate == problems.CALLS], met)

    def _call(self, week: int, who: Ints, met: problems.Problems) -> None:
        """Cases come in at a uniformly random time of the week."""
        calls = met.fate == problems.CALLS
        fee, covered = self._terms(week, who)
        arrives = self.draws.uniform("time of the call", who, week) * self.hours
        luck = lucks(self.draws, self.strategy.desk, self.world.callers, who, week)
        for row, (person, severity, earlier) in enumerate(
            zip(who.tolist(), met.severity[calls].tolist(), met.earlier[calls].tolist(), strict=True)
        ):
            case = Case(person, week, severity, earlier, bool(covered[row]), float(fee[row]), luck[row])
            self.desk.expect(case, float(arrives[row]))

    def _terms(self, week: int, who: Ints) -> tuple[Floats, NDArray[np.bool_]]:
        """(fee as a share of the price, whether the firm will settle it), by the warranty clock."""
        warranty = self.strategy.warranty
        age = week - self.people.last_purchase[who]
        inside = age <= warranty.term + (warranty.goodwill if warranty.after == "goodwill" else 0)
        if warranty.after == "never_out":
            inside = np.ones(who.size, bool)
        if warranty.after == "charge":
            accepts = self.draws.uniform("pays the fee", who, week) < 1 - warranty.fee
            return np.where(inside, 0.0, warranty.fee), inside | accepts
        return np.zeros(who.size), inside

    # (5) The desk works; outcomes count from the next pulse. (6) The ledger closes the week

    def _close_week(self, week: int) -> None:
        self._learn_outcomes(week, self.desk.take_closed())
        tiers = self.desk.tiers
        for tier in tiers:
            tier.integrate(self.env.now)
        labour = self.world.labour
        totals = [
            sum(getattr(tier, name) for tier in tiers) for name in ("staffed_hours", "busy_hours", "waiting_hours")
        ]
        staffed = [tier.staffed_hours for tier in tiers]
        before = self._seen.get("staffed", [0.0, 0.0])
        self._seen["staffed"] = staffed
        for tier, (now, then) in enumerate(zip(staffed, before, strict=True)):
            self.ledger.post(week, "support_labour", -cents((now - then) * firm.hourly_cost(labour, tier == 1)))
        for name, now, then in zip(("hours_staffed", "hours_busy", "hours_waited"), totals, self._seen["hours"]):
            self.weeks[name][week] = now - then
        self._seen["hours"] = totals
        self.weeks["hours_opened"][week] = self.hours
        self.weeks["contacts"][week] = self.desk.contacts - self._seen["contacts"]
        self.weeks["cases_opened"][week] = self.desk.opened_cases - self._seen["opened"]
        self._seen["contacts"], self._seen["opened"] = self.desk.contacts, self.desk.opened_cases
        for name, count in zip(
            ("prospects", "customers", "former", "lost_for_good", "left_category"), self.people.counts()
        ):
            self.weeks[name][week] = count
        customers = self.people.having(Status.CUSTOMER)
        if customers.size:
            risk = perceived_risk(
                self.people.reliability, self.people.recovery, self.world.choice.variance_aversion, customers
            )
            self.weeks["risk"][week] = risk.mean()

    def _learn_outcomes(self, week: int, closed: list[Case]) -> None:
        """What happened at the desk in the week that ends reaches people and books."""
        if not closed:
            return
        who = np.array([case.person for case in closed])
        column = {
            name: np.array([getattr(case, name) for case in closed], float)
            for name in (
                "week",
                "severity",
                "earlier",
                "fee",
                "opened",
                "closed",
                "tier",
                "contacts",
                "waited",
                "handled",
                "outcome",
            )
        }
        outcome = column["outcome"].astype(int)
        opened_week = column["week"].astype(np.int64)
        self.events.add(
            "case", week, who, opened_week=opened_week, severity=column["severity"], outcome=outcome,
            contacts=column["contacts"], tier=column["tier"], hours_opened=column["opened"],
            hours_closed=column["closed"], hours_waited=column["waited"], hours_handled=column["handled"],
        )  # fmt: skip
        for name, code in (
            ("resolved", RESOLVED),
            ("unresolved", UNRESOLVED),
            ("abandoned", ABANDONED),
            ("refused", REFUSED),
        ):
            self.weeks[f"cases_{name}"][week] = (outcome == code).sum()
        good = outcome == RESOLVED
        self.weeks["first_contact"][week] = (good & (column["contacts"] == 1) & (column["tier"] == 0)).sum()

        price = self.people.basket[who]
        spent = remedy.cost(self.strategy.remedy, price, self.world.needs.gross_margin, column["severity"])
        self.ledger.post(week, "remedies", -cents(spent[good]))
        self.ledger.post(week, "support_fees", cents(column["fee"] * price)[good])

        delay = (column["closed"] - column["opened"]) / self.hours * 7
        score = remedy.justice(self.strategy.remedy, column["contacts"], column["fee"])
        self._teach_recovery(who[good], score[good], delay[good], column["earlier"][good])
        self._disappoint(week, who[~good], column["severity"][~good], column["earlier"][~good], "unresolved")
        told = self.world.word_of_mouth
        self._tell(week, who[~good], opened_week[~good], column["severity"][~good], told.tell_unresolved)
        self._tell(week, who[good], opened_week[good], np.zeros(int(good.sum())), told.tell_resolved)

    def _teach_recovery(self, who: Ints, score: Floats, delay_days: Floats | float, earlier: Ints | Floats) -> None:
        """They put it right: a_r grows with justice, less for late and repeated cases."""
        beliefs = self.world.beliefs
        late = np.exp(-np.asarray(delay_days) / beliefs.recovery_patience)
        np.add.at(self.people.recovery.good, who, beliefs.resolved_weight * score * late / (1 + earlier))

    def _disappoint(self, week: int, who: Ints, severity: Floats, earlier: Ints | Floats, cause: str) -> None:
        """They did not put it right: some leave at once, the rest resent it and look around.

        The silent did not ask, so they learn nothing about recovery; they leave less, and unheard.
        """
        people, trouble, beliefs = self.people, self.world.problems, self.world.beliefs
        aggravation = 1 + beliefs.repeat_weight * earlier
        leaves_at = trouble.leave_unresolved if cause == "unresolved" else trouble.leave_silent
        leaving = 1 - (1 - leaves_at) ** (severity * aggravation)
        if cause == "unresolved":
            effort = self.strategy.remedy.effort
            np.add.at(people.recovery.bad, who, beliefs.unresolved_weight * aggravation * (1 + effort))
            np.add.at(people.grievance, who, trouble.grievance * severity * aggravation)
        cornered = not self.choice.rival_present(week)
        if cornered:
            leaving = leaving * self.world.rival.gives_up
        else:
            people.looking[who] = 1.0
        customer = people.status[who] == Status.CUSTOMER
        leaves = customer & (self.draws.uniform(f"leaves after a problem, {cause}", who, week) < leaving)
        gone = np.unique(who[leaves])
        if cornered:
            self._leave(week, gone, Status.LEFT_CATEGORY, cause)
            return
        for_good = self.draws.uniform("lost for good", gone, week) < trouble.lost_for_good
        self._leave(week, gone[for_good], Status.LOST_FOR_GOOD, cause)
        self._leave(week, gone[~for_good], Status.FORMER, cause)

    def _tell(self, week: int, who: Ints, occasion: Ints, severity: Floats, chance: float) -> None:
        """Severity 0 marks a good story. A bad one weighs as much as its problem, up to 1."""
        bad = severity > 0
        weight = np.where(bad, np.minimum(severity, 1.0), 1.0)
        self.grapevine.tell(week + 1, who, occasion, bad, weight, np.full(who.size, chance))

    def _forget(self) -> None:
        """A week passes over beliefs, grievances, habits and the urge to look around."""
        people = self.people
        halves = math.log(2)
        for belief in (people.reliability, people.recovery):
            belief.fade(math.exp(-halves / self.world.beliefs.half_life))
        people.grievance *= math.exp(-halves / self.world.problems.grievance_half_life)
        people.habit *= math.exp(-halves / self.world.choice.habit_half_life)
        people.looking *= math.exp(-halves / self.world.rival.looking_half_life)


def simulate(scenario: Scenario, replication: int = 0, problem_free: range = range(0)) -> Run:
    """One replication of a scenario; see `Simulation`."""
    return Simulation(scenario, replication, problem_free).run()
