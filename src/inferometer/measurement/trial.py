"""Trial: short requests that are sent just as the run's will be. They decide whether a point can be
measured.

What a server lists and tells of itself informs; that it answers a request for this model at this
path is what counts. The trial also finds out which fields the server takes: one that nobody asked
for and that it refuses is renamed or left out, and said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from inferometer.diagnose import diagnose_reply
from inferometer.protocol import Backend, Generation
from inferometer.request import Prompt, Request
from inferometer.server.deadline import Deadline
from inferometer.server.endpoint import (
    Endpoint,
    EndpointError,
    Listing,
    ProbeResult,
)
from inferometer.server.model_list import wrong_model
from inferometer.words import Said, both, counted, diagnosed

EOS = "ignore_eos"

MORE_TOKENS = 16
"""Asked of a server that refuses to answer with one token."""
MAX_CHANGES = 4
"""How often one prompt is sent again in another form."""
TRIAL_TIMEOUT_S = 120.0
"""For one prompt in all its forms. An engine may still compile for its first request."""
OVER_LIMIT = 8
"""Excess tokens that prove the limit is ignored; a server may count a few more of its own."""

_TOO_FEW = re.compile(
    r"at least|greater than|minimum|too (?:small|low|short)|higher|limit was reached|>=? ?\d",
    re.IGNORECASE,
)
_REFUSED = (400, 422)
_UNREADABLE = (*_REFUSED, 500, 501)
"""Statuses of servers that cannot handle some part of a request."""


@dataclass(frozen=True, slots=True)
class _Form:
    """How requests are written, and how many tokens a trial asks for."""

    generation: Generation
    tokens: int = 1


class Trial:
    """What is found out for all points of one target and sampling. Not for several threads."""

    def __init__(
        self,
        endpoint: Endpoint,
        backend: Backend,
        path: str,
        generation: Generation,
        listing: Listing,
        *,
        eos_by_default: bool = False,
    ) -> None:
        """`eos_by_default`: nobody asked for `ignore_eos`, so that it may be left out."""
        self._endpoint = endpoint
        self._backend = backend
        self._path = path
        self._listing = listing
        self._form = _Form(generation)
        self._eos_by_default = eos_by_default and generation.ignore_eos

    @property
    def generation(self) -> Generation:
        """What was asked for, in the form that the server takes."""
        return self._form.generation

    def ask(self, prompt: Prompt) -> int | None:
        """How many tokens the server counted in `prompt`; None where it refused a list of token
        ids, or did not tell.

        A refused list of ids is an answer; a refused text is not, since the run would fare no
        better. Raises EndpointError.
        """
        is_text = isinstance(prompt, str)
        form, deadline = self._form, Deadline(TRIAL_TIMEOUT_S)
        first = result = self._post(prompt, form, deadline)
        for _ in range(MAX_CHANGES):
            if result.error is None:
                break
            other = self._changed(form, result, is_text=is_text)
            if other is None:
                break
            form, result = other, self._post(prompt, other, deadline)
        if result.error is None:
            form, result = self._heeded(prompt, form, result, first, deadline)
            self._form = form
        elif is_text:
            raise self._refusal(form, first, result)
        return result.prompt_tokens

    def notes(self) -> Iterator[str]:
        """What is to be said of the form of the requests."""
        if self.generation.limit_field != "max_tokens":
            yield Said(
                "trial.limit_field", {"field": self.generation.limit_field}
            )
        for field in self.generation.left_out:
            if field == EOS:
                yield Said("trial.without_eos")
            else:
                yield Said("trial.left_out", {"field": field})

    def _post(
        self, prompt: Prompt, form: _Form, deadline: Deadline
    ) -> ProbeResult:
        backend = self._backend
        request = Request(
            id=0,
            prompt=backend.trial_prompt or prompt,
            prompt_tokens=0,
            max_tokens=form.tokens,
        )
        body = backend.encode(request, form.generation)
        try:
            return self._endpoint.probe(
                self._path,
                body,
                backend.decoder(),
                deadline,
                body_type=backend.body_type,
            )
        except EndpointError as error:
            if error.status in (404, 405) and self._listing.others:
                raise self._wrong_model() from None
            raise

    def _changed(
        self, form: _Form, refused: ProbeResult, *, is_text: bool
    ) -> _Form | None:
        """Another form, if the refusal may concern a field that the user did not set."""
        said = refused.error or ""
        if (
            form.tokens < MORE_TOKENS
            and "tokens" in said
            and _TOO_FEW.search(said)
        ):
            return replace(form, tokens=MORE_TOKENS)
        asked = form.generation
        other = self._backend.adapt(asked, said)
        if other is None and EOS in said:
            other = self._without_eos(asked)
        if (
            other is None
            and is_text
            and refused.status in _UNREADABLE
            and _field_in(said, self._asked(asked)) is None
        ):
            other = self._guess(asked, refused.status)
        return None if other is None else replace(form, generation=other)

    def _without_eos(self, generation: Generation) -> Generation | None:
        if not (self._eos_by_default and generation.ignore_eos):
            return None
        left_out = (*generation.left_out, EOS)
        return replace(generation, ignore_eos=False, left_out=left_out)

    def _guess(self, generation: Generation, status: int) -> Generation | None:
        """For a refusal that names no field: without `stream_options`, which is refused most often,
        then without `ignore_eos`, then without both.
        """
        other = self._backend.adapt(generation, "stream_options")
        if other is not None or status not in _REFUSED:
            return other
        return self._without_eos(replace(generation, left_out=()))

    def _heeded(
        self,
        prompt: Prompt,
        form: _Form,
        answered: ProbeResult,
        first: ProbeResult,
        deadline: Deadline,
    ) -> tuple[_Form, ProbeResult]:
        """The form whose limit the server respects, and its answer. Raises EndpointError if none
        works.
        """
        if not _is_over(answered, form):
            return form, answered
        name = form.generation.limit_field
        if name != self._form.generation.limit_field:
            told = {
                "url": self._endpoint.base_url,
                "path": self._path,
                "why": str(first.error),
                "name": name,
            }
            raise EndpointError(Said("trial.no_limit", told), first.status)
        other = self._backend.adapt(form.generation, name)
        if other is not None:
            named = replace(form, generation=other)
            result = self._post(prompt, named, deadline)
            if result.error is None and not _is_over(result, named):
                return named, result
        return form, answered

    def _refusal(
        self, form: _Form, first: ProbeResult, last: ProbeResult
    ) -> EndpointError:
        said, another = str(first.error), str(last.error).rstrip(".")
        if last.error != first.error:
            said = Said("trial.twice", {"first": first.error, "last": another})
        fields = self._asked(form.generation)
        field = _field_in(last.error or "", fields)
        if field is None and self._listing.others and "model" in said.lower():
            return self._wrong_model()
        found = diagnose_reply(f"HTTP {last.status}: {last.error}")
        told = {"url": self._endpoint.base_url, "path": self._path}
        told |= {"said": said if isinstance(said, Said) else said.rstrip(".")}
        told |= {"tokens": counted("trial.tokens", form.tokens)}
        what = Said(
            "trial.fails" if last.status == 200 else "trial.refuses", told
        )
        if field is not None:
            flag = {"field": field, "flag": fields[field]}
            what = both(what, Said("trial.leave_out", flag))
        elif found is not None:
            cure = {"diagnosis": diagnosed(found.name)}
            what = both(what, Said("trial.diagnosis", cure))
        return EndpointError(what, last.status, last.error)

    def _asked(self, generation: Generation) -> Mapping[str, str]:
        """The fields of the body that the user asked for, and by which field of the spec."""
        fields = {name: f"sampling.{name}" for name in generation.sampling}
        fields |= dict.fromkeys(generation.extra_body, "sampling.extra_body")
        if generation.ignore_eos and not self._eos_by_default:
            fields[EOS] = "sampling.ignore_eos"
        if generation.logprobs is not None:
            fields |= {
                "top_logprobs": "sampling.logprobs",
                "logprobs": "sampling.logprobs",
            }
        return fields

    def _wrong_model(self) -> EndpointError:
        sentence = wrong_model(
            self._endpoint.base_url, self.generation.model, self._listing.others
        )
        return EndpointError(sentence, 404)


def _is_over(answered: ProbeResult, form: _Form) -> bool:
    return (
        max(answered.usage.completion_tokens, answered.outputs)
        > form.tokens + OVER_LIMIT
    )


def _field_in(said: str, fields: Mapping[str, str]) -> str | None:
    """The first of these fields that a refusal names."""
    return next(
        (
            field
            for field in fields
            if re.search(rf"\b{re.escape(field)}\b", said)
        ),
        None,
    )
