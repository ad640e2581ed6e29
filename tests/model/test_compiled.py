"""Compiled loops give what the same functions give as plain Python, and are compiled once for each state of the model.

Functions are compared on random arguments made from their annotations. The desk works on records that only it can make:
it is compared in a run.
"""

import importlib
import json
import os
import pkgutil
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np
import pytest

import sim
from sim import model
from sim.model import simulate
from sim.model.case import CASE, Cases
from sim.model.compiled import PLAIN
from sim.model.network import Complete, Network, Ties
from sim.model.records import KINDS, Run

pytestmark = pytest.mark.skipif(PLAIN, reason="nothing is compiled")

MODULES = [importlib.import_module(f"sim.model.{module.name}") for module in pkgutil.iter_modules(model.__path__)]
PEOPLE = 12
ROUNDS = 25


def loops() -> Iterator[tuple[str, Any]]:
    """(module and name, function) of all that is compiled."""
    for module in MODULES:
        for name, function in vars(module).items():
            if getattr(function, "py_func", None) and function.py_func.__module__ == module.__name__:
                yield f"{module.__name__.rpartition('.')[2]}.{name}", function


LOOPS = dict(loops())
OF_THE_DESK = {name for name in LOOPS if name.startswith(("line.", "room."))}


# Each function on its own

Make = Callable[[np.random.Generator], Any]
NAMED: dict[str, Make] = {
    "status": lambda rng: int(rng.integers(0, 6)),
    "statuses": lambda rng: 6,
    "kind": lambda rng: int(rng.integers(0, 4)),
    "mean": lambda rng: float(rng.uniform(0, 60)),
}
NAMED_ARRAYS: dict[str, Make] = {
    "opinion": lambda rng: rng.integers(-1, 2, PEOPLE),
    "kind": lambda rng: rng.integers(0, 4, PEOPLE),
    "outcome": lambda rng: rng.integers(0, 5, PEOPLE),
    "mean": lambda rng: rng.uniform(0, 60, PEOPLE),
}
ARRAYS: dict[str, Make] = {
    "f": lambda rng: rng.uniform(0, 1.5, PEOPLE),
    "b": lambda rng: rng.random(PEOPLE) < 0.5,
    "i": lambda rng: rng.integers(0, 6, PEOPLE),
    "u": lambda rng: rng.integers(0, 2**64, PEOPLE, np.uint64),
}
SCALARS: dict[type, Make] = {
    float: lambda rng: float(rng.uniform(0.01, 0.99)),
    int: lambda rng: int(rng.integers(1, 9)),
    bool: lambda rng: bool(rng.random() < 0.5),
    np.uint64: lambda rng: rng.integers(0, 2**64, dtype=np.uint64),
}


def some_ties(rng: np.random.Generator) -> Ties:
    """A random network, or a complete one."""
    everyone = Complete(PEOPLE).ties
    return Network(PEOPLE, *rng.integers(0, PEOPLE, (2, 30))).ties if rng.random() < 0.7 else everyone


def some_cases(rng: np.random.Generator) -> Cases:
    """Anything may have happened to them, but time goes on."""
    cases = np.zeros(PEOPLE, CASE)
    for name in CASE.names:
        cases[name] = numbers(name, CASE[name], rng)
    cases["closed"] += cases["opened"]
    return cases


def numbers(name: str, kind: Any, rng: np.random.Generator) -> np.ndarray:
    """An array of this name and type."""
    return NAMED_ARRAYS.get(name, ARRAYS[np.dtype(kind).kind])(rng).astype(kind)


def made(name: str, annotation: Any, rng: np.random.Generator) -> Any:
    """An argument of this name and type."""
    if name == "table":  # of probabilities summed up, or an empty set
        return np.sort(rng.random(PEOPLE)) if np.float64 in types(annotation) else np.full(64, -1)
    if annotation is Ties:
        return some_ties(rng)
    if annotation is Cases:
        return some_cases(rng)
    if hasattr(annotation, "_fields"):
        return annotation(*(made(field, kind, rng) for field, kind in get_type_hints(annotation).items()))
    if get_origin(annotation) is tuple:
        return tuple(made("", kind, rng) for kind in get_args(annotation))
    if get_origin(annotation) is np.ndarray:
        return numbers(name, *types(annotation), rng)
    return NAMED.get(name, SCALARS[annotation])(rng)


def types(annotation: Any) -> tuple[Any, ...]:
    """Of the entries of an array."""
    return get_args(get_args(annotation)[1])


def flat(value: Any) -> list[np.ndarray]:
    """All numbers in an argument or a result."""
    if isinstance(value, tuple):
        return [part for inner in value for part in flat(inner)]
    array = np.asarray(value)
    return [array[name] for name in array.dtype.names] if array.dtype.names else [array]


def arguments(loop: Any, seed: int) -> tuple[Any, ...]:
    """Random ones."""
    rng, kinds = np.random.default_rng(seed), get_type_hints(loop.py_func)
    return tuple(made(name, kind, rng) for name, kind in kinds.items() if name != "return")


@pytest.mark.filterwarnings("ignore:overflow encountered")  # hashes wrap around, as they must
@pytest.mark.parametrize("name", sorted(LOOPS.keys() - OF_THE_DESK))
def test_compiled_and_plain_agree(name, monkeypatch):
    """On what they return and on what they write into their arguments."""
    loop, expected = LOOPS[name], []
    with monkeypatch.context() as plain:
        for module in MODULES:
            for inner in {inner for inner, function in vars(module).items() if hasattr(function, "py_func")}:
                plain.setattr(module, inner, getattr(module, inner).py_func)
        for seed in range(ROUNDS):
            given = arguments(loop, seed)
            expected.append(flat((loop.py_func(*given), *given)))
    for seed in range(ROUNDS):
        given = arguments(loop, seed)
        for one, other in zip(expected[seed], flat((loop(*given), *given)), strict=True):
            assert one.shape == other.shape and (one.dtype.kind == other.dtype.kind or one.dtype.kind in "iub")
            np.testing.assert_allclose(other.astype(float), one.astype(float), rtol=1e-12, atol=1e-12)
    assert len({str(numbers) for numbers in expected}) > 1


# The desk, and everything

LIVELY = {
    "world.market.people": 200, "run.weeks": 30, "world.needs.mean": 0.3, "world.problems.rate": 1.0,
    "world.problems.questions": 0.5, "world.callers.voice_small": 0.5, "world.callers.patience": 3.0,
    "world.labour.work": 5.0, "world.word_of_mouth.mention": 0.1, "world.market.advertising_reach": 0.02,
    "world.market.return_to_category": 0.02, "strategy.promotion.newcomer_discount": 0.1,
    "strategy.desk.hand_off": 0.2, "strategy.desk.defective_fix": 0.2, "strategy.desk.contacts": 4,
    "strategy.desk.first_contact_resolution": 0.4, "strategy.warranty.term": 4.0,
}  # fmt: skip


def leaves_behind(run: Run) -> dict[str, np.ndarray]:
    """Every table of a run, by column."""
    events = {f"{kind} {name}": column for kind in KINDS for name, column in run.events.of(kind).items()}
    return {"ledger": run.ledger, "open": np.array(run.open_cases), **run.weeks, **events}


def assert_same(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> None:
    assert ours.keys() == theirs.keys()
    for name, column in ours.items():
        if np.issubdtype(column.dtype, np.integer):
            np.testing.assert_array_equal(column, theirs[name], err_msg=name)
        else:
            np.testing.assert_allclose(column, theirs[name], rtol=1e-12, atol=1e-12, err_msg=name)


def test_a_plain_desk_is_the_compiled_one(scenario, monkeypatch):
    """Every function of it is called."""
    expected = leaves_behind(simulate(scenario(LIVELY)))
    called = set()

    def noted(name: str, plain: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            called.add(name)
            return plain(*arguments)

        return call

    for name in OF_THE_DESK:
        plain = noted(name, LOOPS[name].py_func)
        for module in MODULES:  # its own, and those that call it by a name of theirs
            if vars(module).get(name.partition(".")[2]) is LOOPS[name]:
                monkeypatch.setattr(module, name.partition(".")[2], plain)
    assert_same(leaves_behind(simulate(scenario(LIVELY))), expected)
    assert called == OF_THE_DESK


IN_PLAIN_PYTHON = """
import json, sys
import numpy as np
from model.test_compiled import LOOPS, leaves_behind
from sim.model import simulate
from sim.parameters import load_comparison

assert not LOOPS and "numba" not in sys.modules
(scenario,) = load_comparison(strategies=["cost_center"], changes=json.loads(sys.argv[1]))
np.savez(sys.argv[2], **leaves_behind(simulate(scenario)))
"""


def test_a_whole_run_in_plain_python_is_the_compiled_one(scenario, tmp_path):
    tests, result = Path(__file__).parents[1], tmp_path / "run.npz"
    environment = {**os.environ, "WHATIF_PLAIN": "1", "PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent)])}
    command = [sys.executable, "-c", IN_PLAIN_PYTHON, json.dumps(LIVELY), str(result)]
    subprocess.run(command, env=environment, check=True)
    ours = leaves_behind(simulate(scenario(LIVELY)))
    for kind in KINDS:
        assert ours[f"{kind} person"].size > 20, kind
    with np.load(result) as theirs:
        assert_same(ours, dict(theirs))


# Compiled once

TWO_DRAWS = """
import sim
from sim.model.compiled import folder
from sim.model.draws import Draws, _chances

Draws(1, 0).uniform("need", [3, 4])
print(sim.__file__, folder(), sum(_chances.stats.cache_hits.values()), sum(_chances.stats.cache_misses.values()))
"""


def two_draws(project: Path) -> tuple[Path, tuple[int, int], str]:
    """(folder of compiled loops, (found there, compiled), what the user is told) in a new process."""
    environment = {**os.environ, "PYTHONPATH": str(project), "HOME": str(project / "home")}
    command = [sys.executable, "-c", TWO_DRAWS]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=True)
    where, folder, found, compiled = done.stdout.split()
    assert Path(where).is_relative_to(project)
    return Path(folder), (int(found), int(compiled)), done.stderr


def test_what_was_compiled_is_found_by_the_next_process_until_the_model_changes(tmp_path):
    shutil.copytree(Path(sim.__file__).parent, tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    folder, counts, told = two_draws(tmp_path)
    assert folder.is_relative_to(tmp_path / "sim") and counts == (0, 1)
    assert told.count("compiling") == 1
    assert two_draws(tmp_path) == (folder, (1, 0), "")
    # Another function might be a part of the loop
    with (tmp_path / "sim" / "model" / "beliefs.py").open("a") as file:
        file.write("# changed\n")
    other, counts, _ = two_draws(tmp_path)
    assert other != folder and counts == (0, 1)


def test_where_the_project_may_not_be_written_to_loops_are_kept_at_home(tmp_path):
    shutil.copytree(Path(sim.__file__).parent, tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "sim" / "model" / "__pycache__").touch()  # no folder, and none can be made
    folder, counts, _ = two_draws(tmp_path)
    assert folder.is_relative_to(tmp_path / "home" / ".cache") and counts == (0, 1)
    assert two_draws(tmp_path) == (folder, (1, 0), "")
