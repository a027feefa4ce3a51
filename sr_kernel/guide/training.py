"""Training of the guide's network; needs torch.

Tables come from the corpus as they are needed, so none is seen twice; the same seed sees the same
ones.  What is on disk is always a whole state: the weights, and beside them what the optimiser
knows, from which ``resume`` goes on.  On a GPU matrices are multiplied in bf16.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from sr_kernel.errors import OptionError
from sr_kernel.guide import weights as disk
from sr_kernel.guide.arrays import Array
from sr_kernel.guide.batches import Batches, Targets
from sr_kernel.guide.corpus import OPERATORS, Corpus
from sr_kernel.guide.inputs import Inputs
from sr_kernel.guide.network import BEGIN, Answers, Network, Shape, initial, sizes
from sr_kernel.guide.streams import streamed
from sr_kernel.guide.tokens import TOKENS, open_slots

T = TypeVar("T")
PARTS = {
    "operators": 3.0, "used": 0.5, "joined": 0.5, "size": 0.2, "noise": 0.4, "length": 0.3,
    "peel": 0.6, "sequence": 1 / 12,
}  # fmt: skip
"""Weights of the parts of the loss."""
_REPORT = 50
"""Steps between reports."""
_SAVE = 120.0
"""Seconds between states on disk."""
_WARM = 200
_BATCH, _LARGE_BATCH = 64, 512
"""Tables of a step on a CPU and on a GPU."""
_AHEAD = 4
"""Batches that are made while the network learns."""


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """``minutes`` of this run; ``device`` "auto" takes a GPU if there is one.  ``out`` is the file
    of weights, a safetensors file.  ``resume`` goes on from it.  ``batch`` is 64 tables on a CPU
    and 512 on a GPU unless given; ``workers`` processes make them, 0 for a thread, which is the
    default on a CPU, while a GPU gets all processors but one.  Raises :class:`OptionError`."""

    minutes: float = 20.0
    out: Path = Path("guide.safetensors")
    device: Literal["auto", "cpu", "cuda"] = "auto"
    seed: int = 0
    resume: bool = False
    threads: int = 1
    batch: int | None = None
    workers: int | None = None
    rate: float = 2e-3
    shape: Shape = field(default_factory=Shape)
    steps: int = 1 << 40
    """Steps after which it is over, whatever the time."""

    def __post_init__(self) -> None:
        if not 0 < self.minutes < math.inf:
            raise OptionError(f"minutes is {self.minutes}: give a number of minutes above 0")
        fewest = {"batch": 2, "threads": 1, "seed": 0, "steps": 1, "workers": 0}
        for name, least in fewest.items():
            given = getattr(self, name)
            if given is not None and given < least:
                raise OptionError(f"{name} is {given}: give {least} or more")
        if not 0 < self.rate < math.inf:
            raise OptionError(f"rate is {self.rate}: give a step size above 0, 0.002 for the usual")
        if self.device == "cuda" and not torch.cuda.is_available():
            raise OptionError("device is 'cuda', but torch sees no GPU: use 'cpu' or 'auto'")


@dataclass(frozen=True, slots=True)
class Report:
    """How it goes: mean ``losses`` by part since the last report."""

    step: int
    seen: int
    seconds: float
    losses: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """For the log."""
        return {"step": self.step, "seen": self.seen, "seconds": round(self.seconds, 1),
                "losses": {name: round(loss, 4) for name, loss in self.losses.items()}}  # fmt: skip


class TorchArrays:
    """:class:`~sr_kernel.guide.arrays.Arrays` in torch."""

    def concatenate(self, arrays: Any, axis: int) -> Array:
        return torch.cat(tuple(arrays), dim=axis)

    def spread(self, array: Array, shape: tuple[int, ...]) -> Array:
        return array.expand(shape)

    def gelu(self, array: Array) -> Array:
        return functional.gelu(array, approximate="tanh")

    def normal(self, array: Array, scale: Array, shift: Array) -> Array:
        return functional.layer_norm(array, array.shape[-1:], scale, shift)

    def softmax(self, array: Array) -> Array:
        return torch.softmax(array, dim=-1)

    def summary(self, array: Array) -> Array:
        return torch.cat([self.moments(array), array.amax(1), array.amin(1)], dim=-1)

    def moments(self, array: Array) -> Array:
        mean = array.mean(1)
        spread = torch.sqrt((array - mean[:, None]).square().mean(1) + 1e-6)
        return torch.cat([mean, spread], dim=-1)

    def causal(self, count: int, like: Array) -> Array:
        return torch.full((count, count), -1e9, device=like.device).triu(1)

    def indices(self, values: Any, like: Array) -> Array:
        return torch.as_tensor(values, device=like.device)


def losses(network: Network, inputs: Inputs, targets: Targets) -> dict[str, Tensor]:
    """The parts of the loss of one batch."""
    tokens, pairs = network.encode(inputs)
    told = network.answers(tokens, pairs)
    d = targets.used.shape[1]
    apart = ~torch.eye(d, dtype=torch.bool, device=targets.used.device)
    joined = _binary(told.joined, targets.joined, "none")[:, apart]
    return {
        "operators": _binary(told.operators, targets.operators),
        "used": _binary(told.used, targets.used),
        "joined": joined.mean() if d > 1 else joined.sum(),
        "size": functional.cross_entropy(told.size, targets.size),
        "noise": functional.cross_entropy(told.noise, targets.noise),
        "length": functional.smooth_l1_loss(told.length, targets.bits / 20),
        "peel": _peel(told, targets),
        "sequence": _sequence(network, tokens, targets.sequence),
    }


def _binary(logits: Tensor, truth: Tensor, reduction: str = "mean") -> Tensor:
    return functional.binary_cross_entropy_with_logits(logits, truth.float(), reduction=reduction)


def _peel(told: Answers, targets: Targets) -> Tensor:
    """Nats a table for all actions together; a pair stands there twice."""
    total = _binary(told.outer, targets.outer, "sum") + _binary(told.atoms, targets.atoms, "sum")
    total = total + 0.5 * _binary(told.pairs, targets.pairs, "sum")
    return total / len(told.outer)


def _sequence(network: Network, tokens: Tensor, sequence: Tensor) -> Tensor:
    """Nats a law of the decoder."""
    length = int((sequence >= 0).sum(1).max())
    sequence = sequence[:, :length].long()
    slots = torch.as_tensor(open_slots(sequence.cpu().numpy()), device=sequence.device)
    begin = torch.full_like(sequence[:, :1], BEGIN)
    # A column is a token later before it than after it, for the sake of BEGIN.
    shifted = sequence + (sequence >= len(TOKENS))
    before = torch.cat([begin, shifted[:, :-1].clamp_min(0)], dim=1)
    logits, _ = network.decode(tokens, before, slots[:, :length].clamp_min(0), None)
    nats = functional.cross_entropy(logits.flatten(0, 1), sequence.flatten(), ignore_index=-1,
                           reduction="sum")  # fmt: skip
    return nats / len(sequence)


class Training:
    """A training run: :meth:`run` it, or :meth:`step` by step."""

    def __init__(self, options: TrainingOptions) -> None:
        self.options = options
        torch.manual_seed(options.seed)
        torch.set_num_threads(options.threads)
        wanted = options.device
        gpu = wanted == "cuda" or (wanted == "auto" and torch.cuda.is_available())
        self.device = torch.device("cuda" if gpu else "cpu")
        self.half = gpu
        """Whether matrices are multiplied in bf16."""
        self.batch = options.batch or (_LARGE_BATCH if gpu else _BATCH)
        usual = max((os.cpu_count() or 1) - 1, 1) if gpu else 0
        self.workers = usual if options.workers is None else options.workers
        self.done, self.seen, self.seconds, self.runs = 0, 0, 0.0, 0
        self._had, self._of = np.zeros(len(OPERATORS)), 0
        """Laws of this run that had each operator, and all of them."""
        arrays, state = self._start()
        self.weights = {
            name: torch.tensor(array, device=self.device, requires_grad=True)
            for name, array in arrays.items()
        }
        self.network = Network(self.weights, options.shape, TorchArrays())
        decayed = [w for w in self.weights.values() if w.ndim > 1]
        others = [w for w in self.weights.values() if w.ndim == 1]
        groups = [{"params": decayed, "weight_decay": 0.01}, {"params": others, "weight_decay": 0}]
        self.optimizer = torch.optim.AdamW(groups, lr=options.rate, betas=(0.9, 0.98))
        self._restore(state)

    @property
    def _state(self) -> Path:
        return self.options.out.with_suffix(".state.safetensors")

    @property
    def _log_file(self) -> Path:
        return self.options.out.with_suffix(".log.jsonl")

    def _start(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Weights to start from, and what the optimiser knew."""
        if not self.options.resume:
            return initial(self.options.shape, self.options.seed), {}
        try:
            arrays, about = disk.read(self._state)
            self.done, self.seen = int(about["step"]), int(about["seen"])
            self.seconds, self.runs = float(about["seconds"]), int(about["runs"])
            _check_state(arrays, about, self.options.shape)
        except (OSError, ValueError, KeyError) as error:
            raise OptionError(
                f"there is nothing to resume at {str(self._state)!r} ({error}): train without "
                "resume first"
            ) from None
        return {name: arrays[f"weight {name}"] for name in sizes(self.options.shape)}, arrays

    def _restore(self, state: dict[str, Any]) -> None:
        if not state:
            return
        for name, weight in self.weights.items():
            self.optimizer.state[weight] = {
                "step": torch.tensor(float(self.done)),
                "exp_avg": torch.tensor(state[f"mean {name}"], device=self.device),
                "exp_avg_sq": torch.tensor(state[f"square {name}"], device=self.device),
            }

    def batches(self) -> Iterator[tuple[Inputs, Targets]]:
        """The tables of a run, made ahead; each run sees others, also one that goes on from a state
        that was saved in the middle of another."""
        seed = self.options.seed + 1_000_003 * self.runs
        self.runs += 1
        if self.workers:
            made = streamed(seed, self.batch, self.workers)
        else:
            made = _ahead(iter(Batches(Corpus(seed), self.batch)))
        with closing(made):
            for inputs, targets in made:
                yield self._moved(inputs), self._moved(targets)

    def _moved(self, arrays: Any) -> Any:
        tensors = (torch.from_numpy(np.ascontiguousarray(part)) for part in arrays)
        return type(arrays)(*(t.to(self.device, non_blocking=True) for t in tensors))

    def step(self, inputs: Inputs, targets: Targets, rate: float) -> dict[str, float]:
        """One step on one batch; the parts of the loss before it."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            parts = losses(self.network, inputs, targets)
        total = sum((PARTS[name] * part for name, part in parts.items()), torch.zeros(()))
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self.weights.values(), 1.0)
        if torch.isfinite(norm):
            self.optimizer.step()
        self.done += 1
        self.seen += len(targets.used)
        self._had += targets.operators.sum(0).cpu().numpy()
        self._of += len(targets.used)
        return {name: float(part.detach()) for name, part in parts.items()}

    def run(self, on_step: Callable[[Report], None] | None = None) -> Path:
        """Train for the minutes asked for; the file of weights."""
        options, began = self.options, time.perf_counter()
        first, saved, before = self.done, began, self.seconds
        known: list[dict[str, float]] = []
        self.options.out.parent.mkdir(parents=True, exist_ok=True)
        if not options.resume:
            self._log_file.unlink(missing_ok=True)
        for inputs, targets in self.batches():
            share = (time.perf_counter() - began) / (60 * options.minutes)
            share = max(share, (self.done - first) / options.steps)
            if share >= 1:
                break
            known.append(self.step(inputs, targets, self._rate(share, self.done - first)))
            self.seconds = before + time.perf_counter() - began
            if self.done % _REPORT == 0:
                self._log(known, on_step)
                known = []
            if time.perf_counter() - saved > _SAVE:
                saved = time.perf_counter()
                self.save()
        self._log(known, on_step)
        self.save()
        return options.out

    def _rate(self, share: float, step: int) -> float:
        """Up in _WARM steps, down by a cosine in the second part."""
        down = 0.5 * (1 + math.cos(math.pi * max(0.0, (share - 0.2) / 0.8)))
        return self.options.rate * min(1.0, (step + 1) / _WARM) * max(down, 0.01)

    def _log(self, known: list[dict[str, float]], on_step: Callable[[Report], None] | None) -> None:
        if not known:
            return
        means = {name: float(np.mean([one[name] for one in known])) for name in PARTS}
        report = Report(self.done, self.seen, self.seconds, means)
        with self._log_file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(report.as_dict()) + "\n")
        if on_step is not None:
            on_step(report)

    @property
    def rates(self) -> list[float]:
        """The shares of this run's laws that had each operator."""
        return [round(float(share), 5) for share in self._had / max(self._of, 1)]

    def save(self) -> None:
        """Write the weights in half precision, and the state."""
        about = {
            "seed": str(self.options.seed), "step": str(self.done), "seen": str(self.seen),
            "seconds": f"{self.seconds:.0f}", "runs": str(self.runs), "device": self.device.type,
            "rates": json.dumps(dict(zip(OPERATORS, self.rates, strict=True))),
        }  # fmt: skip
        plain = {n: w.detach().cpu().float().numpy() for n, w in self.weights.items()}
        half = {name: array.astype(np.float16) for name, array in plain.items()}
        disk.write(self.options.out, half, self.options.shape, about)
        state = {f"weight {name}": array for name, array in plain.items()}
        for name, weight in self.weights.items():
            kept = self.optimizer.state[weight]  # empty before the first step
            for word, part in (("mean", "exp_avg"), ("square", "exp_avg_sq")):
                state[f"{word} {name}"] = kept.get(part, torch.zeros_like(weight)).cpu().numpy()
        disk.write(self._state, state, self.options.shape, about)


def _check_state(arrays: dict[str, Any], about: dict[str, str], shape: Shape) -> None:
    """Raises ValueError for a state of another network."""
    if about.get("version") != str(disk.VERSION) or about.get("vocabulary") != disk.vocabulary():
        raise ValueError("the state of another version")
    for name, size in sizes(shape).items():
        for word in ("weight", "mean", "square"):
            found = arrays.get(f"{word} {name}")
            if found is None or found.shape != size or not np.isfinite(found).all():
                raise ValueError(f"the state of another network: {word} {name}")


def _ahead(items: Iterator[T]) -> Generator[T]:
    """``items``, made a few ahead in a thread, in their order."""
    with ThreadPoolExecutor(1) as pool:
        waiting = [pool.submit(next, items) for _ in range(_AHEAD)]
        try:
            while True:
                first = waiting.pop(0)
                waiting.append(pool.submit(next, items))
                yield first.result()
        finally:
            for future in waiting:
                future.cancel()


def train(options: TrainingOptions, on_step: Callable[[Report], None] | None = None) -> Path:
    """Train a guide; returns the file of its weights.  ``on_step`` hears of every report."""
    return Training(options).run(on_step)
