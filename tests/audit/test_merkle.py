"""The hash tree against a second writing of the standard, and its published vectors."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.audit.merkle import leaf_hash, levels_of, node_hash, path_of, root_by_path, root_of

# Entries and roots of the test vectors that Certificate Transparency logs share (RFC 9162's tree, SHA-256).
ENTRIES = [
    bytes.fromhex(one)
    for one in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize("size", ROOTS)
def test_the_root_is_that_of_the_published_vectors(size: int) -> None:
    assert root_of([leaf_hash(one) for one in ENTRIES[:size]]).hex() == ROOTS[size]


def _root_as_the_standard_says(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    left = 1
    while left * 2 < len(leaves):
        left *= 2
    return node_hash(_root_as_the_standard_says(leaves[:left]), _root_as_the_standard_says(leaves[left:]))


@given(st.lists(st.binary(min_size=1, max_size=4), max_size=40))
def test_the_root_is_that_of_the_recursive_definition(entries: list[bytes]) -> None:
    leaves = [leaf_hash(one) for one in entries]
    assert root_of(leaves) == _root_as_the_standard_says(leaves)


@given(st.integers(1, 40), st.data())
def test_a_path_leads_from_its_leaf_to_the_root_and_from_no_other(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(bytes([one])) for one in range(size)]
    place = data.draw(st.integers(0, size - 1))
    path = path_of(levels_of(leaves), place)
    assert root_by_path(leaves[place], place, size, path) == root_of(leaves)
    for other in range(size):
        if other != place:
            assert root_by_path(leaves[other], place, size, path) != root_of(leaves)
    assert root_by_path(leaves[place], place, size, [*path, leaves[0]]) is None
    if path:
        assert root_by_path(leaves[place], place, size, path[:-1]) != root_of(leaves)


def test_there_is_no_path_from_a_leaf_that_is_not_there() -> None:
    with pytest.raises(IndexError):
        path_of(levels_of([leaf_hash(b"")]), 1)
    assert root_by_path(leaf_hash(b""), 1, 1, []) is None
