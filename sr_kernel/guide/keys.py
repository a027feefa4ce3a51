"""Cheap functional keys of many laws at once: hashes of values, modulo the names of variables.

Three readings of a law give a key each:

``function``  the law as it is;
``family``    every constant is 1 or -1, so that laws that differ by values of constants share it;
``tropical``  every constant is 1, every value is positive, and sums and differences are the larger
              of their terms: coefficients of like terms and the constants that expanding a
              product makes are lost too.  Coarser than families: ``x**2 + 1`` and
              ``x**2 + x + 1`` share it.

Exponents of constant powers that are whole multiples of 1/6 stay, other ones are one number;
``c**f`` is read as ``exp(f)``.  Variables are put into an order that their names have no part in:
one after the other, by what the value is when one variable is moved, alone and with each of the
others, while those that have their place are set apart.  A tie means that the two look the same so
far; where they are not exchangeable for all that, equal laws can get different keys (two in a
thousand of the laws that are drawn, renamed at random; one in a hundred when read as tropical).

Values at :data:`ROWS` points in that order are hashed by :func:`row_fingerprints`: twice, with bins
shifted by half a width, so that laws whose values agree to about ten digits share one of the two.
Two different functions share a key of 64 bits by chance once in 2^64 pairs; nothing is confirmed,
as all that is lost is a law.  What equal families have different keys for: constants that move
through functions (``sin(x + c)`` and ``cos(x + c)``, ``exp(x + c)`` and ``c*exp(x)``), and ties as
said.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sr_kernel.equality import row_fingerprints
from sr_kernel.guide.grammar import Laws

READINGS = ("function", "family", "tropical")
ROWS = 16
"""Points whose values are hashed."""


def keys_of(laws: Laws, reading: str) -> NDArray[np.uint64]:
    """Two keys a law, shape (m, 2); 0 where the law is constant or nowhere defined so read."""
    from sr_kernel.guide.keys_kernels import read_values

    rows = np.empty((len(laws.length), ROWS))
    usable: Any = read_values(*laws, READINGS.index(reading), rows)
    salt = np.uint64(READINGS.index(reading)) * np.uint64(0x9E3779B97F4A7C15 >> 2)
    with np.errstate(over="ignore"):
        keys = row_fingerprints(rows) + salt + laws.count.astype(np.uint64)[:, None]
    return np.where(usable[:, None], keys, np.uint64(0))
