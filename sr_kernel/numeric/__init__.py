"""Numbers from terms: evaluation, gradients, fitting, intervals, high precision, assumptions."""

from sr_kernel.numeric.assumption import Assumptions
from sr_kernel.numeric.conditions import domain_conditions
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.fit import Fit, fit_constants
from sr_kernel.numeric.gradient import evaluate_with_gradient
from sr_kernel.numeric.interval import Interval, interval
from sr_kernel.numeric.precise import definedness, evaluate_precise
from sr_kernel.numeric.program import Program, compile_program

__all__ = [
    "Assumptions",
    "Fit",
    "Interval",
    "Program",
    "compile_program",
    "definedness",
    "domain_conditions",
    "evaluate",
    "evaluate_precise",
    "evaluate_with_gradient",
    "fit_constants",
    "interval",
]
