"""Who has strong ties to whom: symmetric, nobody with themselves, as many and as clustered as the theory says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.stats import binom, chisquare

from sim.model.draws import Draws
from sim.model.network import Complete, Network, build
from sim.model.people import GOOD, NONE, People, Status
from sim.model.talk import Talk
from sim.parameters import ParameterError, load_comparison
from sim.parameters.world import WordOfMouth

N = 20_000


def network(kind="small_world", ties=8, rewiring=0.1, people=N, seed=1, replication=0) -> Network:
    world = WordOfMouth(network=kind, ties=ties, rewiring=rewiring)
    return build(world, people, Draws(seed, replication))


def matrix(net: Network) -> csr_array:
    shape = (net.people, net.people)
    return csr_array((np.ones(net.neighbours.size, np.int64), net.neighbours, net.starts), shape=shape)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    kind=st.sampled_from(["small_world", "random", "cliques", "scale_free", "none"]),
    ties=st.integers(2, 200),
    rewiring=st.floats(0, 1),
    people=st.integers(1, 60),
    seed=st.integers(0, 2**63 - 1),
)
def test_every_network_is_symmetric_without_self_ties_and_names_each_tie_once(kind, ties, rewiring, people, seed):
    net = network(kind, ties, rewiring, people, seed)
    assert net.starts.shape == (people + 1,) and net.degree.shape == (people,)
    assert (net.degree == np.diff(net.starts)).all() and net.degree.sum() == net.neighbours.size
    assert ((net.neighbours >= 0) & (net.neighbours < people)).all()
    dense = matrix(net).toarray()
    assert (dense == dense.T).all()
    assert (np.diag(dense) == 0).all()
    assert dense.max(initial=0) <= 1
    for person in range(people):
        mine = net.neighbours[net.starts[person] : net.starts[person + 1]]
        assert (np.diff(mine) > 0).all()


def test_from_an_edge_list_by_hand():
    """0-1 named twice, 1-2 named backwards, 3 tied to itself."""
    net = Network(5, np.array([0, 1, 2, 3]), np.array([1, 0, 1, 3]))
    assert net.degree.tolist() == [1, 2, 1, 0, 0]
    assert net.neighbours.tolist() == [1, 0, 2, 1]


def test_without_rewiring_everyone_knows_the_four_on_either_side():
    net = network(rewiring=0.0, people=100)
    assert (net.degree == 8).all()
    mine = net.neighbours[net.starts[50] : net.starts[51]]
    assert mine.tolist() == [46, 47, 48, 49, 51, 52, 53, 54]


@pytest.mark.parametrize(("kind", "rewiring"), [("small_world", 0.1), ("small_world", 1.0), ("random", 0.1)])
@pytest.mark.parametrize("ties", [3, 4, 8, 9, 20])
def test_mean_degree_is_the_number_of_ties(kind, rewiring, ties):
    """Less the ties that fall on an existing one or on oneself, a share of about ties / N."""
    net = network(kind, ties, rewiring)
    assert ties * (1 - 2 * ties / N) - 0.01 <= net.degree.mean() <= ties


def test_degrees_of_a_random_network():
    """Each names 4; of the other 4 N names everyone gets Binomial(4 N, 1/N): mean 8, variance 4."""
    net = network("random")
    extra = net.degree - 4
    k = np.arange(0, 12)
    expected = binom(4 * N, 1 / N).pmf(k) * N
    expected = np.append(expected, N - expected.sum())
    seen = np.append([(extra == i).sum() for i in k], ((extra > 11) | (extra < 0)).sum())
    assert chisquare(seen[1:-1], expected[1:-1] * seen[1:-1].sum() / expected[1:-1].sum()).pvalue > 1e-3


@pytest.mark.parametrize("rewiring", [0.0, 0.1, 0.3])
def test_friends_of_a_friend_are_friends_as_in_a_small_world(rewiring):
    """Watts & Strogatz, Barrat & Weigt 2000: clustering 3 (k - 2) / (4 (k - 1)) (1 - p)^3 with k = 8 ties."""
    adjacency = matrix(network(rewiring=rewiring))
    paths = adjacency @ adjacency
    triangles = float((paths * adjacency).sum())
    triples = float(paths.sum() - paths.diagonal().sum())
    assert triangles / triples == pytest.approx(3 * 6 / (4 * 7) * (1 - rewiring) ** 3, rel=0.05)


def test_a_random_network_has_no_clusters():
    adjacency = matrix(network("random"))
    paths = adjacency @ adjacency
    assert (paths * adjacency).sum() / (paths.sum() - paths.diagonal().sum()) < 0.002


def test_a_small_world_is_small():
    """With one tie in ten rewired, everybody is a few steps away; on the ring the farthest are 2500 steps away."""
    from scipy.sparse.csgraph import shortest_path

    steps = shortest_path(matrix(network(people=4000)), unweighted=True, indices=[0])
    ring = shortest_path(matrix(network(people=4000, rewiring=0.0)), unweighted=True, indices=[0])
    assert ring.max() == 500
    assert steps.max() < 15


def test_the_network_is_that_of_the_seed_and_the_replication():
    one, same, seed, replication = network(), network(), network(seed=2), network(replication=1)
    assert (one.neighbours == same.neighbours).all()
    for other in (seed, replication):
        assert other.neighbours.shape != one.neighbours.shape or (other.neighbours != one.neighbours).any()


def test_nobody_has_ties_where_there_is_no_network():
    net = network("none", people=50)
    assert net.degree.sum() == 0
    assert (net.tie(np.arange(50), np.full(50, 0.5)) == -1).all()


def test_each_tie_is_drawn_as_often_as_the_others():
    net = Network(6, np.array([0, 0, 0, 4]), np.array([1, 2, 3, 1]))
    luck = Draws(1, 0).uniform("which friend", np.arange(30_000))
    drawn = net.tie(np.zeros(30_000, np.int64), luck)
    assert chisquare(np.bincount(drawn, minlength=6)[[1, 2, 3]]).pvalue > 1e-3
    assert set(drawn.tolist()) == {1, 2, 3}
    assert (net.tie(np.full(9, 5), luck[:9]) == -1).all()  # person 5 has none
    ends = net.tie(np.zeros(2, np.int64), np.array([1e-16, 1 - 1e-16]))
    assert ends.tolist() == [1, 3]


# Closed groups


def test_cliques_are_complete_and_closed():
    """Eight ties make groups of nine: 0-8, 9-17, and seven are left over."""
    dense = matrix(network("cliques", ties=8, people=25)).toarray()
    group = np.arange(25) // 9
    assert (dense == (group[:, None] == group) - np.eye(25)).all()


@pytest.mark.parametrize(("ties", "people"), [(2, 1), (2, 2), (8, 5), (200, 60), (3, 8)])
def test_small_cliques(ties, people):
    dense = matrix(network("cliques", ties=ties, people=people)).toarray()
    group = np.arange(people) // (ties + 1)
    assert (dense == (group[:, None] == group) - np.eye(people)).all()


def test_friends_of_a_friend_are_all_friends_in_a_clique():
    adjacency = matrix(network("cliques", people=900))
    paths = adjacency @ adjacency
    assert (paths * adjacency).sum() == paths.sum() - paths.diagonal().sum() > 0


# Scale-free


def test_degrees_of_a_scale_free_network_have_a_heavy_tail():
    """Barabasi & Albert with m links: P(degree >= k) = m (m + 1) / (k (k + 1)); the richest have about m sqrt(N)."""
    m, degree = 4, network("scale_free", ties=8).degree
    assert degree.mean() == pytest.approx(8, rel=0.02)
    for k in (6, 10, 20, 40, 80):
        assert (degree >= k).mean() == pytest.approx(m * (m + 1) / (k * (k + 1)), rel=0.15)
    assert m * np.sqrt(N) / 4 < degree.max() < 8 * m * np.sqrt(N)
    assert network("random", ties=8).degree.max() < 40  # in a random one nobody is rich


def test_in_a_scale_free_network_the_first_are_the_richest():
    degree = network("scale_free").degree
    assert degree[:100].mean() > 10 * degree[-10_000:].mean()
    assert degree.min() >= 1


@pytest.mark.parametrize("people", [1, 2, 3, 9])
def test_small_scale_free_networks(people):
    dense = matrix(network("scale_free", people=people)).toarray()
    assert (dense == dense.T).all() and (np.diag(dense) == 0).all() and dense.max(initial=0) <= 1


# Everyone to everyone


def test_in_a_complete_network_everyone_has_a_tie_to_everyone_else():
    net = network("complete", people=6)
    assert isinstance(net, Complete)
    assert (net.degree == 5).all()
    everyone, luck = np.arange(6), np.full(6, 0.35)
    drawn = [net.tie(everyone, luck, further) for further in range(5)]
    for person in range(6):
        assert {int(others[person]) for others in drawn} == set(range(6)) - {person}  # one after the other, none twice
    assert (net.tie(everyone, np.full(6, 1 - 1e-16)) != everyone).all()


def test_each_tie_of_a_complete_network_is_drawn_as_often_as_the_others():
    luck = Draws(1, 0).uniform("which friend", np.arange(20_000))
    drawn = network("complete", people=5).tie(np.full(20_000, 2), luck)
    counts = np.bincount(drawn, minlength=5)
    assert counts[2] == 0
    assert chisquare(counts[[0, 1, 3, 4]]).pvalue > 1e-3


def test_a_complete_network_of_one():
    net = network("complete", people=1)
    assert net.degree.tolist() == [0]
    assert net.tie(np.zeros(1, np.int64), np.array([0.5])).tolist() == [-1]


@pytest.mark.parametrize("kind", ["small_world", "cliques", "scale_free", "complete"])
def test_what_is_spread_is_the_sum_over_ties(quiet, kind):
    """Every third person has an opinion, each of them another one; it reaches their ties once."""
    net = network(kind, ties=4, people=30)
    amount = np.arange(30) - 7.5
    dense = np.ones((30, 30)) - np.eye(30) if kind == "complete" else matrix(net).toarray()
    some = np.arange(0, 30, 3)
    people = People(quiet({"world.market.people": 30}).world, Draws(1, 0))
    people.status[:], people.opinion[:], people.advocacy[:] = Status.CUSTOMER, NONE, amount
    people.opinion[some] = GOOD
    talk = Talk(WordOfMouth(mention=0.1), net)
    onto = talk.good_friends
    onto += 100.0
    talk.listen(people)
    assert onto == pytest.approx(100 + dense[:, some] @ amount[some])
    talk.listen(people)
    assert onto == pytest.approx(100 + dense[:, some] @ amount[some])
    assert not talk.bad_friends.any()


# Ties from a file


def ask_for(path, people=4):
    changes = {"world.market.people": people, "world.word_of_mouth.network": "edges"}
    return load_comparison(strategies=["cost_center"], changes={**changes, "world.word_of_mouth.edges": str(path)})[0]


def test_ties_from_a_file(tmp_path):
    path = tmp_path / "ties.csv"
    path.write_text("# a triangle and one alone\n0,1\n2, 1\n\n2,0\n0,1\n")
    world = ask_for(path).world.word_of_mouth
    net = build(world, 4, Draws(1, 0))
    assert net.degree.tolist() == [2, 2, 2, 0]
    assert net.neighbours.tolist() == [1, 2, 0, 2, 0, 1]


@pytest.mark.filterwarnings("ignore:loadtxt")
def test_a_file_without_ties_is_a_world_of_strangers(tmp_path):
    path = tmp_path / "none.csv"
    path.write_text("# nobody knows anybody\n")
    assert build(ask_for(path).world.word_of_mouth, 4, Draws(1, 0)).degree.tolist() == [0] * 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "no such file; allowed: a CSV file with a tie a line"),
        ("0,1\n1,4\n", "allowed: two persons a line, from 0 to 3 (market.people less one)."),
        ("0,-1\n", "allowed: two persons a line, from 0 to 3"),
        ("0,1,2\n", "allowed: two persons a line"),
        ("0\n1\n", "allowed: two persons a line"),
        ("0,1\n1\n", "allowed: two whole numbers a line"),
        ("0,1\na,b\n", "allowed: two whole numbers a line"),
        ("0;1\n", "allowed: two whole numbers a line"),
        ("0,1.5\n", "allowed: two whole numbers a line"),
    ],
)
def test_a_bad_file_of_ties_is_refused_before_the_run(tmp_path, text, said):
    path = tmp_path / "ties.csv"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ParameterError) as caught:
        ask_for(path)
    message = str(caught.value)
    assert "word_of_mouth.edges" in message and str(path) in message
    assert said in message


@pytest.mark.parametrize("name", ["", "."])
def test_no_file_of_ties_is_refused_too(name):
    with pytest.raises(ParameterError, match="no such file"):
        ask_for(name)
