"""A server that somebody else runs. It is verified and never changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from inferometer.server.base import Confirmation, ServerError
from inferometer.server.verification import (
    Start,
    check_unchanged,
    open_endpoint,
    start_of,
    verify,
)
from inferometer.words import Said, sentence_of

if TYPE_CHECKING:
    from inferometer.spec.campaign import ServerNeed


class ExternalServer:
    """The server at the recipe's base_url, as it is."""

    def __init__(
        self, need: ServerNeed, *, directory: Path, say: Callable[[str], None]
    ) -> None:
        self.need = need
        self._start = Start()
        self._listed: str | None = None
        """The model's name, if the server's list had it."""

    restart_words = Said("server.again.contacted")

    @property
    def base_url(self) -> str:
        return self.need.recipe.base_url

    def start(self) -> Confirmation:
        with open_endpoint(self.base_url, self.need.recipe.backend) as endpoint:
            try:
                confirmation = verify(endpoint, self.need, ours=False)
            except ServerError as error:
                told = {
                    "why": sentence_of(error),
                    "recipe": self.need.recipe_name,
                }
                raise ServerError(Said("server.as_it_is", told)) from None
            self._start = start_of(endpoint)
            self._listed = confirmation.facts["model"]
        return Confirmation(
            confirmation.facts | {"started_s": self._start.started_s},
            confirmation.unchecked,
            confirmation.confirmed_by,
        )

    def check(self) -> None:
        found = check_unchanged(self.need, self._start)
        if self._listed is not None and found.facts["model"] != self._listed:
            told = {"url": self.base_url, "model": self._listed}
            raise ServerError(Said("server.unlisted", told))

    def stop(self) -> None:
        """It is not ours to end."""

    def log_tail(self, lines: int = 0) -> list[str]:
        return []

    def recent_log(self) -> list[str]:
        return []
