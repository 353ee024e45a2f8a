"""What goes on with servers, and what goes wrong, in English."""

from __future__ import annotations

SERVERS: dict[str, str] = {
    "server.no_command": "The recipe {recipe} has no command to start the server: add one.",
    "server.no_log": "No log can be written to {directory} ({why}).",
    "server.nothing_written": "Nothing can be written to {directory} ({why}).",
    "server.taken": (
        "{taken}: end it, or choose another port in the base_url and command of {recipe}."
    ),
    "server.taken.compose": "{taken}: end it, or choose another port in the base_url of {recipe}.",
    "port.served": "{who} already serves port {port}",
    "port.held": "{who} already holds port {port}",
    "port.forbidden": "this user may not listen on port {port}",
    "port.no_address": "{host} is not an address of this machine",
    "port.process": "{name} (process {pid})",
    "port.unknown": "another program",
    "server.earlier": "  An earlier server of this campaign is still ending: waiting for it.",
    "server.earlier.stuck": (
        "An earlier server of this campaign (process {pid}) does not end: kill -9 {pid}."
    ),
    "server.starting": "Starting {command}\n  log: {log}",
    "server.starting.compose": "Starting {service} of {file} (project {project})",
    "server.cannot_start": (
        "{program} cannot be started ({why}): install it, activate its environment, or give its "
        "full path in the command of {recipe}."
    ),
    "server.no_guard": "The process that guards the server did not start: its log shows why.",
    "server.not_started": "The server has not been started.",
    "server.ended": "The server {how}. Its log is {log}.",
    "server.ended.guard": "was ended because the process that guards it was killed",
    "server.ended.killed": (
        "was killed (SIGKILL), most likely by the kernel because the machine's memory ran out: "
        "check dmesg"
    ),
    "server.ended.signal": "was ended by {signal}",
    "server.ended.not_found": "did not start: its command was not found",
    "server.ended.code": "ended with exit code {code}",
    "server.again": "It will be started again",
    "server.again.contacted": "It will be contacted again",
    "server.again.by_hand": "Start it again",
    "server.restarts": "{error} {what} (restart {n} of at most {most}).",
    "server.restarts.over": "{error} It was started again {n} times.",
    "server.as_it_is": (
        "{why} The recipe {recipe} uses the server as it is: start the right one, then run again."
    ),
    "server.unlisted": (
        "The server at {url} no longer lists {model}: check which server runs there now."
    ),
    "server.engine_silent": "The embedded engine no longer answers: {why}",
    "engine.no_start": "The embedded engine did not start; its standard error shows why.",
    "server.twin_full": (
        "{model} with TP={tp} does not fit into the simulated {card}. Each card holds "
        "{weights:.1f} GiB of weights; vLLM may use {allowed:.1f} GiB of it, also for activations, "
        "its runtime and the KV cache. Raise tp, or simulate a card with more memory. vLLM says: "
        "{why}"
    ),
    "server.port_not_free": "  {taken}, although our server has ended.",
    "server.memory_held": (
        "  Our server has ended, but more accelerator memory is in use than before its start: "
        "{cards}."
    ),
    "compose.incomplete": "The recipe {recipe} has to contain compose_file and compose_service.",
    "compose.no_file": (
        "There is no compose file {file}: correct compose_file of the recipe {recipe}."
    ),
    "compose.failed": "`{word}` of {file} failed: {why}",
    "compose.no_answer": "Docker does not answer: {why}",
    "compose.exit_code": "exit code {code}",
    "compose.out_of_memory": (
        "The container of {service} was killed: its memory ran out (OOMKilled)."
    ),
    "compose.not_running": "The container of {service} {status} with exit code {code}.",
    "compose.restarted": "The container of {service} was restarted after it was confirmed.",
    "compose.no_container": (
        "There is no container of {service}: it was not started, or was removed."
    ),
    "compose.not_described": (
        "`docker inspect` did not describe container {container}: check that this is Docker."
    ),
    "compose.no_docker": (
        "Docker is not installed: install it with its compose plugin, or use another kind of "
        "recipe."
    ),
    "compose.no_compose": (
        "Docker Compose is not installed: install docker-compose-plugin, or docker-compose."
    ),
    "compose.cannot_run": "{program} cannot be run ({why}): install it.",
    "compose.too_slow": "`{call} …` did not finish within {timeout:g} s: check the Docker engine.",
    "operator.stop_it": "{why} Stop it, and start the one above.",
    "operator.late": (
        "The server did not start within {timeout:g} s (start_timeout_s of {recipe}): {why} Run "
        "again to continue."
    ),
    "operator.waiting": "  still waiting, {minutes:.0f} of at most {most:.0f} min: {what}",
    "operator.waiting.new": "  {what}",
    "operator.doubt": (
        "A server with this model and limit answers at {url}, but it was running before: restart "
        "it as above. {how}"
    ),
    "operator.if_right": "If it is already running with these settings",
    "operator.asked": "{condition}: touch {file}",
    "operator.asked.typing": "{condition}, type yes and Enter here, or: touch {file}",
    "operator.serves": "  {url} serves {model}: {how}.",
    "operator.unknown_model": "an unknown model",
    "operator.needed": "Needed at {url}: {model}{served}, tensor parallelism {tp}{limit}",
    "operator.needed.served": " as {name}",
    "operator.on": "  on hardware {hardware}",
    "operator.start": "  - stop any server that runs there, and start this one",
    "operator.start.command": "  - stop any server that runs there, and start this one:",
    "operator.start.image": (
        "  - stop any server that runs there, and start this one in the image {image}:"
    ),
    "operator.checks": "The run checks every {seconds:g} s and continues automatically.",
    "believed.before": "it was confirmed before",
    "believed.running": "it was running already",
    "believed.restarted": "it was restarted after it was confirmed",
    "believed.instruction": "it started after the instruction",
    "believed.terminal": "confirmed at the terminal",
    "believed.file": "confirmed by: file {file}",
    "believed.as_before": "as before",
    "hardware.unconfirmed": (
        "Nobody confirmed hardware {name} within {timeout:g} s (start_timeout_s of {recipe}). Set "
        "it up, then run again to continue."
    ),
    "hardware.how": "  Hardware {name}: {how}.",
    "hardware.when_done": "when that is done",
    "hardware.when_set_up": "When hardware {name} is set up",
    "hardware.waiting": "  still waiting, {minutes:.0f} of at most {most:.0f} min. {how}",
    "hardware.needed": "Needed: hardware {hardware}",
    "step.one_x16": "Machine A/B: one card, the slot set to x16.",
    "step.two_x8": "Machine A/B: two cards, the slots set to x8 each.",
    "step.two_x16": "Machine C: both cards in slots of full width (x16).",
    "step.triton": (
        "In NVIDIA's image of Triton with TensorRT-LLM, on the network of the host. The script "
        "leaves Triton running behind it."
    ),
    "hardware.change": "change the hardware to this; it differed before",
    "hardware.then.ours": (
        "The server starts after that. If the machine has to be switched off, run the same command "
        "again."
    ),
    "hardware.then": "The server at {url} has to run on it: restart it if it does not.",
    "xinference.taken": (
        "{url} already runs a model named {model} with unknown launch settings: terminate it (curl "
        "-X DELETE {url}{path}) or choose another served_model."
    ),
    "xinference.not_registered": "Xinference did not register {model}",
    "xinference.not_launched": "Xinference did not launch {model}",
    "xinference.silent": "{model} was launched but does not answer",
    "xinference.because": "{what}: {why}",
    "xinference.said": (
        "{what} ({status}: {said}): correct the launch settings of {recipe}, or check the server's "
        "log."
    ),
    "xinference.launching": "Launching {model} on {url} as {name}",
    "xinference.loaded": "  {model}: {percent}% loaded.",
    "xinference.unlisted": "{url} no longer lists a model, although {model} was launched.",
    "xinference.not_terminated": "  {model} could not be terminated: {why}",
    "server.only_list": "{why} If only its list of models is slow, set server.served_model.",
    "server.no_list": "{url} has no list of models ({why})",
    "server.several_models": (
        "{url} serves several models ({models}): choose one with server.served_model."
    ),
    "server.no_model": "{url} lists no model: choose one with server.served_model.",
    "server.compresses": (
        "{url} compresses its answer on {path} ({packed}) although the request did not permit it; "
        "compressed streams cannot be timed: disable compression in the server or its gateway."
    ),
    "server.not_json": "{path} answered with {kind} that is not a JSON object",
    "server.not_json.where": "{url}{what}",
    "server.late": "{asked} was not answered within {timeout:g} s",
    "server.too_large.short": "{asked} is answered with more than {mib:g} MiB",
    "server.status": "{status} on {path}: {said}",
    "server.status.redirect": "{status} on {path}, which redirects to {location}",
    "server.wrong_model": (
        "{url} does not serve a model named {model!r}, but {models}: use server.served_model {near}"
        "."
    ),
    "server.wrong_model.any": (
        "{url} does not serve a model named {model!r}, but {models}: use one of these as "
        "server.served_model."
    ),
    "server.note.no_list": (
        "The server has no list of models ({why}): its model and maximum length are not checked."
    ),
    "server.note.other_list": (
        "The server's list of models has no {model}, but {models}; it answers requests for it "
        "anyway."
    ),
    "group.measured_again": (
        "{n} finished points of this group were measured with {was} of the server, which has {now} "
        "now: they are measured again."
    ),
    "group.measured_again.one": (
        "1 finished point of this group was measured with {was} of the server, which has {now} "
        "now: it is measured again."
    ),
    "group.no_cold": (
        "Its cold point {point} has no result that counts: nothing is known to be in the cache."
    ),
    "group.not_at_rest": (
        "The server of {group} is not at rest while it is another's turn: {n:g} requests are in it "
        "that are none of ours. See who else uses it."
    ),
    "model.listed": "{names} and {n} more",
    "cure.no_list": "set server.served_model, or check server.backend and server.base_url",
    "server.starting.compose.command": (
        "Starting {service} of {file} (project {project})\n  {command}"
    ),
    "counting.ids": (
        "token ids, exactly as many as asked for, drawn from {n} ids of the server's own /tokenize"
    ),
    "counting.ids.unsure": (
        "token ids, exactly as many as asked for, drawn from ids {first} to {last} (the server has "
        "no /tokenize to ask for better ones)"
    ),
    "counting.server": "text, counted by the server's /tokenize",
    "counting.local": "text, counted by a local tokenizer",
    "counting.local.path": "text, counted by the local tokenizer {path}",
    "counting.about": (
        "text of about the length asked for: the server has no /tokenize and no workload.tokenizer "
        "was given"
    ),
    "counting.unconfirmed": "{how} (the server's usage could not confirm it)",
    "counting.differs": "{how}, which differs from the server's usage",
    "counting.unfit": "{how}; some prompts could not be made to fit",
    "counting.turns": "{how}; conversations are as long as their turns make them",
    "counting.pictures": (
        "{n} tokens of {how}; how many the {size} pictures are, only the server can tell"
    ),
    "counting.sound": (
        "recordings as the file has them; how many tokens each is, only the server can tell"
    ),
    "limits.end": (
        "{server} cannot ignore the end of a text: outputs may be shorter than requested."
    ),
    "limits.usage": (
        "{server} reports no token counts: a local tokenizer counts instead, or else each event "
        "counts as one token."
    ),
    "trial.limit_field": (
        "The length of answers is limited by {field}: the server does not heed max_tokens."
    ),
    "trial.left_out": (
        "{field} is left out, since the server refuses it: it may not tell how many tokens there "
        "were."
    ),
    "trial.without_eos": (
        "ignore_eos is left out, since the server refuses it and no flag asked for it: answers may "
        "be shorter than requested."
    ),
    "trial.no_limit": (
        "{url} refuses one name of the limit of an answer on {path} ({why}), and does not heed the "
        "other ({name}): look at its documentation."
    ),
    "trial.refuses": "{url} refuses even a test request of {tokens} on {path}: {said}.",
    "trial.fails": "{url} fails even a test request of {tokens} on {path}: {said}.",
    "trial.tokens": "{n} tokens",
    "trial.tokens.one": "one token",
    "trial.twice": "{first}; and in another form: {last}",
    "trial.leave_out": "Leave out {field} ({flag}; in a campaign, under sampling).",
    "trial.diagnosis": "{diagnosis}",
    "measure.unreachable": (
        "{url} cannot be reached any more ({why}){proxy}: check the server's log."
    ),
    "measure.replay": "load.replay_speed needs recorded times, which these prompts do not have.",
    "measure.connections": (
        "Only {n} of {of} connections to {host} could be opened ({why}): check that the server "
        "runs, and how many connections it accepts."
    ),
    "calibration.busy_elsewhere": (
        "This host is not calibrated now, because another measurement is running on it."
    ),
    "calibration.unusable": "{why} Its stored calibration is not used.",
    "calibration.none_used": "{why} No calibration is used.",
    "calibration.failed": "The calibration failed ({why}). No calibration is used.",
    "calibration.not_kept": (
        "{why} The calibration is not kept. `{command}` while the host is idle creates one."
    ),
    "calibration.not_stored": "The calibration is used, but not stored: {why}.",
    "server.as_found": " (--set servers.{recipe}.max_model_len={limit} accepts this server)",
}
