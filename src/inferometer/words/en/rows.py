"""What is wrong with the rows of a data set, in English."""

from __future__ import annotations

ROWS: dict[str, str] = {
    "rows.at": "{where}: {why}.",
    "rows.limit": "has {name} {limit}, which is no number of tokens",
    "rows.only_ids": "has a prompt of token ids, which is no conversation",
    "rows.no_turns": "has no list of turns under {name!r}",
    "rows.empty_conversation": "has a conversation without a turn",
    "rows.no_prompt": "has no prompt: fields are {fields}, and none of {known}",
    "rows.no_prompt.nothing": "nothing",
    "rows.not_user_first": "has a conversation that does not begin with the user",
    "rows.no_ids": "has a list under {name!r} that is neither token ids nor messages",
    "rows.no_text": "has no text under {name!r}",
    "rows.speaker": "has a turn of {name}, which is none of {known}",
    "rows.tool_calls": "has tool_calls that are no list of calls",
    "rows.functions_too_deep": "has functions that are nested too deeply",
    "rows.too_deep": "is nested too deeply",
    "rows.unsendable": "holds {value}, which no JSON of a request can hold",
    "rows.fields_too_large": (
        "has {size:,} bytes of request fields, most of them {largest!r}, and {most:,} is the limit"
    ),
    "rows.not_carried": (
        "has {name}, which are part of the prompt and which this backend does not carry: take a "
        "chat backend, such as openai-chat, or rows without {name}"
    ),
    "rows.prompt_not_carried": (
        "{where}: the prompt is {what}, which this backend does not carry: take {other}."
    ),
    "rows.messages": "chat messages",
    "rows.messages.pictures": "chat messages with pictures",
    "rows.ids": "token ids",
    "rows.take.chat": "a chat backend, such as openai-chat",
    "rows.take.text": "text, or another backend, such as openai",
    "rows.take.text_or_messages": "text or messages, or another backend, such as openai",
    "rows.picture.row": "a picture of the row",
    "rows.picture.not_audio": "{what} is no sound: it is neither WAV, FLAC, Ogg nor MP3",
    "rows.picture.not_image": (
        "{what} is no picture: it is neither PNG, JPEG, WebP, GIF, BMP, TIFF nor AVIF"
    ),
    "rows.picture.not_video": "{what} is no film: it is neither MP4, WebM nor AVI",
    "rows.picture.too_large": "{what} is larger than {mb} MB, which is the limit for a picture",
    "rows.picture.no_source": (
        "has {source} for a picture, which is no path, address, base64 or bytes"
    ),
    "rows.picture.unread": (
        "names the picture {name}, which cannot be read ({why}): put it there, or take the row "
        "out; paths are relative to {folder}"
    ),
    "rows.picture.no_name": "no file can have this name",
    "rows.picture.not_regular": "it is no regular file",
    "rows.picture.elsewhere": (
        "has the picture {name}, which cannot be read here: give a path, or http:// or https://"
    ),
    "rows.picture.not_here": (
        "names the picture {name}, but the data set is not on this disk: download it, and give its "
        "folder"
    ),
    "rows.pictures.too_large": (
        "the pictures up to here are larger than {gb} GB: lower load.num_prompts"
    ),
    "rows.pictures.no_user": "has pictures, but no turn of a user to show them in",
    "rows.pictures.too_few": "has places for more pictures than the {n} that are there",
    "rows.recording": (
        "has sound or film under {name!r} that is no file; remove the field to send the rest"
    ),
    "rows.sizes": "{size!r} is no size in pixels such as 1280x720, up to 8192 each",
    "rows.max_images": "wants at least {least} pictures, and max_images is {most}",
    "unfit.no_exchange": "no exchange",
    "unfit.prompt_short": "prompt too short",
    "unfit.reply_short": "reply too short",
    "unfit.prompt_long": "prompt too long",
    "unfit.total_long": "prompt and output too long",
    "unfit.audio_short": "recording too short",
    "unfit.audio_long": "recording too long",
    "unfit.audio_unknown": "recording of unknown length",
    "unfit.other_model": "another model",
    "unfit.other_kind": "not of the kind that is asked for",
    "unfit.other_category": "of another category",
    "unfit.failed": "no tokens: it failed",
    "unfit.turns": "user and assistant do not take turns",
    "unfit.no_answer": "no answer tells how long one is (workload.output_len would)",
    "dataset.trace.too_few": (
        "{path} has {found} usable rows{without}, but {n} requests are to be made: lower "
        "load.num_prompts."
    ),
    "dataset.trace.order": "{where}: is earlier than the row before it; sort the trace by time.",
    "dataset.trace.row": "{where}: {why}; repair the row or take it out.",
    "dataset.trace.no_field": "has no {name!r}",
    "dataset.trace.form": (
        "{path} is no trace: it has {fields}, but neither 'Request tokens' (BurstGPT), nor "
        "'ContextTokens' (Azure), nor 'input_length' (Mooncake)."
    ),
    "dataset.trace.no_list": "{name} is no list of numbers",
    "dataset.trace.no_time": "{value!r} is no time",
    "dataset.trace.no_tokens": "{value!r} is no number of tokens",
    "dataset.trace.no_moment": "{value!r} is no date and time",
    "dataset.conversations.too_few": (
        "{path} has conversations of {found} turns in all{without}, but {n} are to be sent: {cure}."
    ),
    "dataset.conversations.none": "give a file of conversations",
    "dataset.conversations.texts": (
        "Recorded conversations are texts, which cannot be counted as token ids."
    ),
    "dataset.sonnet.prefix": (
        "workload.prefix_len {prefix} leaves nothing of workload.input_len {input} to be a "
        "prompt's own."
    ),
    "dataset.no_lines": "{path} has no line of text.",
    "dataset.too_short": (
        "An input of {tokens} tokens cannot be had: special tokens and chat template alone are "
        "{overhead}; ask for more with workload.input_len."
    ),
    "dataset.array.endless": "the array does not end",
    "counting.file_ids": "token ids, as many as the file has",
    "wire.chat_only": (
        "chat carries messages or text, not token ids: choose a completions backend, or text "
        "prompts"
    ),
    "wire.completions_only": (
        "completions carry text or token ids, not chat messages: choose a chat backend"
    ),
    "wire.text_only": (
        "{server} carries only text, not token ids or chat messages: choose another backend"
    ),
    "wire.unsupported": "{server} does not support {name} and would ignore it: leave it out",
    "wire.no_adapter": (
        "{server} cannot select a LoRA adapter per request: leave out server.lora_modules"
    ),
    "wire.taken": (
        "sampling.extra_body must not set {field!r}, which the request already contains: remove it"
    ),
    "wire.adapter_number": (
        "{server} identifies its LoRA adapters by number (GET /lora-adapters lists them): "
        "{adapter!r} is no number"
    ),
    "wire.texts_and_images": (
        "{server} carries texts and images, but a message contains something else: choose another "
        "backend"
    ),
    "wire.tool_arguments": (
        "{server} carries only tool calls whose arguments are a JSON object: choose another backend"
    ),
    "wire.no_fetching": (
        "{server} does not fetch images: give them as data:image/...;base64,..., or choose another "
        "backend"
    ),
    "wire.one_sound": (
        "a transcription needs one sound in each request, and this one has {n}: name a WAV, FLAC, "
        "Ogg or MP3 file in the field audio of each row"
    ),
    "wire.no_sound": (
        "a part input_audio of a message needs data in base64 and a format such as wav"
    ),
    "wire.boundary": (
        "the sound or a field contains the line that separates the fields of a form: leave this "
        "row or field out"
    ),
    "wire.sound_by_url": (
        "a transcription sends the sound itself, not its address: name a file in the field audio"
    ),
    "wire.not_carried": "{server} carries texts and images, not {kind}: choose openai-chat",
}
