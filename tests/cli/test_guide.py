"""sr-kernel guide: the shell's part of it, with stand-ins for what trains and measures."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from xml.etree import ElementTree

import pytest

from sr_kernel.cli import guide
from sr_kernel.expr import parse
from sr_kernel.guide.habits import heard

BINS = [{"low": 0.0, "high": 0.5, "count": 3, "mean": 0.2, "rate": 1 / 3}]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SR_KERNEL_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def stand_in(monkeypatch):
    """stand_in(name, **content): a module of the guide in place of the real one."""

    def put(name, **content):
        module = ModuleType(f"sr_kernel.guide.{name}")
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, module.__name__, module)

    return put


@pytest.fixture
def trained(stand_in):
    """The options that trainings were asked for; they tell of two steps and write a log."""
    asked = []

    @dataclass
    class TrainingOptions:
        minutes: float
        out: Path
        device: str = "auto"
        seed: int = 0
        resume: bool = False
        threads: int = 2
        batch: int = 64

    def train(options, on_step):
        asked.append(options)
        with options.out.with_suffix(".log.jsonl").open("w") as log:
            for step, loss in ((100, 2.5), (200, 1.25)):
                losses = {"total": loss, "size": loss / 10}
                on_step(SimpleNamespace(step=step, seen=64 * step, seconds=9.0, losses=losses))
                log.write(json.dumps({"step": step, "seen": 64 * step, "losses": losses}) + "\n")

    stand_in("training", TrainingOptions=TrainingOptions, train=train)
    return asked


@pytest.fixture
def evaluated(stand_in):
    """The options that evaluations were asked for."""
    asked = []

    class Evaluation:
        def lines(self):
            return ["noise  known", "0      0.75"]

        def as_dict(self):
            return {"known": 0.75, "worst": float("nan"), "calibration": BINS}

    def evaluate(options):
        asked.append(options)
        return Evaluation()

    stand_in("evaluation", EvaluationOptions=SimpleNamespace, evaluate=evaluate)
    return asked


# ---------------------------------------------------------------- train


def test_a_training_is_told_step_by_step_and_drawn(shell, home, trained):
    done = shell("guide", "train", "--minutes", "0.5", "--out", "mine.safetensors")
    assert (done.code, done.err) == (0, [])
    assert done.out == [
        "step 100  6,400 samples  9 s  total 2.5  size 0.25",
        "step 200  12,800 samples  9 s  total 1.25  size 0.125",
        "weights: mine.safetensors",
        "losses: training.svg",
    ]
    [options] = trained
    assert (options.minutes, options.device, options.seed) == (0.5, "auto", 0)
    assert (options.resume, options.threads, options.batch) == (False, 2, 64)
    assert ">total</text>" in (home / "training.svg").read_text()
    ElementTree.parse(home / "training.svg")


def test_all_options_of_a_training(shell, home, trained):
    words = "--minutes 2 --device cpu --seed 7 --resume --threads 1 --batch 8 --out w.safetensors"
    assert shell("guide", "train", *words.split()).code == 0
    [options] = trained
    assert (options.device, options.seed, options.resume) == ("cpu", 7, True)
    assert (options.threads, options.batch, options.out) == (1, 8, Path("w.safetensors"))


def test_training_without_torch_says_how_to_get_it(shell, home, stand_in):
    def train(options, on_step):
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    stand_in("training", TrainingOptions=SimpleNamespace, train=train)
    done = shell("guide", "train", "--minutes", "1")
    assert (done.code, done.out, len(done.err)) == (2, [], 1)
    assert 'pip install "sr_kernel[guide]"' in done.err[0]


def test_other_missing_modules_are_not_taken_for_torch(shell, home, stand_in):
    def train(options, on_step):
        raise ModuleNotFoundError("No module named 'other'", name="other")

    stand_in("training", TrainingOptions=SimpleNamespace, train=train)
    done = shell("guide", "train", "--minutes", "1")
    assert done.code == 2
    assert "other" in done.err[0]
    assert "pip install" not in done.err[0]


@pytest.mark.parametrize(
    ("out", "says"),
    [("weights.bin", "no FILE.safetensors"), ("nowhere/w.safetensors", "is in no folder")],
)
def test_a_bad_place_is_told_before_training(shell, home, trained, out, says):
    done = shell("guide", "train", "--minutes", "1", "--out", out)
    assert (done.code, len(done.err), trained) == (2, 1, [])
    assert says in done.err[0]


def test_a_log_that_cannot_be_drawn_does_not_spoil_the_training(shell, home, stand_in):
    stand_in("training", TrainingOptions=SimpleNamespace, train=lambda options, on_step: None)
    done = shell("guide", "train", "--minutes", "1")
    assert (done.code, done.out) == (0, ["weights: guide.safetensors"])
    assert "the training is not drawn: cannot read 'guide.log.jsonl'" in done.err[0]


# ---------------------------------------------------------------- evaluate


def test_an_evaluation_is_a_table(shell, home, evaluated):
    done = shell("guide", "evaluate")
    assert (done.code, done.out, done.err) == (0, ["noise  known", "0      0.75"], [])
    assert evaluated == [
        SimpleNamespace(weights=None, problems=None, count=1_000, seed=0, noise=(0.0, 0.01))
    ]
    assert list(home.iterdir()) == []


def test_an_evaluation_is_kept_in_a_folder(shell, home, evaluated):
    for name in ("w.safetensors", "p.jsonl"):
        (home / name).touch()
    words = "w.safetensors --problems p.jsonl --count 20 --seed 3 --noise 0,0.1,1e-3 --out a/b"
    done = shell("guide", "evaluate", *words.split())
    assert done.code == 0
    assert evaluated == [
        SimpleNamespace(weights=Path("w.safetensors"), problems=Path("p.jsonl"), count=20, seed=3,
                        noise=(0.0, 0.1, 0.001))
    ]  # fmt: skip
    kept = json.loads((home / "a/b/evaluation.json").read_text())
    assert kept == {"known": 0.75, "worst": None, "calibration": BINS}
    ElementTree.parse(home / "a/b/calibration.svg")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("missing.safetensors",), "there is no file 'missing.safetensors'"),
        (("--problems", "missing.jsonl"), "there is no file 'missing.jsonl'"),
        (("--out", "file/below"), "cannot make the folder 'file/below'"),
    ],
)
def test_bad_paths_are_told_before_an_evaluation(shell, home, evaluated, words, says):
    (home / "file").touch()
    done = shell("guide", "evaluate", *words)
    assert (done.code, len(done.err), evaluated) == (2, 1, [])
    assert says in done.err[0]


# ---------------------------------------------------------------- learn, forget


def test_learning_from_use_is_off_until_turned_on_and_can_be_forgotten(shell, home):
    assert shell("guide", "learn").out == ["learning is off: no law counted"]
    assert not (home / "cache").exists()
    assert shell("guide", "learn", "on").out == ["learning is on: no law counted"]
    for text in ("2.5*sin(x)", "sin(x)/y"):
        heard(parse(text))
    [line] = shell("guide", "learn").out
    path = home / "cache" / "habits.json"
    assert line == (
        f"learning is on: 2 laws counted, 4.0 nodes on average, sin 2, div 1, mul 1 ({path})"
    )
    assert shell("guide", "learn", "off").out[0].startswith("learning is off: 2 laws counted")
    assert shell("guide", "forget").out == ["forgotten, learning is off"]
    assert list((home / "cache").iterdir()) == []
    assert shell("guide", "forget").out == ["there was nothing to forget"]


def test_a_broken_file_is_one_line_and_can_be_forgotten(shell, home):
    (home / "cache").mkdir()
    (home / "cache" / "habits.json").write_text("garbage")
    for words in ((), ("on",)):
        done = shell("guide", "learn", *words)
        assert (done.code, done.out, len(done.err)) == (2, [], 1)
        assert "sr-kernel guide forget" in done.err[0]
    assert shell("guide", "forget").code == 0
    assert shell("guide", "learn", "on").code == 0


def test_learning_needs_a_place(shell, home, monkeypatch):
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("SR_KERNEL_CACHE", "off")
    done = shell("guide", "learn", "on")
    assert done.code == 2
    assert "SR_KERNEL_CACHE is 'off'" in done.err[0]


# ---------------------------------------------------------------- card, help


def test_the_card_is_printed(shell, tmp_path, monkeypatch):
    (tmp_path / "card.md").write_text("# Guide 1\n\nWhat it is.\n", encoding="utf-8")
    monkeypatch.setattr(guide.resources, "files", lambda package: tmp_path)
    assert shell("guide", "card").out == ["# Guide 1", "", "What it is."]


def test_an_installation_without_a_guide(shell, tmp_path, monkeypatch):
    monkeypatch.setattr(guide.resources, "files", lambda package: tmp_path)
    done = shell("guide", "card")
    assert (done.code, done.err) == (
        2, ["sr-kernel: no guide comes with this installation: train one"]
    )  # fmt: skip


def test_help_names_the_commands(shell):
    text = " ".join(shell("guide", "--help").out)
    assert all(word in text for word in ("train", "evaluate", "learn", "forget", "card"))


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from sr_kernel.cli import main; main(['guide', 'train', '--help'])\n"
        "print(sorted({'numpy', 'torch', 'numba', 'sqlite3'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
