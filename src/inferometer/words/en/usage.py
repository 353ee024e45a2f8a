"""What is wrong with flags, campaign files and specs, in English."""

from __future__ import annotations

USAGE: dict[str, str] = {
    "help.usage": "Usage: {usage}",
    "help.arguments": "Arguments",
    "help.options": "Options",
    "help.commands": "Commands",
    "help.default": "[default: {value}]",
    "help.required": "[required]",
    "help.env": "[env: {value}]",
    "help.range": "[{value}]",
    "wish.other": "{said}",
    "wish.input": "input {wish}",
    "wish.greater_than": "should be greater than {gt}",
    "wish.greater_than_equal": "should be greater than or equal to {ge}",
    "wish.less_than": "should be less than {lt}",
    "wish.less_than_equal": "should be less than or equal to {le}",
    "wish.int_type": "should be a valid integer",
    "wish.int_parsing": "should be a valid integer, unable to parse string as an integer",
    "wish.int_from_float": "should be a valid integer, got a number with a fractional part",
    "wish.float_type": "should be a valid number",
    "wish.float_parsing": "should be a valid number, unable to parse string as a number",
    "wish.finite_number": "should be a finite number",
    "wish.bool_type": "should be a valid boolean",
    "wish.bool_parsing": "should be a valid boolean, unable to interpret input",
    "wish.string_type": "should be a valid string",
    "wish.dict_type": "should be a mapping, `name: value`",
    "wish.list_type": "should be a list",
    "wish.tuple_type": "should be a list",
    "wish.literal_error": "should be {expected}",
    "header.name": (
        "server.headers wants KEY=VALUE with a header's name before the first '=', such as "
        "X-Team=blue."
    ),
    "header.value": (
        "server.headers {name}: the value holds a line break or a character outside ASCII; remove "
        "it."
    ),
    "header.twice": "server.headers {name} is given twice; give it once.",
    "header.api_key": (
        "OPENAI_API_KEY holds a line break or a character outside ASCII; set it to the bare key."
    ),
    "metadata.pair": "output.metadata wants KEY=VALUE, such as gpu=R9700, not {pair!r}.",
    "metadata.twice": "output.metadata {key} is given twice; give it once.",
    "extra_body.constant": "sampling.extra_body: {constant} is not JSON; use a number or null.",
    "extra_body.not_json": (
        "sampling.extra_body is not JSON ({why} at character {place}); quote it whole, such as '{"
        '{"min_p": 0.1}}\'.'
    ),
    "extra_body.no_object": (
        "sampling.extra_body wants a JSON object in braces, such as '{{\"min_p\": 0.1}}'."
    ),
    "output.percentiles": (
        'output.percentiles wants numbers from 0 to 100 such as "50,90,99", not {value!r}.'
    ),
    "output.metrics": "output.metrics knows {known}, not {name!r}{near}.",
    "rate.wrong": (
        "load.request_rate wants requests per second above 0, or inf to send all at once, not "
        "{value!r}."
    ),
    "address.scheme": "{field} must begin with http:// or https://, not {scheme}://.",
    "address.user": (
        "{field} must not hold a user or password, which would end up in files; set "
        "OPENAI_API_KEY instead."
    ),
    "address.query": (
        "{field} must end before '?' and '#': put a query at the end of server.endpoint, "
        "such as server.endpoint '/v1/completions?api-version=1'."
    ),
    "address.path": (
        "{field} is the server only: give {field} {server} and server.endpoint {path}."
    ),
    "address.models": "{field} is the server only: give {field} {server}.",
    "address.none": (
        "{address!r} is not an address: set {field} http://HOST:PORT, the port from 1 to "
        "65535, an IPv6 host in brackets, such as http://[::1]:8000."
    ),
    "scenario.none": (
        "{text!r} is no scenario: write D(1024,128), N(512,64)/(128,16) or U(100,400)/(50,200)"
    ),
    "scenario.empty": "a range from {least} to {most} is empty: the shortest length comes first",
    "scenario.mean": "a mean of {mean} tokens is too short: 1 is the least",
    "scenario.length": "a length is a whole number of tokens, at least 1, not {number}",
    "scenario.contrary": "says what {fields} says otherwise: give one of the two",
    "steps.none": "wants at least one step; leave it out for a single rate",
    "command.quotation": (
        "is no command line ({why}): close the quotation, or write it as a list of words"
    ),
    "wish.one_of": "wants one of {known}{near}",
    "target.none": "{text!r} is no target: write one like {example}.",
    "target.comparison": (
        'wants a comparison such as "> 1800", "any > 1800" or "< 100 if tp=1" behind the name of '
        'a metric, as in output_throughput: "> 1800"'
    ),
    "target.condition": (
        "{text!r} is no condition: write one like tp=1 or concurrency<=32, with commas between."
    ),
    "target.number": "{text!r} compares with what is not a number: write one like concurrency<=32.",
    "target.no_metric": "The target {target!r} names no metric that exists{near}.",
    "target.names": ": they are called as in vLLM's result files, such as p99_ttft_ms",
    "target.needs": "The target {target!r} cannot be checked: {metric} needs {what}.",
    "target.needs.cost_per_million_tokens": "a price, or a cost_per_hour in a campaign file",
    "target.needs.scaling_efficiency": "points on one card and on several, which are a campaign's",
    "target.no_condition": "The target {target!r} asks for {name!r}, which is no condition{near}.",
    "target.unanswerable": (
        "The target {target!r} cannot be checked: no point of this run has {where}. Leave it out, "
        "or run the points that it is asked of."
    ),
    "price.pue": "wants a PUE from 1 to 10",
    "price.wanted": (
        "wants a price above 0 with a decimal point, such as 2.5/h, $2.5/h, 0.12/kWh or, with a "
        "PUE, 0.12/kWh*1.3"
    ),
    "axis.wanted": "wants numbers, ranges such as {{from: 1, to: 200, step: 1}}, or a list of both",
    "axis.too_many": "has more than {most} values",
    "axis.none": "has no values; leave it out, or give some",
    "axis.empty": (
        "has an empty range from {first} to {last}; the step is 1 or more, and `to` is not below "
        "`from`"
    ),
    "check_run.hash": (
        "server.endpoint {path!r} must end before '#', which is nothing that a server gets to see."
    ),
    "check_run.slash": (
        "server.endpoint {path!r} must begin with '/', such as /v1/completions; the server itself "
        "is server.base_url."
    ),
    "check_run.pictures": (
        "Pictures go into chat messages, which server.backend {backend} does not carry: choose one "
        "of {chats}."
    ),
    "check_run.chats": (
        "Recorded conversations are chat messages, which server.backend {backend} does not carry: "
        "choose one of {chats}."
    ),
    "check_run.sound": (
        "server.backend {backend} sends sound, and prompts of kind {kind} have none: choose rows "
        "with audio files (jsonl or hf)."
    ),
    "check_run.too_long": (
        "{input} input and {output} output tokens{spread} are {total}, but the server's "
        "max_model_len is {limit}: shorten {fields} by {over}, or start the server with "
        "--max-model-len {total} or more."
    ),
    "check_run.or": "{first} or {second}",
    "check_run.spread": " at the upper end of {field}",
    "check_run.rows_too_long": (
        "{n} of {of} requests are longer than the server's max_model_len {limit}, the longest has "
        "{input} input and {output} output tokens: leave such rows out (workload.max_total_len "
        "{limit}), shorten them, or start the server with --max-model-len {total} or more."
    ),
    "check_run.descriptors": (
        "{streams} connections in one process need {needed} open files, but the limit is {limit}: "
        "raise it (ulimit -n {needed}), or use a smaller load.max_concurrency{workers}."
    ),
    "check_run.workers": ", or `workers` {n}",
    "check_run.several_shapes": (
        "{first} and {second} each say when requests are due: give one of them."
    ),
    "check_run.replay": (
        "load.replay_speed needs recorded times, which only workload.kind trace has, each request "
        "of it once."
    ),
    "check_run.burstiness": (
        "load.burstiness {value:g} shapes the gaps between requests, and there are none while "
        "load.request_rate is inf: give a rate, or leave it out."
    ),
    "check_run.drop": (
        "load.when_full drop needs arrivals and a cap: give a rate and load.max_concurrency, or "
        "leave it out."
    ),
    "check_run.ours": (
        "sampling.extra_body must not set {field!r}, on which the measurement depends: remove it."
    ),
    "check_run.twice": (
        "{field!r} is given by itself and in sampling.extra_body: remove one of the two."
    ),
    "axis.range": "wants a range such as {{from: 1, to: 200, step: 1}}, in whole numbers",
    "axis.no_key": "a range has no {key!r}{near}: {wanted}",
    "campaign_file.unknown": "unknown key {key!r}{near}.",
    "campaign_file.unknown.known": "unknown key {key!r}: there are {known}.",
    "campaign_file.misplaced": "the key {key!r} belongs under {sections}, not here.",
    "campaign_file.missing": "{name} is missing.",
    "campaign_file.wrong": "{name}: {wish}.",
    "campaign_file.wrong.value": "{name}: {wish}, not {value!r}.",
    "campaign_file.not_one_of": "{name}: {value!r} is not one of {known}{near}.",
    "campaign_file.at": "{place}: {what}",
    "campaign_file.too_long": (
        "{name}: the file is longer than {most} bytes, which no campaign needs."
    ),
    "campaign_file.no_preset": (
        "There is no file and no preset {name!r}{near}: `inferometer presets` lists them."
    ),
    "campaign_file.directory": (
        "{name} is a directory: give the campaign's file, or a preset (`inferometer presets`). "
        "`inferometer report {name}` reads results in it."
    ),
    "campaign_file.not_utf8": "{name}: the file is not text in UTF-8.",
    "campaign_file.unread": "{name}: the file cannot be read ({why}).",
    "campaign_file.line": "{name}:{line}: {what}",
    "campaign_file.no_mapping": (
        "{name}:1: a campaign is a mapping of keys to values; `inferometer presets show "
        "production`."
    ),
    "near.either": " (did you mean {names}?)",
    "campaign_file.pair": "wants KEY=VALUE, such as load.num_warmups=4.",
    "campaign_file.no_place": "nothing can be set at {key!r}.",
    "campaign_file.interleave.few": "the campaign has {n} servers ({names}): it takes two servers.",
    "campaign_file.interleave.few.one": (
        "the campaign has 1 server ({names}): it takes two servers."
    ),
    "campaign_file.no_number": "{text!r} is no whole number above 0: set it to one, or not at all.",
    "campaign_file.exchanged": "{first} is above NUM_PROMPTS_END, which is {last}: exchange them.",
    "campaign_file.nothing_left": (
        "none of the num_prompts of {name} lies between {first} and {last}."
    ),
    "campaign_file.both_bounds": "NUM_PROMPTS_START and NUM_PROMPTS_END",
    "campaign_file.only": "--only {pattern!r} names no group and no point{near}.",
    "campaign_file.quick.num_prompts": (
        "--set {pair}: --quick sends {most} requests a point at most; leave one of the two out."
    ),
    "yaml.too_long": "the file is longer than {most} bytes.",
    "yaml.problem": "{problem} {context}.",
    "yaml.none": "the file is no YAML ({why}).",
    "yaml.tab": "a tab cannot indent YAML: use spaces.",
    "yaml.too_deep": "values are nested more than {most} deep.",
    "yaml.aliases": "there are more than {most} aliases (*name): write the values out.",
    "yaml.too_many": (
        "the file holds too many values, or aliases (*name) repeat too much: write less."
    ),
    "yaml.tag": "tags are not read here: remove {tag!r}.",
    "yaml.key": "a key must be a plain word; merge keys (<<) are not read.",
    "yaml.twice": "{key!r} is there twice; the other is in line {line}.",
    "campaign_check.too_many": "with these there are more than {most} points: narrow the matrix.",
    "campaign_check.unknown": "{section} has no {name!r}{near}.",
    "campaign_check.unknown.known": "{section} has no {name!r}{near}; there are {known}.",
    "campaign_check.same_id": "there is another group {id!r}: give each an id of its own.",
    "campaign_check.odd": (
        "{n} repeats do not cancel a drift (A B, B A needs two): give an even number."
    ),
    "campaign_check.one_server": (
        "{one} and {other} share a server: there is nothing to take turns."
    ),
    "campaign_check.nothing_shared": (
        "{one} and {other} have no point with the same settings: give them the same matrix and "
        "load."
    ),
    "campaign_check.same_address": (
        "two servers of ours cannot both be at {url}: give each a base_url, or leave exclusive."
    ),
    "campaign_check.gpus": "tp {tp} needs {tp} GPUs, but hardware {hardware!r} declares {gpus}.",
    "campaign_check.placeholder": "nothing is known to fill {{{word}}} with{near}: use {known}.",
    "campaign_check.no_image": "it holds {{image}}, but names none.",
    "campaign_check.no_hardware": (
        "recipe {name!r} holds {{{word}}}, but this group names no hardware."
    ),
    "campaign_check.secret": (
        "{name} looks like a secret: set it in the shell, from where servers have it."
    ),
    "campaign_check.secret.command": (
        "{name} is a secret on a command line, which can be read by all and would be recorded: "
        "export it in the shell that starts inferometer (VLLM_API_KEY, HF_TOKEN) instead, since "
        "the server inherits it."
    ),
    "campaign_check.process": "a server of kind process needs its command.",
    "campaign_check.operator": (
        "a server of kind operator needs a command, or a note, to tell the person who starts it."
    ),
    "campaign_check.registration": (
        "what is registered has to be launched: give it a launch with the same model_name."
    ),
    "campaign_check.launch": "launch needs the model_name that Xinference knows the model by.",
    "campaign_check.compose": "a server of kind compose needs compose_file and compose_service.",
    "campaign_check.name.control": "a file name holds no control characters: type it anew.",
    "campaign_check.name.slash": (
        "a file name holds no / and does not begin with a dot: the folder is result_dir."
    ),
    "campaign_check.name.field": "a file name cannot hold {{{field}}}{near}: use {known}.",
    "campaign_check.name.brace": "a brace is open.",
    "campaign_check.name.config": "file_name holds {{config}}, but this group names no hardware.",
    "campaign_check.cell": "its matrix gives {what}: {wish}.",
    "campaign_check.cell.point": "a point",
    "campaign_check.cell.none": "a {kind} workload has none",
    "campaign_check.no_point": "no point is left of it: look at its matrix and what it excludes.",
    "campaign_check.per_concurrency": (
        "num_prompts_per_concurrency needs a max_concurrency in the matrix or under load."
    ),
    "campaign_check.warm": (
        "a warm point needs its cold one, which fills the cache: write `cache: [cold, warm]`."
    ),
    "campaign_check.too_long": (
        "{input} input and {output} output tokens are {total}, but max_model_len of servers."
        "{server} is {limit}: raise it, leave it out, or shorten the requests."
    ),
    "campaign_check.same_name": (
        "{one} and {other} have the same: add what tells them apart, such as {{n}} or {{repeat}}."
    ),
    "campaign_check.same_point": (
        "{other} is the same measurement as {one}: leave one of the two out."
    ),
    "campaign_check.long_name": (
        "it makes names of up to {n} bytes, and files take {most}: shorten it, or what it names."
    ),
    "campaign_check.limit_needed": (
        "servers.{server}: max_model_len is needed, since only the file tells how long the "
        "requests of group {group} are; give it here, or max_total_len to the workload."
    ),
    "campaign_file.quick.num_warmups": (
        "--set {pair}: --quick sends one warm-up at most; leave one of the two out."
    ),
    "campaign_file.quick.repeats": (
        "--set {pair}: --quick measures no point again and again; leave one of the two out."
    ),
    "wish.model_type": "should be a mapping, `name: value`",
    "campaign_check.numa_node": (
        "the command has no place for it: write {{numactl}} before the server's program."
    ),
    "campaign_check.no_group": "there is no group {name!r}{near}: give ids of groups.",
    "campaign_file.interleave": (
        "the campaign has {n} servers ({names}): name those that take turns, such as --set "
        "'interleave=[[a, b]]'."
    ),
}
