"""Chance: the right distributions, no ties between draws that should have none, and the same everywhere."""

import itertools
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from sim.model.draws import Draws, chance, draw_all, poisson

N = 200_000
PEOPLE = np.arange(N)
LUCK = Draws(1, 0)
# Seeds are fixed, so a p-value is a number, not a gamble: below this something is wrong with the generator
ALPHA = 1e-3


def uniforms(seed=1, replication=0, decision="choice", person=PEOPLE, occasion=0):
    return Draws(seed, replication).uniform(decision, person, occasion)


STREAMS = {
    "people": uniforms(),
    "weeks": uniforms(person=7, occasion=PEOPLE),
    "seeds": np.concatenate([uniforms(seed=seed, person=np.arange(50)) for seed in range(400)]),
    "replications": np.concatenate([uniforms(replication=r, person=np.arange(50)) for r in range(400)]),
    "names": np.concatenate([uniforms(decision=f"decision {k}", person=np.arange(50)) for k in range(400)]),
    "huge seeds": np.concatenate([uniforms(seed=2**63 - 1 - k, person=np.arange(50)) for k in range(400)]),
    "huge occasions": uniforms(person=3, occasion=2**40 + PEOPLE),
    "people by weeks": uniforms(person=np.arange(400)[:, None], occasion=np.arange(400)).ravel(),
}


@pytest.mark.parametrize("name", STREAMS)
def test_uniform(name):
    u = STREAMS[name]
    assert stats.kstest(u, "uniform").pvalue > ALPHA
    counts = np.bincount((u * 256).astype(int), minlength=256)
    assert stats.chisquare(counts).pvalue > ALPHA
    # The tails are as full as the middle: what a rare event hangs on
    assert stats.binomtest(int((u < 0.001).sum()), u.size, 0.001).pvalue > ALPHA
    assert stats.binomtest(int((u > 0.999).sum()), u.size, 0.001).pvalue > ALPHA


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("lag", [1, 2, 13, 52])
def test_a_draw_says_nothing_about_the_ones_after_it(name, lag):
    u = STREAMS[name]
    one, other = u[:-lag], u[lag:]
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(one.size)
    table = np.histogram2d(one, other, bins=16, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(table.ravel()).pvalue > ALPHA


@pytest.mark.parametrize("name", STREAMS)
def test_runs_above_and_below_the_middle(name):
    """Wald & Wolfowitz: the number of runs of high and low draws is normal about 1 + 2 n1 n0 / n."""
    high = STREAMS[name] > 0.5
    n1, n = int(high.sum()), high.size
    n0 = n - n1
    runs = 1 + int((high[1:] != high[:-1]).sum())
    mean = 1 + 2 * n1 * n0 / n
    variance = (mean - 1) * (mean - 2) / (n - 1)
    assert abs(runs - mean) / np.sqrt(variance) < 3.5


PAIRS = {
    "seeds 1 and 2": (uniforms(seed=1), uniforms(seed=2)),
    "seed 1, replication 0 and 1": (uniforms(replication=0), uniforms(replication=1)),
    # Neither key is the sum or the join of its parts
    "seed 1, replication 2 and the reverse": (uniforms(seed=1, replication=2), uniforms(seed=2, replication=1)),
    "seed 11, replication 1 and seed 1, replication 11": (uniforms(11, 1), uniforms(1, 11)),
    "names a and b": (uniforms(decision="a"), uniforms(decision="b")),
    "name and the name with a blank": (uniforms(decision="a"), uniforms(decision="a ")),
    "week 0 and 1": (uniforms(occasion=0), uniforms(occasion=1)),
    "person and the next one": (uniforms(), uniforms(person=PEOPLE + 1)),
    "person and week exchanged": (
        uniforms(person=np.arange(1, N), occasion=0),
        uniforms(person=0, occasion=np.arange(1, N)),
    ),
    "neighbours on the diagonal": (uniforms(occasion=PEOPLE), uniforms(person=PEOPLE + 1, occasion=PEOPLE + 1)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_neighbouring_streams_have_nothing_in_common(name):
    one, other = PAIRS[name]
    assert not (one == other).any()
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(one.size)
    assert abs(stats.spearmanr((one - 0.5) ** 2, (other - 0.5) ** 2).statistic) < 4 / np.sqrt(one.size)
    table = np.histogram2d(one, other, bins=16, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(table.ravel()).pvalue > ALPHA


def test_all_decisions_of_a_run_are_independent_of_each_other():
    names = ["need", "choice", "first choice", "problem", "voice", "severity", "settles", "tell", "listeners", "order"]
    columns = [uniforms(decision=name, occasion=3) for name in names]
    for one, other in itertools.combinations(columns, 2):
        assert abs(np.corrcoef(one, other)[0, 1]) < 4.5 / np.sqrt(N)


def test_no_draw_is_ever_given_twice():
    grid = uniforms(person=np.arange(1000)[:, None], occasion=np.arange(1000))
    assert np.unique(grid).size > grid.size - 3  # a million of 2^53 values: a tie has probability 5e-5


def test_one_bit_of_the_question_changes_half_the_bits_of_the_answer():
    low = (uniforms(person=PEOPLE) * 2**32).astype(np.uint64)
    for bit in (0, 1, 7, 16, 20):
        flipped = (uniforms(person=PEOPLE ^ (1 << bit)) * 2**32).astype(np.uint64)
        changed = np.bitwise_count(low ^ flipped).mean()
        assert changed == pytest.approx(16, abs=0.1)


def unshifted(x: int, shift: int) -> int:
    """The y of which x = y ^ (y >> shift), in 64 bits."""
    y = x
    for _ in range(64 // shift):
        y = x ^ (y >> shift)
    return y


def week_of(bits: int, draws: Draws, decision: str, person: int) -> np.int64:
    """The week in which the hash of a person's draw has these bits: the hash of the week alone, backwards."""
    x = unshifted(bits, 31)
    x = unshifted(x * pow(0x94D049BB133111EB, -1, 2**64) % 2**64, 27)
    x = unshifted(x * pow(0xBF58476D1CE4E5B9, -1, 2**64) % 2**64, 30)
    golden = 0x9E3779B97F4A7C15
    of_person = person * golden + int(draws.key(decision)) & 2**64 - 1
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
        of_person = (of_person ^ (of_person >> shift)) * factor & 2**64 - 1
    week = (x - of_person) * pow(golden, -1, 2**64) - 1
    return np.int64((week + 2**63) % 2**64 - 2**63)


@pytest.mark.parametrize("bits", [0, 1, 2**64 - 1, 2**64 - 2, 2**64 - 2**11, 2**63, 2**63 - 1])
def test_never_0_and_never_1(bits):
    """Whatever the hash says: a draw of 0 has no logarithm, a draw of 1 is above every probability."""
    week = week_of(bits, LUCK, "choice", 3)
    (u,) = LUCK.uniform("choice", 3, week)
    assert 0 < u < 1 and u == pytest.approx(bits / 2**64, abs=2**-52)
    assert np.isfinite(LUCK.normal("choice", 3, week)).all()
    assert (LUCK.exponential("choice", 3, week) > 0).all()


# Shapes


def test_shapes_broadcast_and_a_scalar_is_one_draw():
    assert LUCK.uniform("need", 5).shape == (1,)
    assert LUCK.uniform("need", 5, 2).shape == (1,)
    assert LUCK.uniform("need", [1, 2, 3], 2).shape == (3,)
    assert LUCK.uniform("need", np.arange(3)[:, None], np.arange(4)).shape == (3, 4)
    assert LUCK.uniform("need", np.empty(0, int), 4).shape == (0,)


def test_a_draw_does_not_depend_on_the_company_it_is_asked_in():
    together = LUCK.uniform("need", np.arange(100)[:, None], np.arange(20))
    assert together[42, 7] == LUCK.uniform("need", 42, 7)[0]
    shuffled = np.random.default_rng(0).permutation(100)
    assert (LUCK.uniform("need", shuffled, 3) == together[shuffled, 3]).all()
    assert (LUCK.uniform("need", np.arange(100, dtype=np.int32), 3) == together[:, 3]).all()


def test_the_same_in_another_process_after_other_draws():
    code = (
        "from sim.model.draws import Draws; d = Draws(1, 0); d.uniform('something else', 9);"
        "print([x.hex() for x in d.uniform('need', [0, 41, 7], [3, 2, 2**40]).tolist()])"
    )
    here = [x.hex() for x in LUCK.uniform("need", [0, 41, 7], [3, 2, 2**40]).tolist()]
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert there.strip() == str(here)


def test_every_way_to_ask_gives_the_same_draw():
    """One week for all, a week for each, several decisions at once, everyone at once, one alone in a loop."""
    who, week, key = np.arange(1000), 5, LUCK.key("need")
    together = LUCK.uniform("need", who, week)
    assert (LUCK.uniform("need", who, np.full(1000, week)) == together).all()
    assert (LUCK.uniform("need", who[::3], week) == together[::3]).all()
    assert (LUCK.uniform("need", who[:9, None], [[4, week]])[:, 1] == together[:9]).all()
    both = LUCK.uniforms(("choice", "need"), who, week)
    assert (both[1] == together).all() and (both[0] == LUCK.uniform("choice", who, week)).all()
    everyone = np.empty(1000)
    draw_all(key, week, everyone)
    assert (everyone == together).all()
    assert [chance(key, person, week) for person in range(0, 1000, 99)] == together[::99].tolist()


def test_the_same_in_every_version_of_the_project():
    """Luck is part of every published result. A change of this line changes all of them."""
    known = [0.5064095863018535, 0.583940800160272, 0.9512654761817348]
    assert LUCK.uniform("need", [0, 1, 2]).tolist() == known


# Distributions, against the theory


@pytest.mark.parametrize(
    ("sample", "theory"),
    [
        (LUCK.exponential("e", PEOPLE), stats.expon()),
        (LUCK.normal("n", PEOPLE), stats.norm()),
        (LUCK.lognormal("l", 0.7, PEOPLE), stats.lognorm(0.7, scale=np.exp(-(0.7**2) / 2))),
        (LUCK.gamma("g", 0.243, PEOPLE), stats.gamma(0.243, scale=1 / 0.243)),
        (LUCK.gamma("h", 2.0, PEOPLE), stats.gamma(2, scale=1 / 2)),
        (LUCK.gamma("i", 100.0, PEOPLE), stats.gamma(100, scale=1 / 100)),
        (LUCK.beta("b", 0.793, 2.426, PEOPLE), stats.beta(0.793, 2.426)),
        (LUCK.beta("c", 1e4, 9e4, PEOPLE), stats.beta(1e4, 9e4)),
    ],
    ids=["exponential", "normal", "lognormal", "gamma .243", "gamma 2", "gamma 100", "beta", "beta, concentrated"],
)
def test_distributions(sample, theory):
    assert stats.kstest(sample, theory.cdf).pvalue > ALPHA
    mean, variance, kurtosis = (float(x) for x in theory.stats("mvk"))
    assert abs(sample.mean() - mean) < 4 * np.sqrt(variance / N)
    # The sd of a sample variance: sigma^2 sqrt((kurtosis + 2) / n), kurtosis in excess of the normal's
    assert abs(sample.var(ddof=1) - variance) < 4 * variance * np.sqrt((kurtosis + 2) / N)


@pytest.mark.parametrize("sd", [0.0, 0.45591, 1.1828])
def test_lognormal_has_mean_1_whatever_its_spread(sd):
    sample = LUCK.lognormal("mean", sd, PEOPLE)
    assert abs(sample.mean() - 1) < 4 * np.sqrt(np.expm1(sd**2) / N) + 1e-12


@pytest.mark.parametrize("mean", [0.0, 0.01, 0.0647, 0.5, 3.0, 20.0, 200.0])
def test_poisson_counts_against_the_theory(mean):
    u = LUCK.uniform("poisson", PEOPLE)
    counts = poisson(u, np.full(N, mean))
    # Inversion is exact: each count is the quantile of its uniform draw
    assert (counts == stats.poisson(mean).ppf(u)).mean() > 1 - 1e-5
    assert abs(counts.mean() - mean) <= 4 * np.sqrt(mean / N)
    top = int(stats.poisson(mean).ppf(1 - 50 / N)) if mean else 0
    expected = stats.poisson(mean).pmf(np.arange(top + 1)) * N
    seen = np.bincount(np.minimum(counts, top + 1), minlength=top + 2)[: top + 1]
    big = expected > 20
    pooled_seen, pooled = np.append(seen[big], N - seen[big].sum()), np.append(expected[big], N - expected[big].sum())
    if mean:
        assert stats.chisquare(pooled_seen, pooled * pooled_seen.sum() / pooled.sum()).pvalue > ALPHA


def test_poisson_of_different_means_at_once():
    u, mean = LUCK.uniform("poisson", np.arange(1000)), np.geomspace(1e-3, 50, 1000)
    assert (poisson(u, mean) == stats.poisson(mean).ppf(u)).all()


@pytest.mark.parametrize("mean", [0.01, 0.0647, 0.5, 7.0])
def test_the_unluckiest_draw_is_no_thousand_purchases(mean):
    assert poisson(np.array([np.nextafter(1, 0)]), np.array([mean]))[0] < 60
