"""What is wrong with the rows of a data set, in Simplified Chinese."""

from __future__ import annotations

ROWS: dict[str, str] = {
    "rows.at": "{where}：{why}。",
    "rows.limit": "{name} 为 {limit}，不是 token 数",
    "rows.only_ids": "提示词是 token ID，不是对话",
    "rows.no_turns": "{name!r} 下不是对话轮次的列表",
    "rows.empty_conversation": "其中的对话没有任何轮次",
    "rows.no_prompt": "没有提示词：字段为 {fields}，其中没有 {known}",
    "rows.no_prompt.nothing": "空",
    "rows.not_user_first": "其中的对话不是由用户开始的",
    "rows.no_ids": "{name!r} 下的列表既不是 token ID 也不是消息",
    "rows.no_text": "{name!r} 下没有文本",
    "rows.speaker": "有一轮出自 {name}，而可用的角色只有 {known}",
    "rows.tool_calls": "其中的 tool_calls 不是调用的列表",
    "rows.functions_too_deep": "其中的函数嵌套过深",
    "rows.too_deep": "嵌套过深",
    "rows.unsendable": "其中有 {value}，请求的 JSON 无法容纳它",
    "rows.fields_too_large": "请求字段共 {size:,} 字节，其中 {largest!r} 最大，而上限为 {most:,}",
    "rows.not_carried": (
        "其中的 {name} 属于提示词，而这个 backend 无法传递：请使用 openai-chat 等聊天 backend，或不"
        "带 {name} 的数据行"
    ),
    "rows.prompt_not_carried": "{where}：提示词是{what}，这个 backend 无法传递：请使用{other}。",
    "rows.messages": "聊天消息",
    "rows.messages.pictures": "带图片的聊天消息",
    "rows.ids": " token ID",
    "rows.take.chat": "聊天 backend，例如 openai-chat",
    "rows.take.text": "文本，或换一个 backend，例如 openai",
    "rows.take.text_or_messages": "文本或消息，或换一个 backend，例如 openai",
    "rows.picture.row": "该行的图片",
    "rows.picture.not_audio": "{what}不是音频：不是 WAV、FLAC、Ogg 或 MP3",
    "rows.picture.not_image": "{what}不是图片：不是 PNG、JPEG、WebP、GIF、BMP、TIFF 或 AVIF",
    "rows.picture.not_video": "{what}不是视频：不是 MP4、WebM 或 AVI",
    "rows.picture.too_large": "{what}大于 {mb} MB，即单张图片的上限",
    "rows.picture.no_source": "图片处是 {source}，它不是路径、地址、base64 或字节",
    "rows.picture.unread": (
        "所指的图片 {name} 无法读取（{why}）：请把它放到那里，或去掉该行；路径相对于 {folder}"
    ),
    "rows.picture.no_name": "文件不可能有这样的名称",
    "rows.picture.not_regular": "不是普通文件",
    "rows.picture.elsewhere": (
        "其中的图片 {name} 在这里无法读取：请给出路径，或 http://、https:// 地址"
    ),
    "rows.picture.not_here": (
        "指向图片 {name}，但数据集不在本机磁盘上：请下载数据集，并给出它的文件夹"
    ),
    "rows.pictures.too_large": "到此为止的图片已超过 {gb} GB：请减小 load.num_prompts",
    "rows.pictures.no_user": "有图片，但没有可以放图片的用户轮次",
    "rows.pictures.too_few": "图片的位置多于所给的 {n} 张图片",
    "rows.recording": "{name!r} 下的音频或视频不是文件；去掉该字段即可发送其余内容",
    "rows.sizes": "{size!r} 不是 1280x720 这样的像素尺寸（每边至多 8192）",
    "rows.max_images": "至少需要 {least} 张图片，而 max_images 为 {most}",
    "unfit.no_exchange": "没有一问一答",
    "unfit.prompt_short": "输入太短",
    "unfit.reply_short": "回答太短",
    "unfit.prompt_long": "输入太长",
    "unfit.total_long": "输入加输出太长",
    "unfit.audio_short": "录音太短",
    "unfit.audio_long": "录音太长",
    "unfit.audio_unknown": "录音时长未知",
    "unfit.other_model": "属于别的模型",
    "unfit.other_kind": "不符合所选条件",
    "unfit.other_category": "不在所选类别内",
    "unfit.failed": "没有 token：请求失败",
    "unfit.turns": "用户与助手没有轮流发言",
    "unfit.no_answer": "没有回答可以说明长度（可用 workload.output_len 指定）",
    "dataset.trace.too_few": (
        "{path} 有 {found} 个可用的数据行{without}，而要发送 {n} 个请求：请减小 load.num_prompts。"
    ),
    "dataset.trace.order": "{where}：早于它的前一行；请把 trace 按时间排序。",
    "dataset.trace.row": "{where}：{why}；请修正或去掉该行。",
    "dataset.trace.no_field": "没有 {name!r}",
    "dataset.trace.form": (
        "{path} 不是 trace：它有 {fields}，但没有 'Request tokens'（BurstGPT）、'ContextTokens'"
        "（Azure）或 'input_length'（Mooncake）。"
    ),
    "dataset.trace.no_list": "{name} 不是数字列表",
    "dataset.trace.no_time": "{value!r} 不是时间",
    "dataset.trace.no_tokens": "{value!r} 不是 token 数",
    "dataset.trace.no_moment": "{value!r} 不是日期和时间",
    "dataset.conversations.too_few": (
        "{path} 中的对话总共 {found} 轮{without}，而要发送 {n} 轮：{cure}。"
    ),
    "dataset.conversations.none": "请给出对话文件",
    "dataset.conversations.texts": "录制的对话是文本，不能按 token ID 计数。",
    "dataset.sonnet.prefix": (
        "workload.prefix_len 为 {prefix}，而 workload.input_len 为 {input}：没有留下各提示词自己的"
        "部分。"
    ),
    "dataset.no_lines": "{path} 中没有任何文本行。",
    "dataset.too_short": (
        "无法得到 {tokens} token 的输入：仅特殊 token 和对话模板就有 {overhead} 个；请调大 "
        "workload.input_len。"
    ),
    "dataset.array.endless": "数组没有结束",
    "counting.file_ids": "token ID，数量与文件中相同",
    "wire.chat_only": (
        "聊天接口只能传递消息或文本，不能传递 token ID：请改用 completions backend，或文本提示词"
    ),
    "wire.completions_only": (
        "completions 接口只能传递文本或 token ID，不能传递聊天消息：请改用聊天 backend"
    ),
    "wire.text_only": "{server} 只能传递文本，不能传递 token ID 或聊天消息：请换一个 backend",
    "wire.unsupported": "{server} 不支持 {name}，会忽略它：请去掉",
    "wire.no_adapter": "{server} 不能按请求选择 LoRA 适配器：请去掉 server.lora_modules",
    "wire.taken": "sampling.extra_body 不得设置 {field!r}，请求中已经有它：请去掉",
    "wire.adapter_number": (
        "{server} 以编号区分 LoRA 适配器（GET /lora-adapters 可列出）：{adapter!r} 不是编号"
    ),
    "wire.texts_and_images": (
        "{server} 只能传递文本和图片，而有一条消息含有别的内容：请换一个 backend"
    ),
    "wire.tool_arguments": "{server} 只能传递参数为 JSON 对象的工具调用：请换一个 backend",
    "wire.no_fetching": (
        "{server} 不会下载图片：请以 data:image/...;base64,... 给出，或换一个 backend"
    ),
    "wire.one_sound": (
        "语音转写的每个请求要有且只有一段音频，这里有 {n} 段：请在每行的 audio 字段中写一个 WAV、"
        "FLAC、Ogg 或 MP3 文件"
    ),
    "wire.no_sound": (
        "消息的 input_audio 部分需要 base64 格式的 data，以及 wav 之类的 format"
    ),
    "wire.boundary": "音频或某个字段中含有表单的分隔行：请去掉这行数据或这个字段",
    "wire.sound_by_url": "语音转写发送音频本身，不发送网址：请在 audio 字段中写文件名",
    "wire.not_carried": "{server} 只能传递文本和图片，不能传递 {kind}：请改用 openai-chat",
}
