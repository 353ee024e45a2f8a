"""What checks of the server found, in Simplified Chinese."""

from __future__ import annotations

CHECK_SERVER: dict[str, str] = {
    "check.server_restarted.title": "服务器进程",
    "check.server_restarted.silent": "服务器没有公布这项检查所需的计数器。",
    "check.server_restarted.fine": "运行前后是同一个服务器进程。",
    "check.server_restarted.gone": "运行前还能读取的服务器指标页，运行后读不到了。",
    "check.server_restarted.gone.next": "检查服务器是否仍在运行。",
    "check.server_restarted.restarted": "服务器在运行期间重启过：进程换了，或计数器从头开始。",
    "check.server_restarted.restarted.next": "在服务器日志中查明原因，然后重新测量。",
    "check.server_restarted.another": (
        "运行前后应答的不是同一个进程，因此它们的计数器不能说明问题。"
    ),
    "check.server_restarted.another.next": "如果前面有负载均衡，请直接用某个副本的地址测量。",
    "check.preemptions.title": "请求被抢占",
    "check.preemptions.silent": "服务器没有公布这项检查所需的计数器。",
    "check.preemptions.fine": "没有请求被抢占。",
    "check.preemptions.found": (
        "因 KV 缓存空间不足发生 {preemptions:,} 次抢占：被抢占的请求要重新计算已有的内容。"
    ),
    "check.preemptions.next": "减少并发数、缩短请求，或给服务器的 KV 缓存更多显存。",
    "check.prefix_hits.title": "前缀缓存命中",
    "check.prefix_hits.silent": "服务器没有公布这项检查所需的计数器。",
    "check.prefix_hits.none": (
        "按测试计划，输入的开头可能相同，但服务器的前缀缓存没有命中任何 token。"
    ),
    "check.prefix_hits.none.next": (
        "如果本应启用前缀缓存，请在启动服务器时打开它，并确认容量足够；否则可忽略。"
    ),
    "check.prefix_hits.counted": "按服务器的计数，{hit_share:.1%} 的输入 token 命中前缀缓存。",
    "check.prefix_hits.fine": "{unexpected_share:.1%} 的输入 token 意外命中服务器的前缀缓存。",
    "check.prefix_hits.found": (
        "服务器的前缀缓存命中了 {unexpected_share:.1%} 的输入 token，这并非测试本意：TTFT 会显得过"
        "低。"
    ),
    "check.prefix_hits.found.next": (
        "换一个 `seed`，或重启服务器，或关闭它的前缀缓存；并确认没有别人发送同样的提示词。"
    ),
    "check.warm_cache.title": "热缓存",
    "check.warm_cache.not_asked": "本次运行不要求热缓存。",
    "check.warm_cache.rehearsal": (
        "内置引擎没有前缀缓存：演练中的热缓存测试点与冷缓存一样，每个输入都要重新计算。"
    ),
    "check.warm_cache.rehearsal.next": "要比较冷、热缓存，请测试真实的服务器。",
    "check.warm_cache.unknown": (
        "无法确认输入是否在服务器的前缀缓存中：回答里没有缓存命中数，服务器也没有公布相应的计数。"
    ),
    "check.warm_cache.unknown.next": (
        "让服务器报告命中数：vLLM 加 --enable-prompt-tokens-details，SGLang 加 "
        "--enable-cache-report 或 --enable-metrics；TGI 无法报告。"
    ),
    "check.warm_cache.cold": (
        "{share:.1%} 的输入 token 来自服务器的前缀缓存，最多可达 {possible_share:.1%}：这是冷缓存的"
        "结果，不是热缓存的结果。"
    ),
    "check.warm_cache.cold.next": (
        "启动服务器时打开前缀缓存，并保证它能容纳全部输入；先用同样的命令和 `seed` 加 "
        "workload.cache cold 发送一遍，再测热缓存。比缓存块（16 到 256 个 token）还短的输入不会进入"
        "缓存。"
    ),
    "check.warm_cache.partly": (
        "{share:.1%} 的输入 token 来自服务器的前缀缓存，最多可达 {possible_share:.1%}：缓存只有一部"
        "分是热的，结果冷热混杂。"
    ),
    "check.warm_cache.partly.next": "保证缓存能容纳全部输入，冷、热两次测试之间不要运行其他请求。",
    "check.warm_cache.fine": (
        "{share:.1%} 的输入 token 来自服务器的前缀缓存，最多可达 {possible_share:.1%}。"
    ),
    "check.other_clients.title": "服务器同时有其他请求",
    "check.other_clients.silent": "服务器没有公布这项检查所需的计数器。",
    "check.other_clients.fine": "服务器没有处理别人的请求。",
    "check.other_clients.found": "按服务器自己的计数：{parts}。",
    "check.other_clients.little": (
        "按服务器自己的计数：{parts}，相当于本次测试工作量的 {foreign_share:.1%}。"
    ),
    "check.other_clients.part.in_flight_before": "开始之前已有 {value:,.0f} 个请求在处理",
    "check.other_clients.part.foreign_requests": (
        "完成的请求比本次测试的 {ours} 个多 {value:,.0f} 个"
    ),
    "check.other_clients.part.foreign_share": "多出的工作量相当于本次测试的 {value:.1%}",
    "check.other_clients.part.in_flight_after": "结束之后仍有 {value:,.0f} 个请求在处理",
    "check.other_clients.next": (
        "不要让别人使用（包括会生成 token 的健康检查），或等服务器空闲后重新测量。"
    ),
    "check.queueing.title": "服务器排队",
    "check.queueing.silent": "服务器没有公布这项检查所需的计数器。",
    "check.queueing.fine": "请求在服务器的队列中平均等待 {mean_queue_ms:.1f} ms。",
    "check.queueing.found": "负载超过了服务器能同时处理的量：{parts}。",
    "check.queueing.part.mean_queue_ms": (
        "请求平均排队 {mean_queue_ms:,.0f} ms（TTFT 平均 {mean_ttft_ms:,.0f} ms）"
    ),
    "check.queueing.part.rejections": "因队列已满拒绝了 {value:,.0f} 个请求",
    "check.queueing.next": (
        "如果要看的正是排队，就没有问题；要看服务器本身的延迟，请减少并发数或降低请求速率。"
    ),
    "check.several_addresses.title": "服务器有多个地址",
    "check.several_addresses.fine": "所有连接都到同一个地址。",
    "check.several_addresses.found": (
        "服务器的主机名有 {addresses:,} 个可连接的地址，连接轮流分配到这些地址：各项数值是它们合计"
        "的结果，服务器计数器只来自其中一个。"
    ),
    "check.several_addresses.next": "只想测其中一个时，把它的地址填到 server.base_url。",
}
