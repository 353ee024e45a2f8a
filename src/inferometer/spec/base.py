"""What all specs are made of: a frozen model that takes no unknown key, and the numbers that most
fields are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MAX_INTEGER = 2**53
"""No number of tokens or requests is larger; beyond it JSON readers begin to disagree about
integers.
"""

PositiveInt = Annotated[int, Field(gt=0, le=MAX_INTEGER)]
NonNegativeInt = Annotated[int, Field(ge=0, le=MAX_INTEGER)]
PositiveFloat = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NonNegativeFloat = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Seconds = Annotated[float, Field(gt=0, le=1e9)]


class ReasonsError(Exception):
    """Something cannot be done as asked: one sentence for each reason."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = tuple(reasons)


class Spec(BaseModel):
    """Base of all specs: frozen, and an unknown key is an error. Each is built when it is first
    used: a command needs few of them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
