"""Write a tiny chat model with random weights, so that a real engine can run on two CPU cores
without a download.

    .engines/vllm/bin/python tests/engines/make_tiny_model.py DIRECTORY [--layers 2] [--hidden 128]

A Llama of 2 layers of 128 has 1.3 million weights and takes a few seconds to make; 8 layers of 1024
decode at about 7 ms a token. The tokenizer is a byte-level BPE trained on the source of Python's
own standard library, which is at hand everywhere. Run by an engine's own Python (it needs torch,
transformers and tokenizers). What the model says means nothing.
"""

from __future__ import annotations

import argparse
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

END_OF_TEXT, TURN, END_OF_TURN = (
    "<|end_of_text|>",
    "<|turn|>",
    "<|end_of_turn|>",
)

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    f"{TURN}{{{{ message.role }}}}\n{{{{ message.content }}}}{END_OF_TURN}\n"
    "{% endfor %}"
    f"{{% if add_generation_prompt %}}{TURN}assistant\n{{% endif %}}"
)

HEAD_SIZE = 32
TRAINING_CHARACTERS = 3_000_000


def training_lines() -> Iterator[str]:
    """Lines of the standard library's top-level modules, in order of name, up to
    TRAINING_CHARACTERS.
    """
    left = TRAINING_CHARACTERS
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        text = path.read_text(encoding="utf-8", errors="ignore")[:left]
        yield from text.splitlines(keepends=True)
        left -= len(text)
        if not left:
            return


def make_tokenizer(vocabulary: int, context: int) -> PreTrainedTokenizerFast:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[END_OF_TEXT, TURN, END_OF_TURN],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(training_lines(), trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        bos_token=END_OF_TEXT,
        eos_token=END_OF_TURN,
        pad_token=END_OF_TEXT,
        model_max_length=context,
        clean_up_tokenization_spaces=False,
    )
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer


def make_model(
    directory: Path,
    *,
    layers: int,
    hidden: int,
    vocabulary: int,
    context: int,
    seed: int,
) -> int:
    """Write tokenizer, configuration and weights; returns the number of weights."""
    import torch
    from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    tokenizer = make_tokenizer(vocabulary, context)
    heads = hidden // HEAD_SIZE
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=hidden,
            intermediate_size=2 * hidden,
            num_hidden_layers=layers,
            num_attention_heads=heads,
            num_key_value_heads=max(1, heads // 2),
            head_dim=HEAD_SIZE,
            max_position_embeddings=context,
            # Wide weights make the next token depend on the text; with the usual 0.02 the model
            # hardly tells tokens apart.
            initializer_range=0.2,
            tie_word_embeddings=False,
            bos_token_id=tokenizer.bos_token_id,
            # No end token: one request in many would stop early by chance, and the tests count
            # tokens.
            eos_token_id=None,
            pad_token_id=tokenizer.pad_token_id,
        )
    ).to(torch.bfloat16)
    model.generation_config = GenerationConfig(
        bos_token_id=tokenizer.bos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        do_sample=True,
    )
    tokenizer.save_pretrained(directory)
    model.save_pretrained(directory)
    return int(model.num_parameters())


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Write a tiny chat model with random weights."
    )
    parser.add_argument("directory", type=Path)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument(
        "--hidden",
        type=int,
        default=128,
        help=f"size of the hidden state, a multiple of {HEAD_SIZE}",
    )
    parser.add_argument("--vocabulary", type=int, default=4096)
    parser.add_argument(
        "--context", type=int, default=4096, help="longest sequence, in tokens"
    )
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    if args.hidden % HEAD_SIZE:
        parser.error(f"--hidden must be a multiple of {HEAD_SIZE}")
    weights = make_model(
        args.directory,
        layers=args.layers,
        hidden=args.hidden,
        vocabulary=args.vocabulary,
        context=args.context,
        seed=args.seed,
    )
    print(f"{args.directory}: {weights:,} weights")


if __name__ == "__main__":
    main()
