"""One problem in twin worlds: whom it reaches, drawn on the network; what it makes in cash, drawn in time."""

from __future__ import annotations

import math

import altair as alt
import numpy as np
import pandas as pd

from sim.experiment.questions.broken_chain import Findings
from sim.experiment.twins import Twin
from sim.experiment.twins.chain import CONSEQUENCES, GAINED, LEFT, LESS, MORE, NEVER_CAME, NOTHING
from sim.model.problems import KINDS
from sim.report import theme
from sim.report.marks import Chart, titled
from sim.report.questions.pictures import curves
from sim.report.sentences import signed
from sim.report.words import money

NOBODY = "no problem of a customer reached the desk with room to follow it"
SIZE = 540  # of the network, pixels
COLOURS = {
    LEFT: theme.VERMILION, NEVER_CAME: theme.PURPLE, LESS: theme.ORANGE, NOTHING: "#9a9a9a", MORE: theme.SKY,
    GAINED: theme.GREEN,
}  # fmt: skip
WHO = ("the customer", "those told first-hand", "those beyond")
HOP_COLOURS = dict(zip((*WHO, "all together"), (theme.VERMILION, theme.BLUE, theme.GREEN, theme.INK), strict=True))


def nothing(why: str) -> Chart:
    """A chart that says why there is none."""
    text = alt.Chart(pd.DataFrame({"text": ["no picture"]})).mark_text(color=theme.SOFT).encode(text="text:N")
    return titled(alt.layer(text), f"Nothing to show: {why}", "Without values there is no 95 % interval", sized=True)


# --- the network -------------------------------------------------------------------------------------------------


def network(found: Findings) -> Chart:
    """Everybody whom the problem reaches, at their hop, joined to the one through whom; strong ties in grey."""
    if found.story is None:
        return nothing(NOBODY)
    twin = found.story.twin
    people = placed(twin.reached)
    at = people.set_index("person")[["x", "y"]]
    ties = found.story.ties
    grey = lines(at, ties["one"], ties["other"])
    linked = people[people["through"] >= 0]
    chain = lines(at, linked["through"], linked["person"]).assign(way=linked["way"].to_numpy())
    reach = max(1.0, float(people["hop"].max())) + 0.35
    scale = alt.Scale(domain=[-reach, reach], nice=False, zero=False)
    x, y = (alt.X("x:Q", scale=scale, axis=None), alt.Y("y:Q", scale=scale, axis=None))
    shown = [what for what in CONSEQUENCES if (people["what"][1:] == what).any()]
    colour = alt.Color("what:N", title=None, legend=alt.Legend(columns=3),
                       scale=alt.Scale(domain=shown, range=[COLOURS[what] for what in shown]))  # fmt: skip
    rings = pd.DataFrame([{"hop": hop, "step": step, "x": hop * math.cos(step / 50 * math.tau),
                           "y": hop * math.sin(step / 50 * math.tau)}
                          for hop in range(1, int(people["hop"].max()) + 1) for step in range(51)],
                         columns=["hop", "step", "x", "y"])  # fmt: skip
    layers = [
        alt.Chart(rings).mark_line(color=theme.FAINT, strokeWidth=1).encode(x, y, detail="hop:N", order="step:Q"),
        alt.Chart(grey).mark_rule(color=theme.FAINT, strokeWidth=1).encode(x, y, x2="x2:Q", y2="y2:Q"),
        alt.Chart(chain).mark_rule(color=theme.SOFT, strokeWidth=1.5).encode(
            x, y, x2="x2:Q", y2="y2:Q",
            strokeDash=alt.StrokeDash("way:N", title=None, legend=None,
                                      scale=alt.Scale(domain=["story", "mention"], range=[[1, 0], [4, 3]]))),
        alt.Chart(people[1:]).mark_point(filled=True, opacity=1, size=170).encode(x, y, colour),
        alt.Chart(people[:1]).mark_point(filled=True, opacity=1, size=420, color=theme.INK).encode(x, y),
    ]  # fmt: skip
    note = (
        "One story drawn on the network: the customer in the middle, a ring for each hop. Dark lines: through whom "
        "(dashed: not by a story, but "
        "because a friend speaks of the firm in another way); pale lines: other strong ties. Colours: what became of "
        "them where the problem was not put right, against where it was."
    )
    chart = alt.layer(*layers).resolve_scale(color="independent").properties(width=SIZE, height=SIZE)
    return titled(chart, _reach_title(twin), note, sized=True)


def lines(at: pd.DataFrame, one: pd.Series, other: pd.Series) -> pd.DataFrame:
    """From where one person stands to where another does, a row a pair."""
    begin, end = at.loc[one.to_numpy(int)], at.loc[other.to_numpy(int)]
    return pd.DataFrame({"x": begin["x"].to_numpy(), "y": begin["y"].to_numpy(), "x2": end["x"].to_numpy(),
                         "y2": end["y"].to_numpy()})  # fmt: skip


def _reach_title(twin: Twin) -> str:
    others, what = twin.reached[1:], twin.reached["what"][1:]
    if others.empty:
        return "One problem reaches nobody but the customer"
    far = int(others["hop"].max())
    counts = [f"{int((what == name).sum())} {name}" for name in (LEFT, NEVER_CAME, LESS) if (what == name).any()]
    fate = f"; of them {', '.join(counts)}" if counts else "; none of them buys, leaves or comes otherwise"
    people = "1 other person" if len(others) == 1 else f"{len(others)} other people"
    return f"One problem reaches {people}, up to {far} {'hop' if far == 1 else 'hops'} away{fate}"


def placed(reached: pd.DataFrame) -> pd.DataFrame:
    """Everybody with x and y: the radius is the hop, the angle leaves each branch of the tree room for its leaves."""
    rows = reached.sort_values("hop", kind="stable").reset_index(drop=True)
    children: dict[int, list[int]] = {}
    for person, through in zip(rows["person"].tolist(), rows["through"].tolist(), strict=True):
        children.setdefault(through, []).append(person)
    root, angle = int(rows["person"][0]), {}
    leaves: dict[int, int] = {}
    for person in reversed(rows["person"].tolist()):
        leaves[person] = sum(leaves[child] for child in children.get(person, ())) or 1
    start = {root: 0.0}
    for person in rows["person"].tolist():
        begin = start.get(person, 0.0)
        angle[person] = begin + leaves[person] / 2
        for child in children.get(person, ()):
            start[child] = begin
            begin += leaves[child]
    turn = math.tau / leaves[root]
    radius = rows["hop"].clip(lower=0).to_numpy(float)
    at = np.array([angle[person] for person in rows["person"].tolist()]) * turn
    return rows.assign(x=radius * np.cos(at), y=radius * np.sin(at))


# --- in time -----------------------------------------------------------------------------------------------------


def in_time(found: Findings) -> Chart:
    """Cumulative cash, put right less not put right, by who buys otherwise."""
    if found.story is None:
        return nothing(NOBODY)
    twin = found.story.twin
    hop = twin.money["person"].map(twin.reached.set_index("person")["hop"]).fillna(0).astype(int).clip(0, 2)
    weeks, rows = np.arange(twin.case.closed, twin.end), []
    for name, mine in (*((who, hop == h) for h, who in enumerate(WHO)), ("all together", hop >= 0)):
        if name != "all together" and not mine.any():
            continue
        by_week = twin.money[mine].groupby("week")["cents"].sum().reindex(weeks, fill_value=0).cumsum() / 100
        rows.append(pd.DataFrame({"x": weeks - twin.case.closed, "mean": by_week.to_numpy(), "group": name}))
    table = pd.concat(rows, ignore_index=True)
    table["low"] = table["high"] = table["mean"]
    last = table.groupby("group")["mean"].last()
    total, own = float(last["all together"]), float(last.get(WHO[0], 0.0))
    title = (
        f"After {len(weeks)} weeks the firm has {signed(total)} of having put this one problem right, "
        f"{signed(own)} of it from the customer"
    )
    note = (
        "Cash of one world less that of its twin, added up, undiscounted, work at the desk paid. The same one story as "
        "on the network: it has no interval"
    )
    return curves(table, title, note, "weeks since the problem was closed", "difference in cash", "$",
                  colours=HOP_COLOURS)  # fmt: skip


# --- in words ----------------------------------------------------------------------------------------------------


def story_sentence(found: Findings) -> str:
    """Who it was, what went wrong, how it ended by itself, and what follows."""
    if found.story is None:
        return f"There is no story to tell: {NOBODY}."
    twin, case = found.story.twin, found.story.twin.case
    what = twin.reached["what"].iloc[0]
    became = {LEFT: "left", LESS: "bought less", MORE: "bought more", NOTHING: "went on as before",
              GAINED: "remained one who otherwise would have gone"}.get(what, what)  # fmt: skip
    by_itself = "put it right" if case.resolved else "did not put it right"
    return (
        f"Person {case.person:,} brought a {KINDS[case.about]} to the desk in week {case.opened}; the firm "
        f"{by_itself}. The twin world turns that round in week {case.closed}, when the case was closed. Where it was "
        f"not put right, the customer {became}. To have put it right is worth {signed(twin.value)} to the firm "
        f"(discounted to that week, {twin.end - case.closed} weeks) and {signed(twin.surplus)} to customers. Of "
        "those told in the first paired world it is the problem that changes what most others do, not a typical one."
    )


def books(found: Findings) -> str:
    """Whether every cent and every person is accounted for, in all twin worlds."""
    twins = found.twins
    if not len(twins):
        return f"Nothing to account for: {NOBODY}."
    off, unknown = int((twins["cents_off"] != 0).sum()), int((twins["unknown"] > 0).sum())
    cents = "in every one of them" if not off else f"in all but {off} of them"
    people = "nobody differs" if not unknown else f"in {unknown} of them somebody differs"
    example = ""
    if found.story is not None:
        twin = found.story.twin
        ledger = twin.money[twin.money["account"] != "work"]
        example = (
            f" In the story above {twin.net.sum():,} cents of net cash are the sum over "
            f"{ledger['person'].nunique():,} people and {ledger['account'].nunique()} accounts: "
            f"{ledger['cents'].sum():,} cents; discounted {money(twin.npv)} and {money(ledger['dollars'].sum())}."
        )
    return (
        f"Of {len(twins):,} problems told in twin worlds, the differences of all people and accounts add up to the "
        f"difference of the books to the cent {cents}; {people} whom no chain of stories and friends "
        f"leads to.{example}"
    )
