"""The break-even frontier: a planted line within its band, and new points where the sign is in doubt."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import pdist

from sim.experiment.insight.designs import Range, sobol
from sim.experiment.insight.frontier import expected_loss, frontier, where_next

UNIT = {"x": Range(0, 1), "y": Range(0, 1)}
PLACES = np.linspace(0.02, 0.98, 25)
LINE = np.column_stack([PLACES, 0.2 + 0.5 * PLACES])


def truth(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """$2,000 y less what it takes to break even: 0.2 + 0.5 x."""
    return 2000 * (y - 0.2 - 0.5 * x)


def sampled(points: pd.DataFrame, chance: np.random.Generator, sd: float = 300.0, replications: int = 4):
    return pd.DataFrame(
        {
            "point": np.repeat(points.index, replications),
            "replication": np.tile(np.arange(replications), len(points)),
            "delta": np.repeat(truth(points["x"], points["y"]), replications)
            + chance.normal(0, sd, len(points) * replications),
        }
    )


def line_of(seed: int, n: int = 40, **noise: float):
    points = pd.DataFrame(sobol(UNIT, n, seed), columns=["x", "y"])
    return frontier(points, sampled(points, np.random.default_rng(seed), **noise), "x", "y", UNIT)


def test_a_planted_line_lies_within_its_band():
    held, near = [], []
    for seed in range(6):
        found = line_of(seed)
        mean, sd = found.predict(LINE)
        held.append((np.abs(mean) <= 1.96 * sd).mean())
        assert (np.abs(mean) <= 4 * sd).all()
        assert found.band.mean() < 0.2  # and the band is narrow enough to say something
        (line,) = found.lines
        near.append(np.abs(line[:, 1] - 0.2 - 0.5 * line[:, 0]).max())
    assert np.mean(held) > 0.85
    assert np.median(near) < 0.06


def coverage(seed: int, growing: bool) -> tuple[float, float]:
    """How much of a planted line is in the band of 100 worlds: in its left third, in its right third.

    Worlds differ by ± $500 for other reasons, or by $50 on the left and $950 on the right.
    """
    points = pd.DataFrame(sobol(UNIT, 100, seed), columns=["x", "y"])
    chance = np.random.default_rng([seed, 7])
    scatter = 500 * (0.1 + 1.8 * points["x"].to_numpy()) if growing else 500
    deltas = sampled(points, chance, replications=2)
    deltas["delta"] += np.repeat(chance.normal(0, 1, 100) * scatter, 2)
    mean, sd = frontier(points, deltas, "x", "y", UNIT).predict(LINE)
    inside = np.abs(mean) <= 1.96 * sd
    return float(inside[:8].mean()), float(inside[-8:].mean())


@pytest.mark.slow
@pytest.mark.parametrize("growing", [False, True])
def test_the_band_holds_the_line_nineteen_times_in_twenty(growing: bool):
    held = np.array([coverage(seed, growing) for seed in range(80)])
    error = held.std(axis=0, ddof=1) / math.sqrt(len(held))
    assert (np.abs(held.mean(axis=0) - 0.95) < 3 * error + 0.01).all()


def test_scatter_that_grows_is_seen_to_grow():
    points = pd.DataFrame(sobol(UNIT, 150, 1), columns=["x", "y"])
    chance = np.random.default_rng(1)
    means = truth(points["x"], points["y"]) + chance.normal(0, 1, 150) * 500 * (0.1 + 1.8 * points["x"])
    deltas = pd.DataFrame(
        {"point": np.repeat(points.index, 2), "replication": [0, 1] * 150, "delta": np.repeat(means, 2)}
    )
    found = frontier(points, deltas, "x", "y", UNIT)
    places = np.array([[0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]])
    left, right, below, above = found.unit * np.sqrt(found._scatter(places))
    assert 3 < right / left < 12  # in truth 1.72 / 0.28, but not in the logarithm along a straight line
    assert 0.6 < above / below < 1.7
    sd = found.predict(places)[1]
    assert sd[1] > 1.5 * sd[0]


def test_the_slope_of_the_scatters_kernel_is_its_derivative():
    from sim.experiment.insight.scatter import Scatter

    kernel, places = Scatter(0.3, (2.0, 0.5)), np.random.default_rng(1).random((4, 2))
    value, slope = kernel(places, eval_gradient=True)
    assert np.diag(value) == pytest.approx(kernel.diag(places))
    assert kernel(np.array([[0.5, 0.5]]))[0, 0] == pytest.approx(0.3)
    assert kernel(np.array([[1.0, 0.5]]))[0, 0] / kernel(np.array([[0.0, 0.5]]))[0, 0] == pytest.approx(2.0)
    for number in range(3):
        step = np.eye(3)[number] * 1e-6
        ahead, behind = (kernel.clone_with_theta(kernel.theta + sign * step)(places) for sign in (1, -1))
        assert slope[:, :, number] == pytest.approx((ahead - behind) / 2e-6, abs=1e-6)


def test_points_kept_are_never_left_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sim.experiment.insight.frontier.MOST", 30)
    points = pd.DataFrame(sobol(UNIT, 60, 1), columns=["x", "y"])
    found = frontier(points, sampled(points, np.random.default_rng(1)), "x", "y", UNIT, keep=20)
    kept = {tuple(place) for place in found.model.X_train_.round(9).tolist()}
    assert {tuple(place) for place in points[40:].to_numpy().round(9).tolist()} <= kept
    assert len(kept) == 30 and found.n == 60


def test_the_grid_is_what_is_predicted_and_the_rows_go_up():
    found = line_of(0)
    mean, sd = found.predict(np.array([[found.along[50], found.up[10]], [found.along[3], found.up[44]]]))
    assert mean == pytest.approx(found.mean[[10, 44], [50, 3]], rel=1e-6)
    assert sd == pytest.approx(found.sd[[10, 44], [50, 3]], rel=1e-3)
    assert found.win[0, 60] < 0.001 and found.win[60, 0] > 0.999
    assert ((found.win > 0.025) & (found.win < 0.975) == found.band).mean() > 0.999


def test_more_replications_narrow_the_band():
    assert line_of(1, sd=900).sd.mean() > 2 * line_of(1, sd=100).sd.mean()


def test_scatter_from_other_parameters_is_not_taken_for_the_shape():
    """Worlds differ by ± $500 for other reasons, and each is known to the cent: the line is as doubtful as that."""
    points = pd.DataFrame(sobol(UNIT, 120, 3), columns=["x", "y"])
    chance = np.random.default_rng(3)
    values = truth(points["x"], points["y"]) + chance.normal(0, 500, 120)
    deltas = pd.DataFrame(
        {"point": np.repeat(points.index, 2), "replication": [0, 1] * 120, "delta": np.repeat(values, 2)}
    )
    mean, sd = frontier(points, deltas, "x", "y").predict(LINE)
    assert sd.mean() > 500 / math.sqrt(120)
    assert (np.abs(mean) <= 3 * sd).all()


def test_a_line_that_is_straight_in_the_logarithm():
    bounds = {"x": Range(0.01, 100, log=True), "y": Range(0, 1)}
    points = pd.DataFrame(sobol(bounds, 60, 2), columns=["x", "y"])
    unit = points.assign(x=bounds["x"].unit(points["x"].to_numpy()))
    found = frontier(points, sampled(unit, np.random.default_rng(2), sd=50), "x", "y", bounds)
    assert found.along[30] == pytest.approx(1.0)
    (line,) = found.lines
    assert line[:, 1] == pytest.approx(0.2 + 0.5 * bounds["x"].unit(line[:, 0]), abs=0.03)


def test_where_it_always_wins_there_is_no_line():
    points = pd.DataFrame(sobol(UNIT, 40, 1), columns=["x", "y"])
    deltas = sampled(points, np.random.default_rng(1))
    found = frontier(points, deltas.assign(delta=deltas["delta"] + 5000), "x", "y")
    assert found.lines == () and not found.band.any()


def test_the_next_points_are_near_the_line_apart_from_each_other_and_within_bounds():
    asked = where_next(line_of(0), 20)
    away = np.abs(asked[:, 1] - 0.2 - 0.5 * asked[:, 0])
    assert np.median(away) < 0.05 and away.max() < 0.2  # anywhere at all: 0.24 on average
    assert len(np.unique(asked, axis=0)) == 20
    assert np.histogram(asked[:, 0], bins=5, range=(0, 1))[0].min() >= 2
    assert ((asked >= 0) & (asked <= 1)).all()
    assert np.array_equal(asked, where_next(line_of(0), 20))


@pytest.mark.parametrize("seed", range(2))
def test_where_a_sample_settles_its_surroundings_the_next_one_goes_elsewhere(seed: int):
    points = pd.DataFrame(sobol(UNIT, 16, seed), columns=["x", "y"])
    waves = np.repeat(2000 * np.sin(7 * points["x"] + 3 * points["y"]), 2)  # without noise
    deltas = pd.DataFrame({"point": np.repeat(points.index, 2), "replication": [0, 1] * 16, "delta": waves})
    asked = where_next(frontier(points, deltas, "x", "y", UNIT), 6)
    assert pdist(asked).min() > 0.1  # of an even spread over the square: 0.4


def test_the_expected_loss_is_the_mean_of_what_the_wrong_sign_costs():
    drawn = np.random.default_rng(1).normal(size=200_000)
    for mean, sd in ((0.0, 100.0), (50.0, 100.0), (-120.0, 80.0)):
        truths = mean + sd * drawn
        wrong = np.where(np.sign(truths) != (1 if mean >= 0 else -1), np.abs(truths), 0.0)
        assert expected_loss(np.array([mean]), np.array([sd]))[0] == pytest.approx(wrong.mean(), rel=0.02)


def test_points_known_better_count_for_more():
    """Half of the points are known to $10 and the others to $1,000: the line is as good as the first half makes it."""
    away = []
    for seed in range(6, 10):
        points = pd.DataFrame(sobol(UNIT, 60, seed), columns=["x", "y"])
        chance = np.random.default_rng(seed)
        good, bad = sampled(points.iloc[:30], chance, 20.0), sampled(points.iloc[30:], chance, 2000.0)
        mean, _ = frontier(points, pd.concat([good, bad]), "x", "y", UNIT).predict(LINE)
        away.append(np.abs(mean).max())
    assert np.median(away) < 30


def test_adaptive_points_narrow_the_band_on_the_line_more_than_as_many_anywhere():
    chance = np.random.default_rng(4)
    first = pd.DataFrame(sobol(UNIT, 24, 4), columns=["x", "y"])
    deltas = sampled(first, chance)
    points = first
    for _ in range(2):
        asked = pd.DataFrame(where_next(frontier(points, deltas, "x", "y", UNIT), 12), columns=["x", "y"])
        asked.index += len(points)
        points, deltas = pd.concat([points, asked]), pd.concat([deltas, sampled(asked, chance)])
    adaptive = frontier(points, deltas, "x", "y", UNIT)
    away = np.abs(points["y"] - 0.2 - 0.5 * points["x"])
    assert away[24:].mean() < 0.3 * away[:24].mean()
    assert adaptive.predict(LINE)[1].mean() < line_of(4, n=48).predict(LINE)[1].mean()


def test_what_cannot_be_fitted_is_said():
    points = pd.DataFrame(sobol(UNIT, 12, 1), columns=["x", "y"]).assign(name="a", same=1.0)
    deltas = sampled(points, np.random.default_rng(1))
    for x, y, said in (
        ("x", "x", "two parameters"), ("x", "name", "not a column of numbers"), ("x", "gone", "not a column"),
        ("x", "same", "low must be below high"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=said):
            frontier(points, deltas, x, y)
    with pytest.raises(ValueError, match="ten points"):
        frontier(points.iloc[:9], deltas, "x", "y")
    with pytest.raises(ValueError, match="n must be"):
        where_next(line_of(0), 0)
