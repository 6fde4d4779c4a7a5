"""Solve for all baselines and all people at once, with the variances given: the mixed model's equations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse
from scipy.linalg import lapack
from scipy.sparse.csgraph import connected_components

from feedback_app.evaluation.score.sums import Cells, FloatArray, IntArray, Reference, Strata

# Ratings are whole steps of 25 points, so none is ever exact; the floor lets ratings without any spread be solved.
NOISE_MIN: Final = 1.0
PAIRS_AT_ONCE: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Lower triangles of a symmetric matrix (S, S), one square block for each connected part, one after the other.

    `start` says where the block of a stratum's part begins in `values`, `place` which row in it the stratum has,
    `size` how many rows there are; each of shape (S,).
    """

    values: FloatArray
    start: IntArray
    place: IntArray
    size: IntArray

    def at(self, row: IntArray, column: IntArray) -> FloatArray:
        """Return the elements of some rows and columns, each pair within one part."""
        low, high = np.minimum(self.place[row], self.place[column]), np.maximum(self.place[row], self.place[column])
        return np.asarray(self.values[self.start[row] + high * self.size[row] + low])


@dataclass(frozen=True, slots=True)
class Solution:
    """`baseline` (S,), `mean` M, and per person (P,) the shrinkage `factor` and `leverage`, both defined in `solve`."""

    baseline: FloatArray
    mean: float
    factor: FloatArray
    leverage: FloatArray


def solve(strata: Strata, cells: Cells, reference: Reference, *, mean_known: bool) -> Solution:
    """Return the best linear unbiased predictions of the model y = M + s_k + u_i + e.

    With n_ik the weight of person i in stratum k, n_i = Σ_k n_ik, f_i = τ²/(τ² n_i + σ²) and Ω the covariance of
    the strata (κ² within a service, ω² more on the diagonal), the people are eliminated:

        A = diag(n_k) - Σ_i f_i n_i· n_i·ᵀ        z = Σy_k - Σ_i f_i n_i· Σy_i
        C = (A/σ² + Ω⁻¹)⁻¹                        b = M + C (z - A M)/σ²

    C is block diagonal: parts of the agency that share neither people nor services know nothing of each other.
    Where M is not known it is the generalised least squares mean, and its uncertainty is added to C. In b all
    people are reckoned in, so that a service whose people happen to be good is not taken for an easy one, as far
    as the data can tell the two apart.

    `factor` is f_i: û_i = f_i Σ_k (Σy_ik - n_ik b_k). `leverage` is f_i² n_i·ᵀ C n_i·, the part of the error of
    û_i that comes from not knowing the baselines, in points squared; it is near τ² for who alone gives a service.

    Source: Henderson (1975), mixed model equations; the elimination is a Schur complement, so nothing is lost.
    """
    system = _System.of(strata, cells, reference)
    inner, at_ones, at_rhs = _inner_inverse(system)
    noise, centre = system.noise, system.centre
    baseline, slope, mean, mean_variance = centre + at_rhs / noise, 1.0 - at_ones / noise, centre, 0.0
    if not mean_known:
        information = float(system.ones @ slope)
        shift = float(system.rhs.sum() - system.ones @ at_rhs / noise) / information
        baseline, mean, mean_variance = baseline + slope * shift, centre + shift, noise / information
    reached = sparse.csr_array(system.worked @ system.root)
    reached.eliminate_zeros()
    spread = _quadratic(reached, inner)
    spread += cells.per_person(cells.weight * slope[cells.stratum]) ** 2 * mean_variance
    return Solution(baseline, mean, system.factor, system.factor**2 * spread)


@dataclass(frozen=True, slots=True)
class _System:
    """A and n_ik (`worked`), A·1, z, f_i and σ², with ratings measured from `centre`; `root` is R with Ω = R R."""

    matrix: sparse.csr_array
    worked: sparse.csr_array
    root: sparse.csr_array
    ones: FloatArray
    rhs: FloatArray
    factor: FloatArray
    noise: float
    centre: float

    @classmethod
    def of(cls, strata: Strata, cells: Cells, reference: Reference) -> _System:
        """Build the equations; ratings nobody answers for stay in the strata alone."""
        noise, centre, shape = max(reference.sigma2, NOISE_MIN), reference.mean, (cells.employee.size, strata.n.size)
        weight = cells.per_person(cells.weight)
        factor = reference.tau2 / (reference.tau2 * weight + noise)
        worked = sparse.csr_array((cells.weight, (cells.person, cells.stratum)), shape=shape)
        answered = worked.sum(axis=0)
        if (answered > strata.n * (1 + 1e-9)).any():
            raise ValueError("the shares of a rating must not add up to more than one")
        own = cells.per_person(cells.total - cells.weight * centre)
        _, service = np.unique(strata.service, return_inverse=True)
        return cls(
            matrix=sparse.csr_array(sparse.diags_array(strata.n) - worked.T @ (sparse.diags_array(factor) @ worked)),
            worked=worked,
            root=_root(service, reference),
            ones=strata.n - answered + worked.T @ (1.0 - factor * weight),
            rhs=strata.total - strata.n * centre - worked.T @ (factor * own),
            factor=factor,
            noise=noise,
            centre=centre,
        )


def _root(service: IntArray, reference: Reference) -> sparse.csr_array:
    """Return R = ω + g 1 1ᵀ (within each service), whose square is Ω; it needs neither κ² > 0 nor ω² > 0."""
    quarters = np.bincount(service)
    omega = reference.omega2**0.5
    shared = (np.sqrt(reference.omega2 + quarters * reference.kappa2) - omega) / quarters
    member = sparse.csr_array((np.ones(service.size), (np.arange(service.size), service)))
    within = member @ sparse.diags_array(shared) @ member.T
    return sparse.csr_array(within + sparse.diags_array(np.full(service.size, omega)))


def _inner_inverse(system: _System) -> tuple[_Blocks, FloatArray, FloatArray]:
    """Return K⁻¹ = (1 + R A R/σ²)⁻¹ in blocks, C A 1 and C z, where C = R K⁻¹ R."""
    inner = sparse.csr_array(system.root @ system.matrix @ system.root) / system.noise
    linked = system.worked.T @ system.worked + abs(system.root)
    _, part = connected_components(sparse.csr_array(linked), directed=False)
    blocks, order, bounds = _layout(part)
    entries = inner.tocoo()
    by_part = np.argsort(part[entries.row], kind="stable")
    row, column, value = entries.row[by_part], entries.col[by_part], entries.data[by_part]
    first = np.searchsorted(part[row], np.arange(bounds.size))
    sides = np.column_stack([system.root @ system.ones, system.root @ system.rhs])
    for number in range(bounds.size - 1):
        members, chosen = order[bounds[number] : bounds[number + 1]], slice(first[number], first[number + 1])
        own = np.eye(members.size)
        own[blocks.place[row[chosen]], blocks.place[column[chosen]]] += value[chosen]
        begin = blocks.start[members[0]]
        sides[members] = _invert(own, sides[members], blocks.values[begin : begin + own.size])
    return blocks, system.root @ sides[:, 0], system.root @ sides[:, 1]


def _layout(part: IntArray) -> tuple[_Blocks, IntArray, IntArray]:
    """Return room for the blocks, the strata in the order of their parts, and where each part begins in that."""
    order = np.argsort(part, kind="stable")
    count = np.bincount(part)
    bounds = np.concatenate(([0], np.cumsum(count)))
    place = np.empty(part.size, dtype=np.int64)
    place[order] = np.arange(part.size) - bounds[part[order]]
    start = np.concatenate(([0], np.cumsum(count**2)))
    return _Blocks(np.empty(int(start[-1])), start[part], place, count[part]), order, bounds


def _invert(matrix: FloatArray, sides: FloatArray, room: FloatArray) -> FloatArray:
    """Write the inverse of a symmetric matrix with no eigenvalue below 1 into `room`; return inverse times `sides`.

    By its Cholesky factor, in place: the matrix may have thousands of rows.
    """
    factor, wrong = lapack.dpotrf(matrix.T, lower=0, clean=0, overwrite_a=1)
    solved, wrong_there = lapack.dpotrs(factor, sides, lower=0)
    inverse, wrong_here = lapack.dpotri(factor, lower=0, overwrite_c=1)
    if wrong or wrong_here or wrong_there:
        raise ArithmeticError("the equations of the baselines cannot be solved")
    room[:] = inverse.T.ravel()
    return np.asarray(solved)


def _quadratic(vectors: sparse.csr_array, matrix: _Blocks) -> FloatArray:
    """Return vᵀ X v for each row v of a sparse matrix (P, S), from the pairs of its few elements."""
    first, count = vectors.indptr.astype(np.int64), np.diff(vectors.indptr)
    found = np.zeros(count.size)
    for width in np.unique(count[count > 0]):
        who = np.flatnonzero(count == width)
        step = max(1, PAIRS_AT_ONCE // int(width) ** 2)
        for chosen in (who[at : at + step] for at in range(0, who.size, step)):
            places = first[chosen][:, None] + np.arange(width)
            stratum, value = vectors.indices[places], vectors.data[places]
            among = matrix.at(*np.broadcast_arrays(stratum[:, :, None], stratum[:, None, :]))
            found[chosen] = np.einsum("ij,ijk,ik->i", value, among, value)
    return found
