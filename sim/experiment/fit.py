"""Fit real inputs: how often people buy, what an order is worth, how unevenly cases are resolved.

Purchases: Fader, Hardie & Lee (2005), "Counting your customers the easy way", Marketing Science 24(2), on the public
CDNOW sample. Resolution times: the help-desk log of Tax, Verenich, La Rosa & Dumas (2017).
"""

import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1
from scipy.stats import kstest

File = Path | str
HEADER = """\
# Written by sim/experiment/fit.py (`whatif fit`); do not edit by hand. Rounded to 5 significant digits.
# cdnow: BG/NBD by maximum likelihood and order values (dollars), from the CDNOW sample beside this file.
# helpdesk: lognormal of the tickets that took longer than one 12-hour desk day, from a log not shipped here; kept as
# it was when the fit runs without that log. Columns, origin and license: README.md beside this file.
"""
DESK_DAY_HOURS = 12.0  # 99 % of the log's events fall in 12 hours of Monday to Friday: 60 open hours of 168 a week
DESK_OPENS = pd.Timestamp("2010-01-04 14:00")  # a Monday; those hours are 14:00 to 2:00 on the log's own clock


@dataclass(frozen=True)
class BgNbd:
    """Buy-till-you-die: while alive, purchases a week ~ Gamma(r, rate alpha); after each, dies with p ~ Beta(a, b)."""

    r: float
    alpha: float  # weeks
    a: float
    b: float
    log_likelihood: float
    customers: int

    def expected_transactions(self, weeks: ArrayLike) -> NDArray[np.float64]:
        """Expected repeat purchases of a new customer in `weeks`; any shape, same shape back (same paper)."""
        t = np.asarray(weeks, dtype=float)
        if not (t >= 0).all():
            raise ValueError(f"weeks must be 0 or more, got {weeks!r}")
        a = self.a if abs(self.a - 1) > 1e-6 else 1 + 1e-6  # the closed form is 0/0 at a = 1
        c = a + self.b - 1
        still = (self.alpha / (self.alpha + t)) ** self.r * hyp2f1(self.r, self.b, c, t / (self.alpha + t))
        return np.asarray(c / (a - 1) * (1 - still))


@dataclass(frozen=True)
class Basket:
    """Dollars per order: lognormal, a typical basket for each person and orders that vary around it."""

    orders: int  # with dollars > 0; free orders are left out
    customers: int
    mean: float  # dollars
    median: float  # dollars
    mean_per_day: float  # dollars; several orders of one person and day together, as the BG/NBD counts a purchase
    log_sd_sample: float  # standard deviation of log dollars, as observed
    log_sd: float  # the spread whose lognormal about the mean log dollars has the observed mean
    log_sd_between: float  # of people's typical baskets; squares of between and within add up to log_sd squared
    log_sd_within: float  # of one person's orders


@dataclass(frozen=True)
class ResolutionTimes:
    """Ticket durations in hours: a share done within one desk day, a lognormal for the tickets that had to wait."""

    tickets: int
    share_same_day: float  # done within DESK_DAY_HOURS
    median_hours: float  # fitted, of the waiting tickets, calendar hours
    log_sd: float  # the spread, in calendar hours
    open_median_hours: float  # the same tickets, counting only hours in which the desk is open
    open_log_sd: float
    ks_distance: float  # largest gap between fitted and observed distribution, calendar hours
    p95_hours_observed: float
    p95_hours_fitted: float


def bg_nbd_log_likelihood(params: ArrayLike, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> float:
    """Log-likelihood of customers' histories (Fader, Hardie & Lee 2005), summed over customers.

    `params` is (r, alpha, a, b), all positive; the others have one entry per customer: `frequency` counts repeat
    purchases, `recency` is weeks from first to last purchase, `age` (the paper's T) weeks from first purchase to now.
    """
    r, alpha, a, b = np.asarray(params, dtype=float)
    x, t_x, t = (np.asarray(column, dtype=float) for column in (frequency, recency, age))
    shared = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
    alive = betaln(a, b + x) - (r + x) * np.log(alpha + t)
    dead = betaln(a + 1, b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x)  # no death before the first repeat
    return float(np.sum(shared + np.logaddexp(alive, np.where(x > 0, dead, -np.inf))))


def fit_bg_nbd(summary: pd.DataFrame) -> BgNbd:
    """Maximum likelihood over a frame with one row per customer: frequency (count), recency and T (weeks).

    Raises ValueError for a missing column or an impossible history, RuntimeError when the search does not converge.
    """
    if missing := {"frequency", "recency", "T"} - set(summary.columns):
        raise ValueError(f"the summary lacks the columns {sorted(missing)}")
    x, t_x, age = (summary[name].to_numpy(dtype=float) for name in ("frequency", "recency", "T"))
    possible = (x >= 0) & (t_x >= 0) & (t_x <= age) & (age > 0) & ((x > 0) | (t_x == 0))
    if not len(summary) or not possible.all():
        raise ValueError(f"no customers, or impossible histories: {summary[~possible].head(3).to_dict('records')}")
    start = np.log([0.5, age.mean() / 5, 1.0, 2.0])  # on the log scale every step stays positive
    found = minimize(lambda p: -bg_nbd_log_likelihood(np.exp(p), x, t_x, age), start, method="Nelder-Mead", tol=1e-7)
    if not found.success:
        raise RuntimeError(f"the BG/NBD fit did not converge: {found.message}")
    r, alpha, a, b = np.exp(found.x).tolist()
    return BgNbd(r, alpha, a, b, -float(found.fun), len(summary))


def read_orders(path: File) -> pd.DataFrame:
    """The CDNOW orders file, one row per order: master (id), customer (id), date (YYYYMMDD), cds (count), dollars."""
    return pd.read_csv(path, sep=r"\s+", header=None, names=["master", "customer", "date", "cds", "dollars"])


def fit_basket(orders: pd.DataFrame) -> Basket:
    """Lognormal order value, its variance split by one-way random effects (method of moments, unequal group sizes).

    `orders` has the columns customer, date, dollars. The split is scaled to the spread that keeps the mean order.
    Raises ValueError when no customer has two orders with dollars > 0, since nothing then tells people from orders.
    """
    paid = orders[orders["dollars"] > 0]
    logs = np.log(paid["dollars"])
    by_person = logs.groupby(paid["customer"])
    size, people, n = by_person.size(), by_person.ngroups, len(logs)
    if not 1 < people < n:
        raise ValueError(f"need two customers or more, one with repeat orders; got {n} orders of {people} customers")
    within = float(((logs - by_person.transform("mean")) ** 2).sum()) / (n - people)
    between_square = float((size * (by_person.mean() - logs.mean()) ** 2).sum()) / (people - 1)
    between = max(0.0, (between_square - within) * (people - 1) / (n - float((size**2).sum()) / n))
    mean = float(paid["dollars"].mean())
    variance = 2 * (np.log(mean) - float(logs.mean()))  # a lognormal's mean is exp(mu + variance / 2)
    per_day = float(paid.groupby(["customer", "date"])["dollars"].sum().mean())
    spreads = np.sqrt(variance * np.array([1, between, within]) / [1, between + within, between + within]).tolist()
    return Basket(n, people, mean, float(paid["dollars"].median()), per_day, float(logs.std()), *spreads)


def fit_resolution_times(event_log: pd.DataFrame) -> ResolutionTimes:
    """Lognormal by maximum likelihood over tickets longer than DESK_DAY_HOURS; a duration is last minus first event.

    `event_log` has one row per event: CaseID, CompleteTimestamp. Shorter tickets are only counted: many end within
    minutes, whose logs would stretch the spread. The real log's far tail is thinner than the lognormal's.
    Raises ValueError for a missing column or fewer than two waiting tickets.
    """
    if missing := {"CaseID", "CompleteTimestamp"} - set(event_log.columns):
        raise ValueError(f"the event log lacks the columns {sorted(missing)}")
    since = ((pd.to_datetime(event_log["CompleteTimestamp"]) - DESK_OPENS) / pd.Timedelta(hours=1)).to_numpy(float)
    by_ticket = pd.DataFrame({"all": since, "open": _open_hours(since)}).groupby(event_log["CaseID"].to_numpy())
    hours = by_ticket.max() - by_ticket.min()
    waited = hours[hours["all"] > DESK_DAY_HOURS]
    if len(waited) < 2:
        raise ValueError(f"need two tickets or more longer than {DESK_DAY_HOURS} hours, got {len(waited)}")
    logs, open_logs = np.log(waited["all"]), np.log(waited.loc[waited["open"] > 0, "open"])
    mu, sd = float(logs.mean()), float(logs.std(ddof=0))
    return ResolutionTimes(
        tickets=len(hours), share_same_day=1 - len(waited) / len(hours), median_hours=float(np.exp(mu)), log_sd=sd,
        open_median_hours=float(np.exp(open_logs.mean())), open_log_sd=float(open_logs.std(ddof=0)),
        ks_distance=float(kstest(logs, "norm", (mu, sd)).statistic),
        p95_hours_observed=float(waited["all"].quantile(0.95)), p95_hours_fitted=float(np.exp(mu + 1.6449 * sd)),
    )  # fmt: skip


def _open_hours(hours: NDArray[np.floating]) -> NDArray[np.float64]:
    """Hours since DESK_OPENS to hours the desk has been open since then: the first 12 of each day, Monday to Friday."""
    day, hour = np.divmod(hours, 24)
    week, weekday = np.divmod(day, 7)
    return DESK_DAY_HOURS * (5 * week + np.minimum(weekday, 5)) + np.minimum(hour, DESK_DAY_HOURS) * (weekday < 5)


def fit_all(summary_path: File, orders_path: File, tickets_path: File | None = None) -> dict[str, Any]:
    """Every fit as nested plain numbers: sections cdnow and, with an event log, helpdesk; ready for write_fitted."""
    basket = asdict(fit_basket(read_orders(orders_path)))
    fitted = {"cdnow": {"bg_nbd": asdict(fit_bg_nbd(pd.read_csv(summary_path))), "basket": basket}}
    if tickets_path is not None:
        fitted["helpdesk"] = asdict(fit_resolution_times(pd.read_csv(tickets_path)))
    return fitted


def write_fitted(path: File, fitted: dict[str, Any]) -> None:
    """Write `fitted` (from fit_all) as YAML, atomically; sections it lacks are kept from the file already there."""
    path = Path(path)
    kept = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    text = HEADER + yaml.safe_dump({**kept, **_rounded(fitted)}, sort_keys=False)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as draft:
        draft.write(text)
    os.chmod(draft.name, 0o644)  # temporary files are private; this one is for everybody
    os.replace(draft.name, path)


def _rounded(value: Any) -> Any:  # floats at any depth to 5 significant digits, everything else as it is
    if isinstance(value, dict):
        return {key: _rounded(entry) for key, entry in value.items()}
    return float(f"{value:.5g}") if isinstance(value, float) else value
