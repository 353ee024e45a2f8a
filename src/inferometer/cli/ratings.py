"""`--ratings`: the limits by which bench, run and report rate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from inferometer.cli.option import option

if TYPE_CHECKING:
    from inferometer.analysis.ratings import Rated

HELP = (
    "YAML file with the limits of the ratings, such as"
    " mean_ttft_ms: [100, 200, 500]."
)
DEFAULT = "TTFT 100, 200, 500 ms; TPOT 50, 100, 200 ms"

Ratings = Annotated[
    Path | None,
    option(HELP, metavar="FILE", show_default=DEFAULT),
]


def rated_by(path: Path | None) -> Rated:
    """The limits of this file, or the usual ones. Raises FlagsError."""
    from inferometer.analysis.ratings import RATED, RatingsError, read_ratings
    from inferometer.cli.flag_errors import FlagsError

    try:
        return read_ratings(path) if path else RATED
    except RatingsError as error:
        raise FlagsError([error.sentence]) from None
