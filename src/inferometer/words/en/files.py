"""What is wrong with files, ledgers and archives, in English."""

from __future__ import annotations

FILES: dict[str, str] = {
    "unread": "cannot read {path}: {why}",
    "unread.regular": "it is not a regular file; name the result file itself",
    "unread.size": "it has {size:,} bytes, more than the {most:,} allowed",
    "unread.some": (
        "{n} of its {of} entries are not results of a known tool; take them away to read the "
        "others"
    ),
    "unread.wrapped": (
        "{n} of the {of} entries under {name} are not results of a known tool; take them away to "
        "read the others"
    ),
    "unread.wrapped_names": (
        "it has results, and beside them {names}, which are no results of a tool that is known "
        "here"
    ),
    "unread.not_json": "it is not JSON (line {line}: {why})",
    "unread.line_not_json": "line {line} is not JSON ({why})",
    "unread.no_result": "it is not a result file ({why})",
    "unread.no_object": "it holds a JSON {type}, a result is an object",
    "unread.no_lines": "none of its lines is a JSON object",
    "unread.line": "cannot read line {line} of {path}: it is not a JSON object",
    "unread.lines": "cannot read {n} more lines of {path}",
    "unread.directory": "it is a directory; name a result file, or a directory of EvalScope's",
    "unread.evalscope": "it is not JSON; take it away to do without",
    "unread.evalscope.database": "{why}; take it away to do without single requests",
    "unread.changed": "it is not what was written; take it from a copy, or measure again",
    "unread.events": "its requests do not account for all of its events",
    "unread.not_ours": "its {file} is not one of Inferometer's",
    "unread.newer": "a newer Inferometer wrote it; update Inferometer to read it",
    "unread.strange": "it holds what no tool writes ({why})",
    "problem.not_of_campaign": (
        "{path} is not a result of the campaign {name}: its ledger does not name it."
    ),
    "problem.archives.one": "{paths} is an archive and was not opened: unpack it first.",
    "problem.archives": "{n} archives were not opened; unpack them first: {paths}.",
    "problem.strange.one": "{paths} is JSON, but no result of a tool that is known here.",
    "problem.strange": (
        "{n} files are JSON, but no results of a tool that is known here: {paths}."
    ),
    "problem.no_results.one": "{paths} has no results of a tool that is known here.",
    "problem.no_results": (
        "{n} text files have no results of a tool that is known here: {paths}."
    ),
    "damage.changed": "{name} has changed",
    "damage.missing": "{name} is missing",
    "damage.unread": "{name} cannot be read ({why})",
    "os.ENOENT": "No such file or directory",
    "os.EACCES": "Permission denied",
    "os.EPERM": "Operation not permitted",
    "os.EISDIR": "Is a directory",
    "os.ENOTDIR": "Not a directory",
    "os.ENOSPC": "No space left on device",
    "write.cannot": "cannot write {path}: {why}",
    "write.locked": (
        "another process has locked it for {seconds:.0f} s; end that process (and remove {lock} if "
        "it exists), or choose another file"
    ),
    "write.character": (
        "file names in {encoding} cannot contain {character}; choose another name, or set "
        "LC_ALL=C.UTF-8"
    ),
    "write.EACCES": "permission denied; choose a directory that you can write to",
    "write.EROFS": "its file system is read-only; choose another directory",
    "write.ENOSPC": "the disk is full; free some space, or choose a directory on another disk",
    "write.EDQUOT": (
        "your disk quota is used up; free some space, or choose a directory on another disk"
    ),
    "write.EFBIG": (
        "the file would exceed this system's size limit; raise the limit (`ulimit -f`), or choose "
        "another directory"
    ),
    "write.ENOENT": (
        "its directory does not exist, or no longer does; choose another one"
    ),
    "write.ENOTDIR": "part of that path is a file, not a directory; choose another directory",
    "write.EISDIR": "that is a directory; choose a file name",
    "write.EEXIST": "something with this name already exists; choose another name, or move it away",
    "write.ENAMETOOLONG": "the name is too long; choose a shorter one",
    "save.nowhere": (
        "{error}. There was no room elsewhere either (some {mb:.1f} MB are needed): the report is "
        "all that is left"
    ),
    "save.elsewhere": "{error}. The results are in {folder}/ instead.",
    "ledger.salvaged": (
        "{path} is damaged from line {line} on: {n} results recorded after that are used, because "
        "their files are intact and agree with the records{lost}"
    ),
    "ledger.salvaged.one": (
        "{path} is damaged from line {line} on: 1 result recorded after that is used, because its "
        "files are intact and agree with the record{lost}"
    ),
    "ledger.salvaged.none": (
        "{path} is damaged from line {line} on: 0 results recorded after that are used{lost}"
    ),
    "ledger.lost": "; {n} more cannot be used",
    "ledger.repairs": "{what}. `inferometer run` repairs the ledger.",
    "ledger.kept": "{what}. The lines from there on are saved in {file}.",
    "ledger.name": (
        "{directory} is not read: {name!r} cannot be the name of a campaign. Rename the directory "
        "to what the campaign file calls it."
    ),
    "ledger.unreadable": "{path} cannot be read ({why}): make it readable.",
    "ledger.unreadable.elsewhere": (
        "{path} cannot be read ({why}): make it readable, or choose another directory."
    ),
    "ledger.link": (
        "{path} is a link, and links are not followed in result directories, which may be foreign: "
        "replace it by its target, or remove it."
    ),
    "ledger.damaged": (
        "{path}, line {line}: it is damaged, or a line before it is missing; restore the ledger "
        "from a copy, or move {directory} away to start the campaign again."
    ),
    "ledger.foreign": (
        "{path} contains what no campaign writes, so it is not used. Cure: copy the results again "
        "from the machine that measured them."
    ),
    "ledger.newer": (
        "{path} was written by a newer Inferometer (ledger {version}; this one reads up to {most}"
        "): update Inferometer to continue this campaign."
    ),
    "ledger.newer.unproven": (
        "{path} was written by a newer Inferometer: update Inferometer to continue this campaign."
    ),
    "ledger.taken.removed": (
        "{path} was removed: make sure that no other run uses it, then run again"
    ),
    "ledger.taken.replaced": (
        "{path} was replaced: make sure that no other run uses it, then run again"
    ),
    "ledger.taken.changed": (
        "{path} was changed by another process: make sure that no other run uses it, then run again"
    ),
    "ledger.busy": (
        "Another process is running a campaign in {directory}, although its lock was removed: wait "
        "until it has finished, or stop it."
    ),
    "ledger.none": "{path} cannot be read (there is no such file)",
    "earlier.unknown": (
        "{n} results of an earlier version are not used: their {file} is missing or has changed, "
        "and nothing else identifies the server."
    ),
    "earlier.unknown.one": (
        "1 result of an earlier version is not used: its {file} is missing or has changed, and "
        "nothing else identifies the server."
    ),
    "earlier.elsewhere": (
        "{n} results of an earlier version are not used: measured at {there}, while this campaign "
        "measures at {here}."
    ),
    "earlier.elsewhere.one": (
        "1 result of an earlier version is not used: measured at {there}, while this campaign "
        "measures at {here}."
    ),
    "lock.lost.replaced": (
        "{path} was replaced while this campaign ran, so another run may use that directory: make "
        "sure that none does, then run again"
    ),
    "lock.lost.removed": (
        "{path} was removed while this campaign ran, so another run may use that directory: make "
        "sure that none does, then run again"
    ),
    "archive.incomplete": "{path} is not a complete tar file ({why}): copy it again.",
    "archive.unread": "{path} cannot be read ({why}): check its name and permissions.",
    "archive.too_much": "{path} contains more than such an archive can: it is not used.",
    "archive.twice": "{path} holds {name!r} twice: it is not used.",
    "gather.no_directory": (
        "{path} is not a directory: choose the result directory of a campaign, such as "
        "bench_results/pcie."
    ),
    "gather.exists": (
        "{path} exists already, perhaps with another machine's results: choose another name with "
        "--output."
    ),
    "gather.no_parent": (
        "The directory {path} does not exist: create it, or choose another --output."
    ),
    "gather.nothing": "There are no results in {paths}.",
    "gather.several": "{path} holds several result directories ({inner}): collect them one by one.",
    "gather.unread": "{path} cannot be read ({why}): make it readable, or remove it.",
    "gather.link": "{path} is a link, and is left out.",
    "merge.not_empty": "{path} is not empty: choose a new directory, and merge this one too.",
    "merge.inside": "{output} is inside {path}: choose a directory outside of what is merged.",
    "problem.as_they_are": "{error} Its JSON files are read as they are.",
    "problem.link": (
        "{path} is a link to a directory and was not followed: name it too if it is to be read."
    ),
    "unread.gzip": "it is no whole gzip file ({why}); pack or copy it again",
    "unread.archive": "it is an archive; unpack it with `inferometer merge --output DIR {path}`",
    "unread.packed": "it is an archive; unpack it, and name the folder instead",
    "problem.left_out": "{point} is left out: {directory}/{what}; measure it again",
    "problem.changed": (
        "{point} is left out: {directory}/{what} since it was measured; measure it again"
    ),
    "dataset.chat": (
        "Pictures and recorded conversations are chat messages: choose a chat backend, such as "
        "openai-chat."
    ),
    "dataset.texts": "The prompts of {kind} are texts, which cannot be counted as token ids.",
    "dataset.no_length": (
        "{where}: tells neither a reply nor how many tokens to generate; give workload.output_len."
    ),
    "dataset.too_few": (
        "{path} has {found} usable rows{without}, but {n} requests are to be made: {cure}."
    ),
    "dataset.without": " ({what})",
    "dataset.left_out": "{n} left out: {why}",
    "dataset.lower": "lower load.num_prompts to {found}, or allow repeats with workload.oversample",
    "dataset.filters": "see what the filters leave",
    "dataset.hf.asking": (
        "asking the Hugging Face hub for the data set {path}; that it cannot be reached is known "
        "after about half a minute."
    ),
    "dataset.hf.package": (
        "The data set kind hf needs a package that is missing: pip install 'inferometer[datasets]'."
    ),
    "dataset.hf.other_package": (
        "workload.path {path}: this data set needs a package that is missing (datasets: "
        "'{why}'); install it "
        "with pip."
    ),
    "dataset.hf.unread": (
        "workload.path {path}: the data set cannot be read (datasets: '{why}'); see "
        "workload.subset and "
        "workload.split."
    ),
    "dataset.hf.unread.hub": (
        "workload.path {path}: there is no such file or directory here, and the hub's data set "
        "cannot be read (datasets: '{why}'); see workload.subset and workload.split."
    ),
    "dataset.hf.unread.network": (
        "workload.path {path}: there is no such file or directory here, and the hub cannot be "
        "reached (datasets: '{why}'). Set HF_ENDPOINT to a mirror, such as "
        "https://hf-mirror.com; or download "
        "the data set, from ModelScope as well, and set workload.path to its folder and "
        "workload.name to its name on the hub."
    ),
    "dataset.csv.fields": "{where}: has another number of fields than the first line; repair it.",
    "dataset.csv": "{path}, line {line}: is not CSV ({why}); repair it.",
    "dataset.unread": "workload.path {path}: cannot be read ({why}); give the data set's file.",
    "dataset.unread.directory": (
        "workload.path {path}: cannot be read ({why}); name a file in it, or take workload.kind hf."
    ),
    "dataset.long_line": "{path}, line {line}: is longer than {mb} MB: this is no JSON-lines file.",
    "dataset.deep_file": "{path}, line {line}: is nested too deeply; this is no file of prompts.",
    "dataset.deep_row": "{where}: is nested too deeply; this is no row of prompts.",
    "dataset.array": "{path}, line {line}: is not JSON ({why}); repair the row that begins there.",
    "dataset.json": "{where}: is not JSON ({why} at character {place}); repair it.",
    "dataset.no_object": "{where}: a row is a JSON object in braces, not {type}.",
    "dataset.not_utf8": "{where}: is not UTF-8 (byte {place}); convert the file.",
    "tokenizer.stopped": (
        "The server stopped answering /tokenize; see its log, or name a local tokenizer with "
        "workload.tokenizer."
    ),
    "tokenizer.package": (
        "workload.tokenizer needs a package that is missing: pip install 'inferometer[tokenizers]'."
    ),
    "tokenizer.no_file": (
        "workload.tokenizer: there is no file {path}; give a tokenizer.json or the folder that "
        "holds it."
    ),
    "tokenizer.none": (
        "workload.tokenizer: {path} is not a tokenizer (tokenizers: '{why}'); give the model's own "
        "tokenizer.json."
    ),
    "unread.unknown": (
        "it is no result of {tools} or {last}; of AIPerf name profile_export_aiperf.json, of "
        "genai-bench the file of one run"
    ),
    "unread.in_doubt": (
        "it looks like a table of results, but its names do not say what was measured and in "
        "which unit ({names}); call figures as `vllm bench serve` does, such as mean_ttft_ms and "
        "output_throughput"
    ),
    "unread.no_throughput": (
        "it looks like a table of results, or of targets, since it has no throughput; call one "
        "output_throughput, as `vllm bench serve` does"
    ),
    "unread.foreign": (
        "it looks like a result of {tool}, which is not read here; measure with `inferometer "
        "bench`, or bring a table whose columns are called as in `vllm bench serve`"
    ),
    "problem.foreign.one": (
        "{paths} looks like a result of {tool}, which is not read here."
    ),
    "problem.foreign": (
        "{n} files look like results of {tool}, which are not read here: {paths}."
    ),
    "unread.companion": "it belongs to a result beside it; name that",
    "os.EADDRINUSE": "Address already in use",
    "os.EADDRNOTAVAIL": "Cannot assign requested address",
    "os.ECONNREFUSED": "Connection refused",
    "os.ECONNRESET": "Connection reset by peer",
    "os.ETIMEDOUT": "Connection timed out",
    "os.EHOSTUNREACH": "No route to host",
    "os.ENETUNREACH": "Network is unreachable",
    "os.EMFILE": "Too many open files",
    "os.EROFS": "Read-only file system",
    "os.ENOMEM": "Cannot allocate memory",
    "os.EAFNOSUPPORT": "Address family not supported by protocol",
}
