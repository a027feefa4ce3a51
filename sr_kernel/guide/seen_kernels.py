"""The compiled part of the corpus's memory; importing it imports numba."""

from __future__ import annotations

from sr_kernel.guide.grammar_kernels import compiled


@compiled
def _slot(table, key):  # type: ignore[no-untyped-def]
    """Where ``key`` stands in the table (a power of two of slots, 0 is empty) or could stand."""
    mask = len(table) - 1
    k = int(key & mask)
    while table[k] != 0 and table[k] != key:
        k = (k + 1) & mask
    return k


@compiled
def enter(young, old, keys, fresh, start, count, most):  # type: ignore[no-untyped-def]
    """Enters rows of ``keys`` (m, 2) from ``start`` on into ``young`` where neither key stands in
    one of the two tables; stops once that holds ``most`` rows.  Returns the next row and how many
    rows ``young`` holds."""
    for i in range(start, len(keys)):
        if count >= most:
            return i, count
        known = False
        for key in keys[i]:
            if young[_slot(young, key)] == key or old[_slot(old, key)] == key:
                known = True
        if not known:
            fresh[i] = True
            count += 1
            for key in keys[i]:
                young[_slot(young, key)] = key
    return len(keys), count
