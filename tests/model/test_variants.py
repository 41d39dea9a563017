from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cloformer.model import VARIANTS, UsageError
from cloformer.model.variants import check_image_size, find_variant

# The official configuration files, stage by stage (published_facts, 1.3): channels, (local, global) heads, head width.
PUBLISHED_TABLE = {
    "xxs": ((32, 64, 128, 256), ((3, 1), (2, 2), (4, 4), (4, 12)), (8, 16, 16, 16)),
    "xs": ((48, 96, 160, 352), ((2, 1), (3, 3), (5, 5), (7, 15)), (16, 16, 16, 16)),
    "s": ((64, 128, 224, 448), ((3, 1), (4, 4), (7, 7), (7, 21)), (16, 16, 16, 16)),
    "xxs_global": ((32, 64, 128, 256), ((0, 4), (0, 4), (0, 8), (0, 16)), (8, 16, 16, 16)),
    "xxs_local": ((32, 64, 128, 256), ((4, 0), (4, 0), (8, 0), (16, 0)), (8, 16, 16, 16)),
}

sides = st.integers(-100, 2000)


@pytest.mark.parametrize(("name", "row"), PUBLISHED_TABLE.items())
def test_variant_is_the_published_one(name: str, row: tuple[Any, ...]) -> None:
    variant = find_variant(name)
    stages = variant.stages
    assert variant.name == name
    assert tuple(stage.dim for stage in stages) == row[0]
    assert tuple((stage.local_heads, stage.global_heads) for stage in stages) == row[1]
    assert tuple(stage.head_dim for stage in stages) == row[2]
    assert [stage.depth for stage in stages] == [2, 2, 6, 2]
    assert [stage.kernel_size for stage in stages] == [3, 5, 7, 9]
    assert [stage.pool_window for stage in stages] == [8, 4, 2, 1]
    assert (variant.ffn_ratio, variant.ffn_kernel_size) == (4, 5)


def test_there_are_no_others_and_none_can_be_added() -> None:
    assert set(VARIANTS) == set(PUBLISHED_TABLE)
    with pytest.raises(TypeError):
        VARIANTS["mine"] = VARIANTS["xxs"]  # type: ignore[index]
    with pytest.raises(dataclasses.FrozenInstanceError):
        VARIANTS["xxs"].name = "mine"  # type: ignore[misc]


@pytest.mark.parametrize("name", ["", "XXS", "xl", "xxs ", "cloformer_xxs"])
def test_unknown_variant_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_variant(name)
    assert repr(name) in caught.value.problem
    assert all(known in caught.value.remedy for known in PUBLISHED_TABLE)


@given(st.integers(1, 32), st.integers(1, 32))
def test_multiples_of_32_are_accepted(rows: int, columns: int) -> None:
    assert check_image_size(32 * rows, 32 * columns) is None  # type: ignore[func-returns-value]


@given(sides, sides)
def test_other_sizes_are_refused_with_the_nearest_that_works(height: int, width: int) -> None:
    assume(not all(32 <= side <= 1024 and side % 32 == 0 for side in (height, width)))
    with pytest.raises(UsageError) as caught:
        check_image_size(height, width)
    assert f"{height}x{width}" in caught.value.problem
    suggested = [int(side) for side in caught.value.remedy.rsplit(" ", 1)[1].split("x")]
    for side, nearest in zip((height, width), suggested, strict=True):
        assert nearest == min(range(32, 1025, 32), key=lambda works: abs(works - side)) or abs(nearest - side) == 16
    check_image_size(*suggested)
