"""The search for laws: bank, match, constants, archive, front, engine, process."""

from sr_kernel.search.beliefs import Beliefs, Guide
from sr_kernel.search.engine import default_proposers, search
from sr_kernel.search.history import History, Record
from sr_kernel.search.hypothesis import Hypothesis
from sr_kernel.search.law import Law, Parameter
from sr_kernel.search.problem import DEFAULT_OPERATORS, Problem
from sr_kernel.search.process import SearchProcess
from sr_kernel.search.proposer import Context, Proposer
from sr_kernel.search.result import Progress, SearchResult
from sr_kernel.search.score import score

__all__ = [
    "DEFAULT_OPERATORS",
    "Beliefs",
    "Context",
    "Guide",
    "History",
    "Hypothesis",
    "Law",
    "Parameter",
    "Problem",
    "Progress",
    "Proposer",
    "Record",
    "SearchProcess",
    "SearchResult",
    "default_proposers",
    "score",
    "search",
]
