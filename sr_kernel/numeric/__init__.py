"""Numbers from terms: evaluation, gradients, fitting, intervals, high precision, assumptions."""

from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.fit import Fit, fit_constants
from sr_kernel.numeric.gradient import evaluate_with_gradient
from sr_kernel.numeric.program import Program, compile_program

__all__ = [
    "Fit",
    "Program",
    "compile_program",
    "evaluate",
    "evaluate_with_gradient",
    "fit_constants",
]
