"""What checks of prompts, of answers and of their tokens found, in Simplified Chinese."""

from __future__ import annotations

CHECK_WORK: dict[str, str] = {
    "check.repeated_rows.title": "重复的数据行",
    "check.repeated_rows.fine": "数据集的各行没有重复使用。",
    "check.repeated_rows.found": (
        "数据集行数不足，有 {repeated} 个请求重复使用了数据行；前缀缓存可能使它们更快。"
    ),
    "check.repeated_rows.next": (
        "用 --no-oversample 让每行只发送一次；如果确实需要重复，请用 --oversample。"
    ),
    "check.row_fields.title": "数据行中未发送的内容",
    "check.row_fields.fine": "数据集各行要求的内容都已发送。",
    "check.row_fields.found": "数据集有些行要求的内容没有发送，或没有按行内的取值发送：{fields}。",
    "check.row_fields.next": (
        "如果它们有影响，请改用支持这些字段的 server.backend，写成服务器接受的值，并把图片放在 "
        "images 字段里；否则可忽略。"
    ),
    "check.input_length.title": "输入长度不符",
    "check.input_length.unknown": "服务器没有报告输入长度；以要求的长度为准。",
    "check.input_length.found": (
        "按服务器的计数，输入平均 {actual_mean:,.1f} token，要求的是 {asked_mean:,.1f} token（偏差 "
        "{deviation:.1%}）。"
    ),
    "check.input_length.next": (
        "发送 token id（completions 接口），或指定服务器所用的 tokenizer；聊天模板会额外增加 token"
        "。"
    ),
    "check.output_length.title": "输出长度不符",
    "check.output_length.unknown": "无法检查输出长度：没有 token 计数，或没有设上限。",
    "check.output_length.fine": (
        "输出平均 {actual_mean:,.1f} token，要求的是 {asked_mean:,.1f} token。"
    ),
    "check.output_length.at_most": (
        "输出平均 {actual_mean:,.1f} token，上限平均为 {asked_mean:,.1f} token。"
    ),
    "check.output_length.beyond": (
        "输出平均 {actual_mean:,.1f} token，上限是 {asked_mean:,.1f} token：服务器超出了上限。"
    ),
    "check.output_length.beyond.next": (
        "查明服务器用哪个参数限制输出长度（max_tokens 或 max_completion_tokens）。"
    ),
    "check.output_length.short": (
        "已要求忽略 EOS，输出应为 {asked_mean:,.1f} token，实际平均 {actual_mean:,.1f} token：服务"
        "器提前停止了。"
    ),
    "check.output_length.short.next": (
        "确认服务器支持 ignore_eos，且输入 + 输出不超过 max_model_len。"
    ),
    "check.cached_tokens.title": "意外命中前缀缓存",
    "check.cached_tokens.unknown": "服务器没有报告缓存命中的 token 数。",
    "check.cached_tokens.fine": "{unexpected_share_of_prompt:.1%} 的输入 token 意外命中前缀缓存。",
    "check.cached_tokens.found": (
        "{unexpected_share_of_prompt:.1%} 的输入 token 来自服务器的前缀缓存，这并非测试本意：TTFT "
        "会显得过低。"
    ),
    "check.cached_tokens.next": "换一个 `seed`，或重启服务器，或关闭它的前缀缓存。",
    "check.token_source.title": "token 计数来源",
    "check.token_source.fine": "输出 token 由服务器自己计数。",
    "check.token_source.found": (
        "输出 token 并非全部由服务器计数（{parts}）：TPOT 和 tok/s 由此推算，可能不准。"
    ),
    "check.token_source.part.TOKENIZER": "由本地 tokenizer 按文本计数的请求 {value:,} 个",
    "check.token_source.part.EVENTS": (
        "按流式事件计数（一个事件可能含多个 token）的请求 {value:,} 个"
    ),
    "check.token_source.part.NONE": "无法计数的请求 {value:,} 个",
    "check.token_source.next": "让服务器返回 usage，或提供 tokenizer。",
    "check.token_counts.title": "token 计数与事件矛盾",
    "check.token_counts.unknown": "服务器没有为任何带文本的回答计数。",
    "check.token_counts.fine": "token 数与事件数没有矛盾。",
    "check.token_counts.below_events": (
        "服务器计 {tokens:,} 个 token，而带文本的事件有 {events:,} 个（{answers:,} 个回答，"
        "{share:.1%}）：它少计了，或者一次流出的不足一个 token。输出吞吐量和 TPOT 以它的计数为准。"
    ),
    "check.token_counts.below_events.next": (
        "查明服务器的 usage 计的是什么；workload.tokenizer 不会取代它，换一个 server.backend 或许可"
        "以。"
    ),
    "check.token_counts.beyond_text": (
        "服务器计 {tokens:,} 个 token，而 {events:,} 个事件总共只有 {text_bytes:,} 字节文本（"
        "{answers:,} 个回答，{share:.1%}）：大部分 token 没有流出。TPOT 除以了不在这段时间内到达的 "
        "token。"
    ),
    "check.token_counts.beyond_text.next": (
        "检查模型是否在后台推理；让推理过程流式输出，或让 usage 单独列出它。"
    ),
    "check.token_counts.held_back": (
        "{answers:,} 个回答（{share:.1%}）的首个事件就含有 {first_share:.0%} 的文本，即多个 token："
        "服务器一次流出几个 token，或先扣住了 token（工具调用和推理的解析器会这样做）。TPOT 把它们"
        "当成了之后才到达的，因此偏低。"
    ),
    "check.token_counts.held_back.next": (
        "让服务器给出每个事件的 token 数（continuous usage 或 token id）、逐个流出 token，或关闭解"
        "析器。"
    ),
    "check.hidden_tokens.title": "未流出的 token",
    "check.hidden_tokens.fine": "服务器没有报告未流出的 token。",
    "check.hidden_tokens.found": (
        "按服务器自己的计数，{tokens:,} 个输出 token 中有 {hidden:,} 个（{share:.1%}）没有流出（隐"
        "藏的推理）：吞吐量计入它们，TTFT 含有它们的时间，TPOT 和 ITL 只看其余的 token。"
    ),
    "check.hidden_tokens.next": "与其他服务器比较时，以 E2EL 和吞吐量为准。",
    "check.unread_output.title": "未识别的字段",
    "check.unread_output.fine": "流出的内容全部识别。",
    "check.unread_output.found": (
        "除 {events:,} 个输出事件外，还有 {unread:,} 帧在未识别的字段里带有内容（{fields}）：如果那"
        "是输出，TTFT 和 TPOT 就没有算上它。"
    ),
    "check.unread_output.next": "用 curl 查看服务器的一次回答，弄清那是什么。",
    "check.foreign_frames.title": "与回答无关的帧",
    "check.foreign_frames.fine": "流中的每一帧都属于回答。",
    "check.foreign_frames.found": (
        "{answers:,} 个回答中有 {ignored:,} 帧与回答无关（ping、网关的附加信息、把整个回答再发一遍"
        "）：既不算输出，也不算失败。"
    ),
    "check.foreign_frames.next": "如果不想要它们，请直接用推理引擎自己的地址测量。",
    "check.open_after_done.title": "结束后连接未关",
    "check.open_after_done.fine": "响应随回答一起结束。",
    "check.open_after_done.found": (
        "{answers:,} 个回答中有 {open_after:,} 个在结束标志（[DONE]）之后响应仍未关闭：此时不再等待"
        "，下一个请求改用另一个连接。"
    ),
    "check.open_after_done.next": (
        "查明是谁让响应保持打开（多半是网关的空闲时间）：等待响应关闭的客户端会损失这段时间。"
    ),
    "check.thin_percentiles.title": "尾部样本少",
    "check.thin_percentiles.fine": "每个分位数之外都至少有 10 个样本。",
    "check.thin_percentiles.found": (
        "以下分位数之外的样本不足 10 个，只能当作个别请求来看：{parts}。"
    ),
    "check.thin_percentiles.part.ttft": "TTFT {value}",
    "check.thin_percentiles.part.tpot": "TPOT {value}",
    "check.thin_percentiles.part.itl": "ITL {value}",
    "check.thin_percentiles.part.e2el": "E2EL {value}",
    "check.thin_percentiles.next": "增加请求数，尾部才可信（p99 约需 1,000 个请求）。",
}
