"""Which way of counting is chosen, and that none is called exact which the server contradicts."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

from inferometer.request import Message, Prompt
from inferometer.spec.run import RandomWorkload
from inferometer.workload import (
    LocalCounter,
    ServerCounter,
    TokenIds,
    WordCounter,
    find_counting,
    random_workload,
)
from inferometer.workload.tokens import FEW, TRIAL_WORDS, TRIALS, UNSURE_IDS
from inferometer.workload.words import WORDS


@dataclass(eq=False)
class FakeServer:
    """Counts a text as its words and one token before them; a chat has seven more. What it offers
    can be taken away.
    """

    tokenizes: bool = True
    tokenizes_chat: bool = True
    takes_ids: bool = True
    tells_usage: bool = True
    chat: bool = False
    really_more: int = 0
    """Tokens its /tokenize does not tell of."""
    asked: list[Prompt] = field(default_factory=list)

    def tokenize(self, model: str, text: str) -> list[int] | None:
        assert model == "m"
        return (
            [
                1,
                *(
                    5000 + sum(map(ord, word)) * 31 % 4000
                    for word in text.split()
                ),
            ]
            if self.tokenizes
            else None
        )

    def tokenize_chat(
        self,
        model: str,
        messages: Sequence[Message],
        fields: Mapping[str, Any] | None = None,
    ) -> int | None:
        (message,) = messages
        assert message["role"] == "user"
        return (
            8 + len(message["content"].split())
            if self.tokenizes and self.tokenizes_chat
            else None
        )

    def ask(self, prompt: Prompt) -> int | None:
        self.asked.append(prompt)
        if not self.tells_usage:
            return None
        if isinstance(prompt, str):
            return (
                (8 if self.chat else 1) + len(prompt.split()) + self.really_more
            )
        return len(prompt) if self.takes_ids else None


def choose(
    server: FakeServer, tokenizer: str | None = None, *, token_ids: bool = True
) -> Any:
    return find_counting(
        server,
        "m",
        ask=server.ask,
        token_ids=token_ids and not server.chat,
        chat=server.chat,
        tokenizer=tokenizer,
    )


def test_token_ids_where_the_server_takes_them() -> None:
    server = FakeServer()
    counter = choose(server)
    assert isinstance(counter, TokenIds)
    assert "ids of the server's own /tokenize" in counter.how
    assert len(counter.pool) >= 256
    assert 1 not in counter.pool  # the token that begins every text
    assert set(counter.pool.tolist()) <= {
        i for word in all_texts() for i in server.tokenize("m", word) or []
    }
    assert len(server.asked) == 1


def all_texts() -> list[str]:
    return [
        *WORDS,
        *(word.capitalize() for word in WORDS),
        *map(str, range(1000)),
    ]


@pytest.mark.parametrize("cuts", [False, True])
@pytest.mark.parametrize(("most_words", "questions"), [(5000, 3), (200, 20)])
def test_words_are_asked_for_at_once_or_in_pieces_where_so_many_are_not_told(
    monkeypatch: pytest.MonkeyPatch,
    most_words: int,
    questions: int,
    *,
    cuts: bool,
) -> None:
    """The last two ask what stands around every text."""
    server, asked = FakeServer(), []
    tell = server.tokenize

    def tokenize(model: str, text: str) -> list[int] | None:
        asked.append(text)
        words = text.split()
        if len(words) > most_words and not cuts:
            return None
        return tell(model, " ".join(words[:most_words]))

    monkeypatch.setattr(server, "tokenize", tokenize)
    pool = choose(server).pool.tolist()
    whole = tell("m", " ".join(all_texts())) or []
    assert pool == sorted(set(whole) - {1})
    assert len(asked) == questions


def test_token_ids_of_a_safe_range_where_it_cannot_tokenize() -> None:
    server = FakeServer(tokenizes=False)
    counter = choose(server)
    assert isinstance(counter, TokenIds)
    assert np.array_equal(counter.pool, UNSURE_IDS)
    assert "ids 1000 to 2999 (the server has no /tokenize" in counter.how
    assert server.asked == [
        [*range(1000, 1008), *range(2992, 3000)]
    ]  # both ends of the range are tried


def test_a_pool_of_few_ids_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    server = FakeServer()
    monkeypatch.setattr(
        server,
        "tokenize",
        lambda model, text: [1, *(len(word) for word in text.split())],
    )
    assert np.array_equal(choose(server).pool, UNSURE_IDS)


@pytest.mark.parametrize(
    "server",
    [FakeServer(takes_ids=False), FakeServer(really_more=0)],
    ids=["refused", "not on the wire"],
)
def test_the_server_s_tokenizer_where_ids_do_not_go(server: FakeServer) -> None:
    counter = choose(server, token_ids=not server.takes_ids)
    assert isinstance(counter, ServerCounter)
    assert (counter.exact, counter.how) == (
        True,
        "text, counted by the server's /tokenize",
    )
    assert counter.count(["one two", "one", "one two three"]) == [3, 2, 4]


def test_a_server_that_adds_to_the_ids_it_is_given_gets_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = FakeServer()
    monkeypatch.setattr(
        server,
        "ask",
        lambda prompt: (
            len(prompt) + 1
            if isinstance(prompt, list)
            else len(prompt.split()) + 1
        ),
    )
    assert isinstance(choose(server), ServerCounter)


def test_chat_is_counted_in_its_template() -> None:
    counter = choose(FakeServer(chat=True))
    assert (counter.exact, counter.count(["one two"])) == (True, [10])


def test_what_usage_has_more_than_tokenize_is_added() -> None:
    counter = choose(FakeServer(chat=True, really_more=3))
    assert (counter.exact, counter.count(["one two"])) == (True, [13])
    no_template = choose(
        FakeServer(chat=True, tokenizes_chat=False)
    )  # as llama.cpp: the template is found from usage
    assert (no_template.exact, no_template.count(["one two"])) == (True, [10])


def test_a_tokenizer_that_usage_contradicts_is_not_exact(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = FakeServer(takes_ids=False)
    monkeypatch.setattr(
        server,
        "ask",
        lambda prompt: (
            3 * len(prompt.split()) if isinstance(prompt, str) else None
        ),
    )
    counter = choose(server)
    assert not counter.exact
    assert counter.how.endswith("which differs from the server's usage")


def test_without_usage_it_is_believed_unless_a_template_is_missing() -> None:
    assert choose(FakeServer(tells_usage=False)).exact
    assert choose(FakeServer(tells_usage=False, chat=True)).exact
    missing = choose(
        FakeServer(tells_usage=False, chat=True, tokenizes_chat=False)
    )
    assert not missing.exact
    assert "could not confirm" in missing.how


def test_a_server_that_stops_counting_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = FakeServer(takes_ids=False)
    counter = choose(server)
    monkeypatch.setattr(server, "tokenize", lambda model, text: None)
    with pytest.raises(
        ValueError,
        match=r"^The server stopped answering /tokenize; see its log, or name",
    ):
        counter.count(["x"])


def test_words_where_there_is_nothing_else() -> None:
    server = FakeServer(tokenizes=False, takes_ids=False)
    assert choose(server) == WordCounter(
        tokens_per_word=1.0, offset=1.0, words=TRIAL_WORDS[FEW:]
    )
    assert server.asked[1:] == list(TRIALS)
    assert (
        choose(FakeServer(tokenizes=False, takes_ids=False, tells_usage=False))
        == WordCounter()
    )


def test_words_take_their_ratio_from_usage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = FakeServer(tokenizes=False)
    monkeypatch.setattr(
        server,
        "ask",
        lambda prompt: (
            round(1.5 * len(prompt.split()) + 20)
            if isinstance(prompt, str)
            else None
        ),
    )
    assert choose(server) == WordCounter(
        tokens_per_word=1.5, offset=20.0, words=TRIAL_WORDS[FEW:]
    )
    assert choose(server).count(["one two", ""]) == [23, 20]


def test_words_are_those_whose_ratio_is_known(
    tokenizer_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that tells usage and nothing else: the mean of 100 prompts is right to 1%, each of
    them to 10%.
    """
    hidden = LocalCounter.load(str(tokenizer_folder))
    server = FakeServer(tokenizes=False)
    monkeypatch.setattr(
        server,
        "ask",
        lambda prompt: (
            hidden.count([prompt])[0] + 20 if isinstance(prompt, str) else None
        ),
    )
    work = random_workload(
        RandomWorkload(input_len=1000),
        100,
        identity=(0, "p", 0),
        counter=choose(server),
    )
    lengths = [server.ask(r.prompt) or 0 for r in work.requests]
    assert not work.exact
    assert np.mean(lengths) == pytest.approx(1000, rel=0.01)
    assert lengths == pytest.approx([1000] * 100, rel=0.1)


# a local tokenizer


@pytest.fixture(scope="module")
def tokenizer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small byte-level BPE with a token before every text, cut to 16 tokens and padded, as some
    models ship theirs.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=800,
        special_tokens=["<s>"],
        initial_alphabet=alphabet,
        show_progress=False,
    )
    tokenizer.train_from_iterator(
        [" ".join(WORDS[start::7]) for start in range(7)], trainer
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 0)]
    )
    tokenizer.enable_truncation(16)
    tokenizer.enable_padding(length=12)
    folder = tmp_path_factory.mktemp("tokenizer")
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def test_a_local_tokenizer_makes_exact_prompts(tokenizer_folder: Path) -> None:
    counter = LocalCounter.load(str(tokenizer_folder))
    work = random_workload(
        RandomWorkload(input_len=200, range_ratio=0.2),
        100,
        identity=(0, "p", 0),
        counter=counter,
    )
    assert work.exact
    fresh = Tokenizer.from_file(str(tokenizer_folder / "tokenizer.json"))
    fresh.no_truncation()
    fresh.no_padding()
    assert [len(fresh.encode(r.prompt).ids) for r in work.requests] == [
        r.prompt_tokens for r in work.requests
    ]


def test_a_local_tokenizer_is_loaded_from_a_file_too_and_counts_whole_texts(
    tokenizer_folder: Path,
) -> None:
    counter = LocalCounter.load(str(tokenizer_folder / "tokenizer.json"))
    short, long = counter.count(["a", " ".join(["able"] * 50)])
    assert short == 2  # the token before the text, and no padding
    assert long > 50  # and no truncation


@pytest.mark.parametrize("more", [0, 11])
def test_a_local_tokenizer_is_corrected_by_usage(
    tokenizer_folder: Path, monkeypatch: pytest.MonkeyPatch, more: int
) -> None:
    plain = LocalCounter.load(str(tokenizer_folder))
    server = FakeServer(tokenizes=False)
    monkeypatch.setattr(
        server,
        "ask",
        lambda prompt: (
            plain.count([prompt])[0] + more if isinstance(prompt, str) else None
        ),
    )
    counter = choose(server, str(tokenizer_folder))
    assert isinstance(counter, LocalCounter)
    assert (counter.exact, counter.offset) == (True, more)
    assert (
        counter.how
        == f"text, counted by the local tokenizer {tokenizer_folder}"
    )


def test_another_model_s_tokenizer_is_found_out(tokenizer_folder: Path) -> None:
    counter = choose(
        FakeServer(tokenizes=False, takes_ids=False), str(tokenizer_folder)
    )
    assert not counter.exact
    assert counter.how.endswith(", which differs from the server's usage")


def test_a_local_tokenizer_is_not_needed_where_the_server_counts(
    tokenizer_folder: Path,
) -> None:
    assert isinstance(
        choose(FakeServer(takes_ids=False), str(tokenizer_folder)),
        ServerCounter,
    )


def test_a_tokenizer_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "x.json"):
        with pytest.raises(
            ValueError,
            match=r"^workload.tokenizer: there is no file .*json; give a tokenizer.json or the folder",
        ):
            LocalCounter.load(str(path))


def test_a_tokenizer_that_is_something_else(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(json.dumps({"a": 1}))
    with pytest.raises(
        ValueError,
        match=r"^workload.tokenizer: .*tokenizer.json is not a tokenizer",
    ):
        LocalCounter.load(str(tmp_path))


def test_a_missing_library_is_one_sentence(
    tokenizer_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(
        ValueError,
        match=(
            r"^workload.tokenizer needs a package that is missing: pip install "
            r"'inferometer\[tokenizers\]'\.$"
        ),
    ):
        LocalCounter.load(str(tokenizer_folder))
