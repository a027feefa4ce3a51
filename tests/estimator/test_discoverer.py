"""Discoverer keeps scikit-learn's promises and its own."""

import pickle
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from sr_kernel.errors import DataError, OptionError, SearchWarning
from sr_kernel.estimator import Config, Discoverer

QUICK = {"time_limit": 5, "max_size": 9}


@pytest.fixture(scope="module")
def line():
    """y = 3*a + 1 on a DataFrame with an idle column."""
    a = np.arange(1.0, 9.0)
    return pd.DataFrame({"a": a, "b": np.cos(a)}), 3 * a + 1


@pytest.fixture(scope="module")
def fitted(line):
    return Discoverer(**QUICK).fit(*line)


@pytest.mark.slow
def test_check_estimator():
    # Without on_skip the checks of other array libraries warn that they are skipped.
    check_estimator(Discoverer(operators="+ *", max_size=5, time_limit=2), on_skip=None)


def test_fit_and_what_it_leaves(fitted, line):
    X, y = line
    assert fitted.n_features_in_ == 2
    assert list(fitted.feature_names_in_) == ["a", "b"]
    assert fitted.interrupted_ is False
    assert fitted.stop_reason_ in ("exact", "exhausted", "plateau", "time")
    assert np.allclose(fitted.predict(X), y)
    assert fitted.score(X, y) == pytest.approx(1)
    frame = fitted.equations_
    assert list(frame.columns) == ["complexity", "loss", "score", "r2", "equation", "conditions"]
    assert (frame["complexity"].diff().dropna() > 0).all()
    assert (frame["loss"].diff().dropna() < 0).all()


def test_forms_of_the_best_law(fitted):
    import sympy

    a = sympy.Symbol("a")
    assert sympy.simplify(fitted.sympy() - (3 * a + 1)).evalf() == pytest.approx(0, abs=1e-9)
    assert "a" in fitted.latex()
    assert "def law(a):" in fitted.python()


def test_each_law_predicts(fitted, line):
    X, _ = line
    for i, law in enumerate(fitted.laws_):
        loss = np.mean((fitted.predict(X, index=i) - line[1]) ** 2)
        assert loss == pytest.approx(law.loss, rel=1e-6, abs=1e-20)


def test_arrays_get_numbered_names(line):
    X, y = line
    found = Discoverer(**QUICK).fit(X.to_numpy(), y)
    assert not hasattr(found, "feature_names_in_")
    assert "x1" in found.equations_["equation"].iloc[-1]


def test_same_seed_same_laws(line):
    X, y = line
    noisy = y + np.random.default_rng(0).normal(0, 0.5, len(y))
    settings = {"max_size": 5, "operators": "+ *", "time_limit": 20, "random_state": 3}
    first, second = (Discoverer(**settings).fit(X, noisy) for _ in range(2))
    assert first.equations_.equals(second.equations_)


def test_weights(line):
    a = np.array([1.0, 2, 3, 4, 5, 6])
    y = np.where(a == 3, 100.0, 2 * a)
    weights = np.where(a == 3, 0.0, 1.0)
    found = Discoverer(**QUICK).fit(a[:, None], y, sample_weight=weights)
    assert found.predict(np.array([[3.0]])) == pytest.approx(6)


def test_pickle_and_clone(fitted, line):
    again = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(again.predict(line[0]), fitted.predict(line[0]))
    assert clone(fitted).get_params() == fitted.get_params()


def test_in_a_pipeline(line):
    X, y = line
    pipeline = make_pipeline(StandardScaler(), Discoverer(**QUICK)).fit(X, y)
    assert pipeline.score(X, y) == pytest.approx(1)


def test_progress_and_stop(line):
    seen = []
    rng = np.random.default_rng(0)
    X = rng.uniform(1, 2, (300, 3))
    y = rng.normal(size=300)
    config = Config(on_progress=seen.append, should_stop=lambda: len(seen) >= 2)
    found = Discoverer(time_limit=60, config=config).fit(X, y)
    assert found.stop_reason_ == "stopped"
    assert len(seen) >= 2
    assert found.laws_.seconds < 30


def test_ctrl_c_keeps_what_was_found():
    rng = np.random.default_rng(0)
    X, y = rng.uniform(1, 2, (300, 3)), rng.normal(size=300)

    def interrupt():
        time.sleep(3)
        signal.raise_signal(signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    found = Discoverer(time_limit=60).fit(X, y)
    assert found.interrupted_
    assert found.stop_reason_ == "stopped"
    assert len(found.equations_) >= 1


def test_config_can_leave_the_data_out(line):
    found = Discoverer(config=Config(keep_data=False, target="mass"), **QUICK).fit(*line)
    assert found.laws_.rows is None
    assert found.laws_.question.target == "mass"


def test_not_fitted():
    for use in (
        lambda d: d.equations_, lambda d: d.sympy(), lambda d: d.latex(), lambda d: d.python(),
        lambda d: d.predict(np.zeros((1, 1))),
    ):  # fmt: skip
        with pytest.raises(NotFittedError):
            use(Discoverer())


@pytest.mark.parametrize(
    ("option", "asked"),
    [("auto", "auto"), ("off", "off"), ("on", "on"), (Path("some") / "weights", "some/weights")],
)
def test_the_guide_of_the_option_is_handed_to_the_search(line, monkeypatch, option, asked):
    seen, made = [], object()

    def remember(problem, **options):
        seen.append(options["guide"])
        raise KeyboardInterrupt

    monkeypatch.setattr("sr_kernel.estimator.discoverer.search", remember)
    monkeypatch.setattr("sr_kernel.guide.guide_of", lambda option: {asked: made}[option])
    with pytest.raises(KeyboardInterrupt):
        Discoverer(guide=option, **QUICK).fit(*line)
    assert seen == [made]


def test_the_guide_is_part_of_the_question(line):
    assert Discoverer(**QUICK).fit(*line).laws_.question.guide == "auto"
    assert Discoverer(guide="off", **QUICK).fit(*line).laws_.question.guide == "off"
    path = Path("some") / "weights"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sr_kernel.guide.guide_of", lambda option: None)
        assert Discoverer(guide=path, **QUICK).fit(*line).laws_.question.guide == str(path)


@pytest.mark.parametrize(
    ("settings", "error", "says"),
    [
        ({"guide": "perhaps"}, OptionError, "perhaps"),
        ({"guide": Path("no") / "weights"}, OptionError, "no/weights"),
        ({"guide": None}, OptionError, "guide is None: choose auto, on or off, or give a path"),
        ({"operators": "+ foo"}, OptionError, "no operator 'foo'"),
        ({"operators": []}, OptionError, "no operators"),
        ({"max_size": 0}, OptionError, "whole number from 1 up"),
        ({"max_size": 2.5}, OptionError, "whole number from 1 up"),
        ({"time_limit": 0}, OptionError, "seconds above zero"),
        ({"time_limit": float("inf")}, OptionError, "seconds above zero"),
        ({"time_limit": "10s"}, OptionError, "seconds above zero"),
        ({"n_jobs": 0}, OptionError, "number of processes"),
        ({"config": {"target": "y"}}, OptionError, "Config"),
    ],
)
def test_bad_settings(line, settings, error, says):
    with pytest.raises(error, match=says):
        Discoverer(**settings).fit(*line)


def test_bad_data(line):
    X, y = line
    found = Discoverer(**QUICK)
    with pytest.raises(DataError, match="column 'body' of X holds text"):
        found.fit(X.assign(body="x"), y)
    with pytest.raises(DataError, match="X contains NaN in 1 of 8 rows, the first in column 'b'"):
        found.fit(X.assign(b=[np.nan, *X["b"][1:]]), y)
    with pytest.raises(DataError, match="X contains inf in 8 of 8 rows"):
        found.fit(X.assign(a=np.inf), y)
    with pytest.raises(ValueError, match="Input y contains NaN"):
        found.fit(X, np.full(8, np.nan))
    with pytest.raises(ValueError, match="minimum of 2"):
        found.fit(X[:1], y[:1])
    with pytest.raises(DataError, match="negative"):
        found.fit(X, y, sample_weight=-y)
    with pytest.raises((DataError, ValueError), match="name"):
        found.fit(pd.DataFrame(np.ones((4, 2)), columns=["a", "a"]), [1.0, 2, 3, 4])


def test_constant_target(line):
    found = Discoverer(**QUICK).fit(line[0], np.full(8, 2.5))
    assert found.predict(line[0]).tolist() == [2.5] * 8


@pytest.mark.parametrize("scale", [1e300, 1e-300])
def test_extreme_scales(scale):
    x = np.arange(1.0, 9.0)[:, None] * scale
    found = Discoverer(**QUICK).fit(x, 3 * x.ravel())
    assert np.allclose(found.predict(x) / scale, 3 * x.ravel() / scale)


def test_columns_with_equal_content(line):
    X, y = line
    found = Discoverer(**QUICK).fit(X.assign(c=X["a"]), y)
    assert found.score(X.assign(c=X["a"]), y) == pytest.approx(1)


# ------------------------------------------------------------------ going on, and help from outside


class Knows:
    """A proposer of the user's."""

    def propose(self, context):
        yield "2*tanh(a*b)"


class Fails:
    def propose(self, context):
        raise RuntimeError("no connection")


@pytest.fixture(scope="module")
def odd():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.uniform(0.1, 1, (60, 2)), columns=["a", "b"])
    return X, 2.5 * np.tanh(X["a"] * X["b"])


def test_proposers_of_the_users(odd):
    found = Discoverer(time_limit=20, proposers=[Knows()], operators="+ *").fit(*odd)
    assert found.stop_reason_ == "exact"
    assert "tanh" in found.python()
    assert found.reports_ == ()


def test_a_faulty_proposer_is_a_warning(odd):
    with pytest.warns(SearchWarning, match="Fails raised RuntimeError: no connection"):
        found = Discoverer(time_limit=20, proposers=[Fails(), Knows()], operators="+ *").fit(*odd)
    assert found.stop_reason_ == "exact"
    assert len(found.reports_) == 1


def test_guesses(odd):
    found = Discoverer(time_limit=20, guesses=["tanh(a*b)"], operators="+ *").fit(*odd)
    assert found.stop_reason_ == "exact"


def test_warm_start_goes_on(odd):
    X, y = odd
    noisy = y + 0.05 * np.random.default_rng(1).normal(size=len(y))
    found = Discoverer(time_limit=2, warm_start=True, operators="+ * exp").fit(X, noisy)
    first = found.laws_
    found.set_params(guesses=["tanh(a*b)"]).fit(X, noisy)
    assert found.laws_.front[-1].loss <= first.front[-1].loss * (1 + 1e-9)
    assert len(found.history_) > 20
    found.set_params(guesses=(), time_limit=1).fit(X, noisy)
    assert found.history_.query(pattern="tanh(_)")
    with pytest.raises(DataError, match="warm_start goes on from laws over a, b"):
        found.fit(X.rename(columns={"b": "c"}), noisy)


def test_checkpoint_in_place_of_memory(odd, tmp_path):
    path = tmp_path / "laws.json"
    settings = {"time_limit": 1, "operators": "+ *", "checkpoint": path}
    Discoverer(guesses=["tanh(a*b)"], **settings).fit(*odd)
    found = Discoverer(**settings).fit(*odd)
    assert found.stop_reason_ == "exact"
    with pytest.warns(SearchWarning, match="other rows"):
        Discoverer(**settings).fit(odd[0], odd[1] + 1)
    with pytest.warns(SearchWarning, match="cannot be saved"):
        Discoverer(time_limit=1, checkpoint=tmp_path / "no" / "x").fit(*odd)


def test_history_by_pattern(fitted):
    assert len(fitted.history_) > 0
    found = fitted.history_.query(3, pattern="a")
    assert found
    assert all("a" in str(entry.expr) for entry in found)


def test_operator_costs_decide_between_spellings():
    x = np.linspace(0.1, 1.2, 40)
    y = np.sin(x) + 1e-3 * np.random.default_rng(0).normal(size=40)
    settings = {"time_limit": 4, "operators": "+ * sin", "max_size": 12}
    usual = Discoverer(**settings).fit(x[:, None], y)
    assert "sin" in usual.python()
    dear = Discoverer(**settings, operator_costs={"sin": 5}).fit(x[:, None], y)
    assert [law.complexity for law in dear.laws_ if "sin" in law.equation] != [2]
    assert min(law.complexity for law in dear.laws_) == 1
    never = Discoverer(**settings, operator_costs={"sin": 50}).fit(x[:, None], y)
    assert "sin" not in "".join(never.equations_["equation"])
    assert never.score(x[:, None], y) > 0.99


def test_an_executor_and_a_clone_share_it(line):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        config = Config(executor=pool, memory_limit=10**12)
        found = clone(Discoverer(config=config, **QUICK)).fit(*line)
        assert found.config.executor is pool
    assert found.reports_ == ()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"proposers": 3}, "list of objects"),
        ({"proposers": ["a*b"]}, "no proposer"),
        ({"proposers": [Knows]}, "no proposer"),
        ({"guesses": ["a +"]}, "no expression"),
        ({"guesses": ["a + zz"]}, "no variable 'zz'"),
        ({"operator_costs": {"foo": 1}}, "no operator 'foo'"),
        ({"operator_costs": {"sin": -1}}, "give a number"),
        ({"operator_costs": {"sin": "dear"}}, "give a number"),
        ({"operator_costs": {"-": 2}}, "price the operators"),
    ],
)
def test_bad_help(line, settings, says):
    with pytest.raises(OptionError, match=says):
        Discoverer(**QUICK, **settings).fit(*line)


def test_what_the_front_is_judged_by():
    rng = np.random.default_rng(0)
    X = rng.uniform(1, 4, (200, 1))
    y = 3 * X[:, 0] ** 2 + 0.5 * rng.normal(size=200)
    found = Discoverer(time_limit=5, operators="+ * pow").fit(X, y)
    assert found.noise_ == pytest.approx(0.5, rel=0.3)
    details = found.laws_.details_
    assert len(details) == len(found.equations_)
    shortest = details["equation"][details["length"].idxmin()]
    assert shortest == found.laws_.best.equation
    assert details["validation"].iloc[-1] == pytest.approx(0.25, rel=0.4)
    for constants in details["parameters"]:
        assert all(error >= 0 for _, error in constants)
