"""sr-kernel guide: train and evaluate a guide, what it learns from use, and its model card."""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module, resources
from pathlib import Path
from typing import Any

from sr_kernel.cli.terminal import finite_only, note
from sr_kernel.errors import DataError, MissingExtraError, OptionError

CARD = "card.md"
_MOST_NAMED = 5


def train(arguments: argparse.Namespace) -> int:
    """Train a guide, print its losses, and draw them beside its weights."""
    out = Path(arguments.out)
    if out.suffix != ".safetensors":
        raise OptionError(f"--out {arguments.out!r} is no FILE.safetensors: weights are kept so")
    if not out.parent.is_dir():
        raise OptionError(f"--out {arguments.out!r} is in no folder: make {str(out.parent)!r}")
    chosen = {name: getattr(arguments, name) for name in ("threads", "batch", "workers")}
    given = {name: value for name, value in chosen.items() if value is not None}
    with _torch_is_needed():
        training = import_module("sr_kernel.guide.training")
        options = training.TrainingOptions(
            minutes=arguments.minutes, device=arguments.device, seed=arguments.seed, out=out,
            resume=arguments.resume, **given,
        )  # fmt: skip
        training.train(options, on_step=lambda report: print(_line(report), flush=True))
    print(f"weights: {out}")
    _draw_training(out)
    return 0


@contextmanager
def _torch_is_needed() -> Iterator[None]:
    """Raises MissingExtraError where torch is missed inside."""
    try:
        yield
    except ImportError as error:
        if error.name != "torch":
            raise
        raise MissingExtraError(
            'a guide is trained with torch, which is not installed: pip install "sr_kernel[guide]"'
        ) from None


def _line(report: Any) -> str:
    """A report of the training in one line."""
    losses = "  ".join(f"{name} {loss:.4g}" for name, loss in report.losses.items())
    return f"step {report.step:,}  {report.seen:,} samples  {report.seconds:.0f} s  {losses}"


def _draw_training(out: Path) -> None:
    """A picture that cannot be drawn is told: the weights are there all the same."""
    from sr_kernel.cli.chart import curves_of, training_chart

    picture = out.with_name("training.svg")
    try:
        _write(picture, training_chart(curves_of(out.with_suffix(".log.jsonl"))))
    except DataError as error:
        note(f"the training is not drawn: {error}")
    else:
        print(f"losses: {picture}")


def evaluate(arguments: argparse.Namespace) -> int:
    """Print how good a guide is; with --out also write the figures and the calibration."""
    weights, problems = _path(arguments.weights), _path(arguments.problems)
    folder = None if arguments.out is None else _folder(arguments.out)
    evaluation = import_module("sr_kernel.guide.evaluation")
    options = evaluation.EvaluationOptions(
        weights=weights, problems=problems, count=arguments.count, seed=arguments.seed,
        noise=arguments.noise,
    )  # fmt: skip
    found = evaluation.evaluate(options)
    print("\n".join(found.lines()), flush=True)
    if folder is not None:
        from sr_kernel.cli.chart import calibration_chart

        figures = found.as_dict()
        content = json.dumps(finite_only(figures), allow_nan=False, indent=2)
        _write(folder / "evaluation.json", content + "\n")
        _write(folder / "calibration.svg", calibration_chart(figures["calibration"]))
        note(f"figures and calibration are in {folder}")
    return 0


def _path(name: str | None) -> Path | None:
    """Raises DataError where there is no such file."""
    if name is not None and not Path(name).is_file():
        raise DataError(f"there is no file {name!r}: check the path")
    return None if name is None else Path(name)


def _folder(name: str) -> Path:
    """The folder, made if need be, before the work whose result goes there."""
    try:
        Path(name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot make the folder {name!r}: {error.strerror}") from None
    return Path(name)


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise DataError(f"cannot write {str(path)!r}: {error.strerror}") from None


def learn(arguments: argparse.Namespace) -> int:
    """Turn learning from use on or off, and say what was learned."""
    from sr_kernel.guide.habits import Habits

    habits = Habits.read()
    if arguments.state is not None:
        habits.switch(arguments.state == "on")
    print(_state(habits))
    return 0


def _state(habits: Any) -> str:
    tally = habits.tally
    state = f"learning is {'on' if tally.is_on else 'off'}"
    if not tally.laws:
        return f"{state}: no law counted"
    often = sorted(tally.operators.items(), key=lambda item: (-item[1], item[0]))[:_MOST_NAMED]
    named = ", ".join(f"{name} {count}" for name, count in often) or "no operator"
    laws = "1 law" if tally.laws == 1 else f"{tally.laws} laws"
    counted = f"{laws} counted, {habits.mean_size:.1f} nodes on average, {named}"
    return f"{state}: {counted} ({habits.path})"


def forget(arguments: argparse.Namespace) -> int:
    """Remove all that was learned from use."""
    from sr_kernel.guide.habits import Habits, Tally, default_path

    habits = Habits(default_path(), Tally())  # what is there need not be readable
    print("forgotten, learning is off" if habits.forget() else "there was nothing to forget")
    return 0


def card(arguments: argparse.Namespace) -> int:
    """Print the model card of the guide that comes with the package."""
    try:
        text = resources.files("sr_kernel.guide").joinpath(CARD).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError("no guide comes with this installation: train one") from None
    print(text.rstrip())
    return 0
