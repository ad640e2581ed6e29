"""The fits against published estimates, theory, known parameters and cases small enough for pencil and paper."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import integrate, stats

from sim.experiment import fit

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "params" / "source"
TICKETS = ROOT / ".." / "shared" / "data" / "helpdesk_event_log.csv"


@pytest.fixture(scope="module")
def summary() -> pd.DataFrame:
    return pd.read_csv(SOURCE / "cdnow_summary.csv")


@pytest.fixture(scope="module")
def cdnow(summary: pd.DataFrame) -> fit.BgNbd:
    return fit.fit_bg_nbd(summary)


@pytest.fixture(scope="module")
def shipped() -> dict:
    return yaml.safe_load((SOURCE / "fitted.yaml").read_text(encoding="utf-8"))


# How often people buy


def test_cdnow_reproduces_the_published_estimates(cdnow: fit.BgNbd):
    assert (cdnow.r, cdnow.alpha, cdnow.a, cdnow.b) == pytest.approx((0.24259, 4.41353, 0.79289, 2.42575), rel=1e-4)
    assert cdnow.log_likelihood == pytest.approx(-9582.43, abs=0.01)
    assert cdnow.customers == 2357


def test_expected_transactions_of_cdnow(cdnow: fit.BgNbd):
    expected = cdnow.expected_transactions([0, 1, 13, 26, 39, 52, 78])
    assert expected == pytest.approx([0, 0.0532, 0.5336, 0.9013, 1.195, 1.444, 1.858], rel=1e-3)


def test_expected_transactions_when_nobody_dies_is_the_mean_rate_times_time():
    immortal = fit.BgNbd(r=0.5, alpha=4.0, a=1e-7, b=10.0, log_likelihood=0.0, customers=0)
    assert immortal.expected_transactions(8.0) == pytest.approx(0.5 / 4.0 * 8.0, rel=1e-5)


def test_expected_transactions_is_smooth_where_the_closed_form_divides_by_zero():
    below, at, above = (
        float(fit.BgNbd(0.5, 4.0, a, 3.0, 0.0, 0).expected_transactions(10.0)) for a in (0.999, 1.0, 1.001)
    )
    assert at == pytest.approx((below + above) / 2, rel=1e-5)


@pytest.mark.parametrize(("x", "t_x", "age"), [(0, 0.0, 30.0), (1, 4.0, 20.0), (3, 12.5, 30.0)])
def test_likelihood_of_one_customer_is_the_integral_over_rate_and_dropout(x: int, t_x: float, age: float):
    r, alpha, a, b = 0.8, 5.0, 1.2, 2.5

    def over_p(chance):
        return integrate.quad(lambda p: chance(p) * stats.beta.pdf(p, a, b), 0, 1)[0]

    def over_rate(weeks: float):
        prior = stats.gamma(r, scale=1 / alpha)
        return integrate.quad(lambda rate: rate**x * np.exp(-rate * weeks) * prior.pdf(rate), 0, np.inf)[0]

    # Rate and dropout are independent across people, so the double integral is a product of single ones.
    alive = over_p(lambda p: (1 - p) ** x) * over_rate(age)
    dead = over_p(lambda p: p * (1 - p) ** (x - 1)) * over_rate(t_x) if x else 0.0
    found = fit.bg_nbd_log_likelihood((r, alpha, a, b), [x], [t_x], [age])
    assert found == pytest.approx(np.log(alive + dead), abs=1e-5)


def test_likelihood_adds_up_over_customers():
    params = (0.24, 4.4, 0.8, 2.4)
    single = [fit.bg_nbd_log_likelihood(params, [x], [t], [30.0]) for x, t in ((0, 0.0), (2, 9.0))]
    assert fit.bg_nbd_log_likelihood(params, [0, 2], [0.0, 9.0], [30.0, 30.0]) == pytest.approx(sum(single))


def customers_of(truth: fit.BgNbd, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """n customers lived through one purchase at a time, as the model's story tells it."""
    rows = []
    for _ in range(n):
        rate, p, age = rng.gamma(truth.r, 1 / truth.alpha), rng.beta(truth.a, truth.b), rng.uniform(40, 52)
        now, x, recency = rng.exponential(1 / rate), 0, 0.0
        while now <= age:
            x, recency = x + 1, now
            now = np.inf if rng.random() < p else now + rng.exponential(1 / rate)
        rows.append((x, recency, age))
    return pd.DataFrame(rows, columns=["frequency", "recency", "T"])


def test_known_parameters_are_recovered():
    truth = fit.BgNbd(r=0.8, alpha=4.0, a=0.9, b=2.5, log_likelihood=np.nan, customers=0)
    people = customers_of(truth, 4000, np.random.default_rng(20050524))
    found = fit.fit_bg_nbd(people)
    standard_error = people["frequency"].std() / np.sqrt(len(people))
    assert people["frequency"].mean() == pytest.approx(
        truth.expected_transactions(people["T"]).mean(), abs=3 * standard_error
    )
    assert found.r / found.alpha == pytest.approx(truth.r / truth.alpha, rel=0.1)
    assert found.a / (found.a + found.b) == pytest.approx(truth.a / (truth.a + truth.b), rel=0.1)
    assert (found.r, found.alpha, found.a, found.b) == pytest.approx((0.8, 4.0, 0.9, 2.5), rel=0.25)


@pytest.mark.parametrize("row", [(0, 3.0, 30.0), (2, 31.0, 30.0), (-1, 0.0, 30.0), (0, 0.0, 0.0), (1, np.nan, 30.0)])
def test_impossible_histories_are_refused(row: tuple[float, float, float]):
    with pytest.raises(ValueError, match="impossible histories"):
        fit.fit_bg_nbd(pd.DataFrame([(1, 2.0, 30.0), row], columns=["frequency", "recency", "T"]))


def test_missing_columns_are_named():
    with pytest.raises(ValueError, match="recency"):
        fit.fit_bg_nbd(pd.DataFrame({"frequency": [1], "T": [30.0]}))
    with pytest.raises(ValueError, match="CaseID"):
        fit.fit_resolution_times(pd.DataFrame({"CompleteTimestamp": ["2012-04-03 16:55:38"]}))


# What an order is worth


def test_basket_of_two_people_with_two_orders_each():
    # Log dollars 0, 2 and 4, 6: mean square within 2, between 16, so the variance between people is (16 - 2) / 2 = 7.
    orders = pd.DataFrame(
        {"customer": [1, 1, 2, 2, 2], "date": [1, 1, 1, 2, 3], "dollars": [*np.exp([0.0, 2.0, 4.0, 6.0]), 0.0]}
    )
    basket = fit.fit_basket(orders)
    assert (basket.orders, basket.customers) == (4, 2)
    assert basket.log_sd_between**2 / basket.log_sd**2 == pytest.approx(7 / 9)
    assert basket.log_sd_between**2 + basket.log_sd_within**2 == pytest.approx(basket.log_sd**2)
    assert np.exp(3 + basket.log_sd**2 / 2) == pytest.approx(orders["dollars"].sum() / 4)
    assert basket.mean_per_day == pytest.approx(orders["dollars"].sum() / 3)


def test_basket_recovers_between_and_within():
    rng = np.random.default_rng(7)
    people = np.repeat(np.arange(3000), rng.integers(1, 6, 3000))
    logs = 3 + rng.normal(0, 0.5, 3000)[people] + rng.normal(0, 0.7, len(people))
    basket = fit.fit_basket(pd.DataFrame({"customer": people, "date": 1, "dollars": np.exp(logs)}))
    assert basket.log_sd_between == pytest.approx(0.5, abs=0.03)
    assert basket.log_sd_within == pytest.approx(0.7, abs=0.03)


def test_basket_needs_repeat_orders():
    with pytest.raises(ValueError, match="repeat orders"):
        fit.fit_basket(pd.DataFrame({"customer": [1, 2], "date": [1, 1], "dollars": [5.0, 6.0]}))


def test_cdnow_orders_have_the_published_mean_and_median():
    orders = fit.read_orders(SOURCE / "cdnow_sample.txt")
    assert len(orders) == 6919
    assert orders["dollars"].mean() == pytest.approx(35.28, abs=0.005)
    assert orders["dollars"].median() == pytest.approx(25.99)
    paid = orders["dollars"].sum() / fit.fit_basket(orders).mean
    assert paid == pytest.approx((orders["dollars"] > 0).sum())


# How unevenly cases are resolved


def events(starts: pd.DatetimeIndex, hours: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """A shuffled log of three events for each ticket: first, one in between, last."""
    moments = [starts + pd.to_timedelta(hours * share, unit="h") for share in (0.0, 0.4, 1.0)]
    ids = np.tile(np.arange(len(hours)), 3)
    log = pd.DataFrame({"CaseID": ids, "CompleteTimestamp": np.concatenate(moments)})
    return log.iloc[rng.permutation(len(log))]


def test_resolution_times_recover_a_known_lognormal():
    rng = np.random.default_rng(11)
    hours = np.concatenate([rng.lognormal(np.log(200), 0.8, 7000), rng.uniform(0.01, 2, 3000)])
    starts = pd.Timestamp("2011-03-07") + pd.to_timedelta(rng.uniform(0, 8000, len(hours)), unit="h")
    fitted = fit.fit_resolution_times(events(starts, hours, rng))
    assert fitted.tickets == 10_000
    assert fitted.share_same_day == pytest.approx(0.3, abs=0.003)
    assert fitted.median_hours == pytest.approx(200, rel=0.03)
    assert fitted.log_sd == pytest.approx(0.8, rel=0.03)
    assert fitted.ks_distance < 1.63 / np.sqrt(7000)
    assert fitted.p95_hours_fitted == pytest.approx(fitted.p95_hours_observed, rel=0.05)


def test_open_hours_skip_nights_and_weekends():
    # Open from 14:00 to 2:00, Monday to Friday. Monday 15:00 to Wednesday 16:00 is 11 + 12 + 2 open hours, Friday 15:00
    # to Monday 15:00 is 11 + 1, Sunday 20:00 to Monday 15:00 is 1.
    starts = pd.DatetimeIndex(["2011-03-07 15:00", "2011-03-11 15:00", "2011-03-13 20:00"])
    fitted = fit.fit_resolution_times(events(starts, np.array([49.0, 72.0, 19.0]), np.random.default_rng(0)))
    assert fitted.open_median_hours == pytest.approx((25 * 12 * 1) ** (1 / 3))
    assert fitted.open_log_sd == pytest.approx(np.log([25, 12, 1]).std())
    assert fitted.median_hours == pytest.approx((49 * 72 * 19) ** (1 / 3))


def test_a_log_without_waiting_tickets_is_refused():
    starts = pd.DatetimeIndex(["2011-03-07 15:00", "2011-03-08 15:00"])
    with pytest.raises(ValueError, match="got 0"):
        fit.fit_resolution_times(events(starts, np.array([1.0, 12.0]), np.random.default_rng(0)))


# The file of fitted values


def to_five_digits(section: dict) -> dict:
    return {key: pytest.approx(value, rel=5.1e-5) for key, value in section.items()}


def test_shipped_cdnow_values_are_those_of_the_shipped_data(shipped: dict):
    fitted = fit.fit_all(SOURCE / "cdnow_summary.csv", SOURCE / "cdnow_sample.txt")
    assert set(fitted) == {"cdnow"}
    assert fitted["cdnow"]["bg_nbd"] == to_five_digits(shipped["cdnow"]["bg_nbd"])
    assert fitted["cdnow"]["basket"] == to_five_digits(shipped["cdnow"]["basket"])


def test_shipped_helpdesk_values_are_those_of_the_log(shipped: dict):
    if not TICKETS.exists():
        pytest.skip("the help-desk event log is not shipped; see params/source/README.md for its origin")
    assert asdict(fit.fit_resolution_times(pd.read_csv(TICKETS))) == to_five_digits(shipped["helpdesk"])


def test_writing_without_a_log_keeps_the_helpdesk_section(tmp_path: Path):
    target = tmp_path / "fitted.yaml"
    fit.write_fitted(target, {"cdnow": {"r": 0.5}, "helpdesk": {"log_sd": 1.23456789, "tickets": 1234567}})
    fit.write_fitted(target, {"cdnow": {"r": 1 / 3}})
    text = target.read_text(encoding="utf-8")
    assert yaml.safe_load(text) == {"cdnow": {"r": 0.33333}, "helpdesk": {"log_sd": 1.2346, "tickets": 1234567}}
    assert text.startswith(fit.HEADER)
    assert [path.name for path in tmp_path.iterdir()] == ["fitted.yaml"]
