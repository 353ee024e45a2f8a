"""What is wrong with the flags of `bench`, in English."""

from __future__ import annotations

FLAGS: dict[str, str] = {
    "flag.wrong": "{flag}: {wish}.",
    "flag.wrong.value": "{flag} {value}: {wish}.",
    "flag.of": "{flag}: {why}",
    "flag.not_one_of": "{flag} {value!r} is not one of {known}{near}.",
    "flag.ready_timeout": "--ready-check-timeout-sec {value:g}: should be 0 or more.",
    "flag.repeats": "--repeats {value}: should be 1 to {most}.",
    "flag.dialect": "--dialect {value!r} is not known; there are {known}.",
    "flag.warm": (
        "--cache warm sends the prompts of a cold run again, but without --seed all prompts are "
        "new: give the --seed of the cold run, which was printed before it began and is in its "
        "run.json."
    ),
    "flag.ramp": "A ramp needs both ends: --ramp-up-start-rps and --ramp-up-end-rps.",
    "flag.steps": "--rate-steps wants RATExSECONDS, such as 5x60,20x30, not {value!r}.",
    "flag.word": "{flag} {value!r}: should hold no space, line break or character outside ASCII.",
    "flag.not_utf8": "{flag} holds bytes that are not UTF-8 text: type it anew.",
    "flag.not_locale": (
        "{flag} holds bytes that this locale ({encoding}) cannot read: set LC_ALL=C.UTF-8, or do "
        "without them."
    ),
    "flag.needs_path": "--dataset-name {name} needs --dataset-path.",
    "flag.foreign": (
        "{flag} belongs to --dataset-name {names}, not {name}: leave one of the two out."
    ),
    "flag.own_lengths": "{flag}: the prompts of {name} have lengths of their own.",
    "flag.image_size": "--image-size {value!r} wants width and height in pixels, such as 512x384.",
    "address.host_and_port": "--host and --port: {why}",
    "target.needs.request_goodput": (
        "goodput limits, such as goodput: {{ttft: 200}} in a campaign file, or --goodput ttft:200"
    ),
}
