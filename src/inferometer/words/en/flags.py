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
    "config.needed": (
        "--tp and --campaign say which test of a --config is meant: give that too, such as "
        "--config C."
    ),
    "config.unheeded": (
        "{flags}: with --config the campaign says that; change it with `inferometer run ... --set "
        "KEY=VALUE`."
    ),
    "config.none": (
        "--config {config}: no preset has hardware of this name; --campaign FILE looks into a file."
    ),
    "config.none.campaign": (
        "--config {config}: {campaign} has no hardware of this name; --campaign FILE looks into a "
        "file."
    ),
    "config.several": "--config {config}: these fit, say which: {tests}.",
    "config.no_test": "--config {config}: no test is like that; there are: {tests}.",
    "config.num_prompts": "--num-prompts {n}: {test} has {first} to {last}; leave it out for all.",
    "calibration.afterwards.saved": (
        "The results are saved. Calibrating this host now, to state how exact it is. This takes "
        "about {seconds} s, once for this host and these settings. Ctrl-C skips it, and so does "
        "--no-calibration."
    ),
    "calibration.afterwards": (
        "The report is complete. Calibrating this host now, to state how exact it is. This takes "
        "about {seconds} s, once for this host and these settings. Ctrl-C skips it, and so does "
        "--no-calibration."
    ),
    "calibration.skipped": "the calibration was skipped. The next run makes one.",
    "calibration.not_added": "{why}. The result files do not contain the precision of this host.",
    "flag.no_rows": "--num-prompts -1 is all rows of a file: {name} has no rows.",
    "flag.self_timed": (
        "--self-timed sends requests at recorded times, which only the data sets trace and "
        "timed_trace have."
    ),
    "flag.seconds": "{name} {value!r}: should be a number of seconds.",
    "flag.size": "{value!r} wants width and height in pixels, such as 512x384",
    "flag.ratios": (
        '{value}: wants a ratio from 0 to below 1, or \'{{"input": 0.3, "output": 0.5}}\'. For '
        "lengths that do not vary, give 0: 1.0 means that only in SGLang and in older versions of "
        "benchmark_serving.py"
    ),
    "flag.images": "{value}: wants a number of images, such as '{{\"image\": 3}}'",
    "flag.buckets": "{value}: wants (height, width, 1): share, such as '{{(256, 256, 1): 1.0}}'",
    "flag.buckets.film": (
        "{value}: wants one frame each: film is not made up, such as '{{(256, 256, 1): 1.0}}'"
    ),
    "levels.single": "--single and {flags} each say which levels: give one of them.",
    "levels.no_highest": "{flags} needs --max-concurrency, the highest level.",
    "levels.paired": (
        "{name} pairs {fields} with other settings: use --set KEY=VALUE; `inferometer presets "
        "show` has the keys."
    ),
    "levels.own_groups": (
        "{name} has own groups: use --set KEY=VALUE; `inferometer presets show` has the keys."
    ),
    "flag.unread": "{flag} {why}.",
    "flag.lora": "--lora-assignment {way!r} is not one of round-robin, random.",
}
