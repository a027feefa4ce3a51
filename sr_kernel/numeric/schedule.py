"""What can be settled about a program before it meets data: kernels, and where results go."""

from __future__ import annotations

from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from sr_kernel.numeric.kernel import Kernel, has_poles, kernel, power_kernel
from sr_kernel.numeric.program import Program

SCALAR, RESULT = -1, -2
"""Slots of steps that have one value for all rows, and of the last step."""


class Move(NamedTuple):
    """A step ready to run: ``function(left, right, out)``, or without ``right`` where it is -1."""

    function: Kernel
    left: int
    right: int
    slot: int
    register: int
    poles: bool


class Schedule(NamedTuple):
    """``inputs`` and ``thetas`` pair a register with a column or parameter; ``template`` holds
    the constants; ``slots`` is the number of scratch columns needed."""

    template: list[Any]
    inputs: tuple[tuple[int, int], ...]
    thetas: tuple[tuple[int, int], ...]
    moves: tuple[Move, ...]
    slots: int


_SCHEDULES: WeakKeyDictionary[Program, Schedule] = WeakKeyDictionary()


def schedule(program: Program) -> Schedule:
    """The schedule of ``program``, made once."""
    found = _SCHEDULES.get(program)
    if found is None:
        found = _SCHEDULES[program] = _scheduled(program)
    return found


def _scheduled(program: Program) -> Schedule:
    steps = list(enumerate(program.steps))
    slots = _Slots(program)
    moves = []
    for index, step in steps:
        if step.args:
            function, args = _function(program, index)
            left, right = (*args, -1)[:2]
            moves.append(Move(function, left, right, slots.slot(index), index, has_poles(step.op)))
    return Schedule(
        [np.float64(step.value) if step.op == "constant" else None for _, step in steps],
        tuple((index, step.index) for index, step in steps if step.op == "input"),
        tuple((index, step.index) for index, step in steps if step.op == "theta"),
        tuple(moves),
        slots.count,
    )


def _function(program: Program, index: int) -> tuple[Kernel, tuple[int, ...]]:
    """The kernel of a step and the registers it reads; a constant exponent is built in."""
    step = program.steps[index]
    if step.op == "pow" and program.steps[step.args[1]].op == "constant":
        short = power_kernel(program.steps[step.args[1]].value)
        if short is not None:
            return short, step.args[:1]
    return kernel(step.op), step.args


class _Slots:
    """Hands out scratch columns; a column whose last reader has run is used again."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.final_use = {
            arg: index for index, step in enumerate(program.steps) for arg in step.args
        }
        self.held: dict[int, int] = {}
        self.free: list[int] = []
        self.count = 0
        self.columns = [step.op == "input" for step in program.steps]

    def slot(self, index: int) -> int:
        """The slot for step ``index``; called once a step, in order."""
        step = self.program.steps[index]
        self.columns[index] = any(self.columns[arg] for arg in step.args)
        if not self.columns[index]:
            return SCALAR
        if index == len(self.program.steps) - 1:
            return RESULT
        # A kernel with poles reads its operands again after writing: they are freed after it.
        if has_poles(step.op):
            taken = self.taken()
            self.release(index)
        else:
            self.release(index)
            taken = self.taken()
        self.held[index] = taken
        return taken

    def taken(self) -> int:
        if self.free:
            return self.free.pop()
        self.count += 1
        return self.count - 1

    def release(self, index: int) -> None:
        for arg in set(self.program.steps[index].args):
            if self.final_use[arg] == index and arg in self.held:
                self.free.append(self.held.pop(arg))
