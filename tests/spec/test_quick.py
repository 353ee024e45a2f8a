"""--quick and --set: what is asked for by name is not shortened in silence."""

from __future__ import annotations

import pytest

from inferometer.spec.campaign import CampaignError
from inferometer.spec.expand import QUICK_PROMPTS
from inferometer.spec.quick import check_quick


@pytest.mark.parametrize(
    ("pair", "why"),
    [
        ("load.num_warmups=4", "sends one warm-up at most"),
        ("groups.1C-1k.load.num_warmups=2", "sends one warm-up at most"),
        (
            f"load.num_prompts={QUICK_PROMPTS + 1}",
            "sends 4 requests a point at most",
        ),
        (
            "load={num_warmups: 3, max_concurrency: 9}",
            "sends one warm-up at most",
        ),
        ("repeats=3", "measures no point again and again"),
    ],
)
def test_what_would_be_shortened_is_refused(pair: str, why: str) -> None:
    with pytest.raises(CampaignError) as refused:
        check_quick(["load.max_concurrency=2", pair])
    assert list(refused.value.reasons) == [
        f"--set {pair}: --quick {why}; leave one of the two out."
    ]


@pytest.mark.parametrize(
    "pair",
    [
        "load.num_warmups=1",
        f"load.num_prompts={QUICK_PROMPTS}",
        "matrix.num_prompts=[1, 2, 50]",
        "matrix.num_prompts=50",
        "groups.g={matrix: {num_prompts: 50}}",
        "load.num_warmups=many",
        "load.num_warmups={",
        "load.num_warmups",
    ],
)
def test_what_fits_and_what_is_for_others_to_refuse_passes(pair: str) -> None:
    check_quick([pair])
