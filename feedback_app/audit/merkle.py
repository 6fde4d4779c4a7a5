"""The hash tree of RFC 9162 (Certificate Transparency 2.0), section 2.1, with SHA-256. Pure.

A leaf and a node are hashed with a different first byte, so that no node can be passed off as a leaf.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

HASH_BYTES = 32


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one entry.

    >>> leaf_hash(b"").hex()
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'
    """
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over the hashes of leaves; that of none is the SHA-256 of nothing.

    >>> root_of([]).hex()[:16]
    'e3b0c44298fc1c14'
    """
    level = leaves
    while len(level) > 1:
        level = _above(level)
    return level[0] if level else hashlib.sha256(b"").digest()


def levels_of(leaves: Sequence[bytes]) -> list[Sequence[bytes]]:
    """Return the tree, the leaves first and the root last: for many paths of one tree."""
    levels = [leaves] if leaves else []
    while levels and len(levels[-1]) > 1:
        levels.append(_above(levels[-1]))
    return levels


def path_of(levels: Sequence[Sequence[bytes]], place: int) -> list[bytes]:
    """Return the hashes that lead from the leaf at `place` (from 0) to the root, the lowest first.

    Raises
    ------
    IndexError
        There is no such leaf.
    """
    if not levels or not 0 <= place < len(levels[0]):
        raise IndexError(place)
    path = []
    for level in levels:
        beside = place ^ 1
        if beside < len(level):
            path.append(level[beside])
        place //= 2
    return path


def root_by_path(leaf: bytes, place: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that a path leads to, or None where a path of this length cannot be (RFC 9162, 2.1.3.2)."""
    if not 0 <= place < size:
        return None
    at, last, found = place, size - 1, leaf
    for beside in path:
        if last == 0:
            return None
        if at % 2 or at == last:
            found = node_hash(beside, found)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            found = node_hash(found, beside)
        at, last = at // 2, last // 2
    return found if last == 0 else None


def _above(level: Sequence[bytes]) -> Sequence[bytes]:
    # Pairs from the left, the odd one out going up as it is: the tree of the standard, without recursion.
    paired = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return [*paired, level[-1]] if len(level) % 2 else paired
