"""What a search does in each of its rounds, and who is asked."""

from __future__ import annotations

from collections.abc import Sequence

from sr_kernel.search.curves import CurveProposer
from sr_kernel.search.evolve import Evolution
from sr_kernel.search.exactly import ExactProposer, GlanceProposer
from sr_kernel.search.inner import InnerProposer
from sr_kernel.search.laurent import LaurentProposer
from sr_kernel.search.leaders import LeaderProposer
from sr_kernel.search.linear import LinearProposer, StraightProposer
from sr_kernel.search.phases import PhaseProposer
from sr_kernel.search.polynomial import PolynomialProposer
from sr_kernel.search.powers import PowerLawProposer, PowerProposer
from sr_kernel.search.proposer import Proposer
from sr_kernel.search.pursuit import PursuitProposer
from sr_kernel.search.rational import RationalProposer
from sr_kernel.search.reduction import ReductionProposer
from sr_kernel.search.relations import RelationProposer
from sr_kernel.search.seeds import RequiredProposer
from sr_kernel.search.separation import SeparationProposer
from sr_kernel.search.spectra import SpectrumProposer
from sr_kernel.search.waves import WaveProposer

SWEEPS = (1500, 8000, 60_000)
"""Sizes of the bank among which laws without noise are sought before anything else."""

ROUNDS = (
    (6000, 6000, 200),
    (60_000, 30_000, 600),
    (250_000, 40_000, 1500),
    (400_000, 60_000, 3000),
    (400_000, 150_000, 4000),
    (400_000, 400_000, 6000),
)
"""For each round the bank's size for exact matches and for those under noise, and the pool among
which pairs are sought by correlation."""


def default_proposers() -> list[Proposer]:
    """The proposers a search uses unless told otherwise."""
    return [
        RequiredProposer(), StraightProposer(), PowerLawProposer(), LaurentProposer(),
        SeparationProposer(), ReductionProposer(_solvers), PolynomialProposer(),
        CurveProposer(), LinearProposer(), PowerProposer(), LeaderProposer(),
        PursuitProposer(), PhaseProposer(), RationalProposer(), ExactProposer(),
        ExactProposer(later=True), RelationProposer(), SpectrumProposer(), GlanceProposer(),
        InnerProposer(), WaveProposer(), RelationProposer(long=True), WaveProposer(tangents=True),
        Evolution(),
    ]  # fmt: skip


def parted(proposers: Sequence[Proposer]) -> tuple[list[Proposer], list[Proposer]]:
    """Those who are quick to tell laws without noise, and the others."""
    cheap = [one for one in proposers if getattr(one, "cheap", False)]
    return cheap, [one for one in proposers if one not in cheap]


def _solvers() -> list[Proposer]:
    """The proposers of a reduced search."""
    return [
        LeaderProposer(), LinearProposer(), PolynomialProposer(), PowerProposer(),
        PursuitProposer(), RationalProposer(), ExactProposer(), RelationProposer(),
        InnerProposer(), ExactProposer(later=True),
    ]  # fmt: skip
