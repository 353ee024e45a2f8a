"""`doctor` 显示的内容：各项检查的名称和处理办法（简体中文）。"""

from __future__ import annotations

DOCTOR: dict[str, str] = {
    "doctor.group.host": "主机",
    "doctor.group.pcie": "PCIe 总线",
    "doctor.group.gpu": "加速卡与链路",
    "doctor.group.container": "容器",
    "doctor.group.environment": "环境变量",
    "doctor.group.client": "客户端",
    "doctor.group.server": "服务器",
    "doctor.group.joined": "由多项事实得出的结论",
    "doctor.group.log": "服务器日志",
    "doctor.status.ok": "正常",
    "doctor.status.info": "提示",
    "doctor.status.warn": "警告",
    "doctor.status.fail": "故障",
    "doctor.status.skipped": "跳过",
    "doctor.line": "{title}：{evidence}",
    "doctor.reason.no_source": "这里没有可读的来源",
    "doctor.reason.permission": "只有 root 可以读取",
    "doctor.reason.unreadable": "无法读取",
    "doctor.reason.not_reported": "没有提供",
    "doctor.reason.virtual_machine": "虚拟机里看不到",
    "doctor.reason.another_machine": "文件来自另一台机器",
    "doctor.reason.no_cards": "没有发现加速卡",
    "doctor.reason.one_card": "只有一张加速卡",
    "doctor.reason.other_vendor": "不适用于该厂商的卡",
    "doctor.reason.not_a_container": "不在容器中",
    "doctor.reason.no_server": "没有指定服务器（方法见 `inferometer doctor -h`）",
    "doctor.reason.server_silent": "服务器没有响应",
    "doctor.reason.server_elsewhere": "这里看不到服务器进程",
    "doctor.reason.tool_missing": "没有安装所需工具",
    "doctor.reason.tool_failed": "工具执行失败",
    "doctor.reason.tool_timeout": "工具没有按时响应",
    "doctor.reason.one_node": "只有一个 NUMA 节点",
    "doctor.summary": (
        "故障 {fail} 项，警告 {warn} 项，提示 {info} 项，正常 {ok} 项，跳过 {skipped} 项。"
    ),
    "doctor.hint.fix": (
        "`inferometer doctor --fix` 列出可用的命令，但不会执行。"
    ),
    "doctor.hint.all": "`--all` 显示每项检查的依据。",
    "doctor.fix.none": "没有可以用命令解决的问题。",
    "doctor.fix.head": "以下命令可能有帮助，均未执行；请先逐条确认。",
    "doctor.log.line": "第 {number} 行：{line}",
    "doctor.log.line.unknown": "接近末尾：{line}",
    "doctor.log.again": "同类共 {n} 行。",
    "doctor.log.clean": "{lines} 行中没有发现已知问题。",
    "doctor.log.empty": "日志是空的：请给出服务器写入的日志文件。",
    "doctor.log.unread": "中间的 {mib} MiB 没有读取。",
    "doctor.log.unjudged": "有 {n} 行没有检查：日志中不同的行太多。",
    "doctor.log.cannot": "无法读取 {path}：{why}。请给出可读的日志文件。",
    "doctor.expect.too_long": (
        "{name}：文件超过 {most} 字节，描述一台机器用不了这么长。"
    ),
    "doctor.expect.no_mapping": (
        "{name}:1：机器描述应是含有 name、host、cards 的映射；`inferometer doctor "
        "--expect-template` 可输出样例。"
    ),
    "doctor.expect.comment": "这是本机的现状：请改成应有的配置。",
    "doctor.expect.suffix": (
        "--report 需要以 .html 或 .md 结尾的文件，而不是 {path}。"
    ),
    "doctor.expect.written": "页面已写入 {path}。",
    "doctor.sheet.title": "验收单",
    "doctor.sheet.item": "项目",
    "doctor.sheet.expected": "要求",
    "doctor.sheet.found": "实测",
    "doctor.sheet.outcome": "结果",
    "doctor.sheet.pass": "通过",
    "doctor.sheet.fail": "不通过",
    "doctor.sheet.unread": "未核实",
    "doctor.sheet.line": "{title}：要求 {expected}，实测 {found}",
    "doctor.sheet.noted": "{found}（{note}）",
    "doctor.sheet.yes": "是",
    "doctor.sheet.no": "否",
    "doctor.sheet.unreadable": "这里无法读取",
    "doctor.sheet.idle": "当前速率较低，但能力足够：请在负载下再看",
    "doctor.sheet.outcome.pass": "通过：机器符合要求。",
    "doctor.sheet.outcome.fail": "不通过：机器不符合要求。",
    "doctor.sheet.outcome.unread": "未核实：没有不符之处，但并非每项都能检查。",
    "doctor.sheet.by": "检查人",
    "doctor.sheet.on": "日期",
    "doctor.page.checks": "机器检查",
    "doctor.page.status": "状态",
    "doctor.page.check": "检查项",
    "doctor.page.evidence": "依据",
    "doctor.page.advice": "处理办法",
    "doctor.page.name": "名称",
    "doctor.item.host.cpu": "处理器",
    "doctor.item.host.cpus": "逻辑 CPU 数",
    "doctor.item.host.memory_gib": "内存，至少（GiB）",
    "doctor.item.host.numa_nodes": "NUMA 节点数",
    "doctor.item.host.kernel": "内核",
    "doctor.item.host.governor": "CPU 调频策略",
    "doctor.item.host.numa_balancing": "NUMA 自动均衡",
    "doctor.item.host.smt": "SMT（超线程）",
    "doctor.item.host.iommu": "IOMMU 模式",
    "doctor.item.host.clock_source": "时钟源",
    "doctor.item.cards.count": "加速卡数量",
    "doctor.item.cards.vendor": "加速卡厂商",
    "doctor.item.cards.name": "加速卡型号",
    "doctor.item.cards.memory_gib": "每卡显存，至少（GiB）",
    "doctor.item.cards.power_limit_w": "功耗上限（W）",
    "doctor.item.cards.driver": "驱动版本",
    "doctor.item.cards.architecture": "架构",
    "doctor.item.cards.direct_links": "NVLink 或 XGMI",
    "doctor.item.cards.link.generation": "PCIe 代数",
    "doctor.item.cards.link.width": "PCIe 通道数",
    "doctor.cleanup.process": "进程 {name}：{detail}，父进程已退出",
    "doctor.cleanup.folder": "临时目录 {name}（{detail}）",
    "doctor.cleanup.containers": "compose 项目 {name} 的容器：{detail}",
    "doctor.cleanup.results": "未能存到原位置的结果，予以保留：{name}",
    "doctor.cleanup.none": "本机没有被中止的运行留下的东西。",
    "doctor.cleanup.ask": "要删除吗？",
    "doctor.cleanup.how": (
        "没有删除任何东西；`inferometer cleanup --yes` 会删除以上各项（标明保留的除外）。"
    ),
    "doctor.cleanup.stays": "没有删除：{what}。请以其所有者的身份手动删除。",
    "doctor.cleanup.done": "已删除 {n} 项。",
    "doctor.cleanup.done.one": "已删除 1 项。",
    "doctor.setup.optional": "（可选）",
    "doctor.setup.ask": "现在运行其中不需要 sudo 的命令吗？",
    "doctor.setup.how": (
        "没有安装任何东西；`inferometer setup --yes` 会运行只影响自身环境的命令。"
    ),
    "doctor.setup.failed": "{command} 以 {code} 结束，请看上面的输出。",
    "doctor.need.stamps": "内核时间戳：准确的到达时刻（需要 Linux）",
    "doctor.need.descriptors": "文件描述符：每个进行中的请求一个",
    "doctor.need.calibration": "校准：客户端在本机上的精度",
    "doctor.need.extra.tokenizers": (
        "tokenizers：服务器不能计 token 时，用于生成长度精确的输入"
    ),
    "doctor.need.extra.datasets": "datasets：Hugging Face hub 的数据集",
    "doctor.need.extra.excel": "xlsxwriter：导出 Excel 表格",
    "doctor.need.tool.nvidia": "nvidia-smi：随 NVIDIA 驱动安装",
    "doctor.need.tool.amd": "amd-smi 或 rocm-smi：随 ROCm 安装",
    "doctor.need.tool.hygon": "hy-smi：随海光驱动（/opt/hyhal）或 DTK 安装",
    "doctor.need.tool.intel": "xpu-smi：来自 Intel 数据中心 GPU 软件源",
    "doctor.need.tool.ascend": "npu-smi：随昇腾驱动安装",
    "doctor.need.tool.mthreads": "mthreads-gmi：随摩尔线程驱动安装",
    "doctor.need.docker": "Docker 与 compose：用于服务器在容器中运行的测试任务",
    "doctor.need.numactl": "numactl：把服务器绑定到靠近加速卡的处理器",
    "doctor.title.host.cpu.governor": "CPU 调频策略",
    "doctor.advice.host.cpu.governor": (
        "请求处理期间 CPU 会变频，延迟因此偏高且不稳定。请把调频策略设为 performance。"
    ),
    "doctor.title.host.cpu.energy_preference": "CPU 能耗偏好",
    "doctor.advice.host.cpu.energy_preference": (
        "CPU 优先节能，升频较慢。请把偏好设为 performance。"
    ),
    "doctor.title.host.cpu.frequency_cap": "CPU 频率上限",
    "doctor.advice.host.cpu.frequency_cap": (
        "CPU 无法达到最高频率。请把 scaling_max_freq 提高到 cpuinfo_max_freq。"
    ),
    "doctor.title.host.cpu.boost": "CPU 睿频",
    "doctor.advice.host.cpu.boost": (
        "睿频已关闭：延迟更稳定，但 CPU 更慢。请只与设置相同的机器比较。"
    ),
    "doctor.title.host.cpu.smt": "SMT（超线程）",
    "doctor.advice.host.cpu.smt": (
        "每个核心由两个逻辑 CPU 共享。客户端不要跑在服务器所用核心的另一个线程上。"
    ),
    "doctor.title.host.cpu.offline": "离线的 CPU",
    "doctor.advice.host.cpu.offline": (
        "有 CPU 处于离线状态。请只与 CPU 数相同的机器比较。"
    ),
    "doctor.title.host.cpu.load": "系统负载",
    "doctor.advice.host.cpu.load": (
        "其他程序占用了 CPU：客户端打时间戳可能延后，服务器也可能要等待。测量前请先结束这些程"
        "序。"
    ),
    "doctor.title.host.cpu.pressure": "CPU 压力",
    "doctor.advice.host.cpu.pressure": (
        "有任务在等待 CPU。请结束其他程序，或给客户端和服务器更多核心。"
    ),
    "doctor.title.host.cpu.steal": "被其他虚拟机占用的 CPU 时间（steal）",
    "doctor.advice.host.cpu.steal": (
        "虚拟化平台把本机的 CPU 时间分给了其他虚拟机。请使用独占的 CPU，或直接在物理机上测量"
        "。"
    ),
    "doctor.title.host.cpu.quota": "控制组的 CPU 配额",
    "doctor.advice.host.cpu.quota": (
        "控制组限制了 CPU 时间，被限流的客户端会延后打时间戳。请提高配额（Docker 的 `--cpus`"
        "），或绑定到整核。"
    ),
    "doctor.title.host.cpu.thermal": "CPU 过热降频",
    "doctor.advice.host.cpu.thermal": (
        "开机以来 CPU 曾因过热降频。请检查风扇、风道和电源设置。"
    ),
    "doctor.title.host.numa.balancing": "NUMA 自动均衡",
    "doctor.advice.host.numa.balancing": (
        "内核在服务器运行时把内存页搬到其他 NUMA 节点，会造成卡顿和抖动。请设为 0。"
    ),
    "doctor.title.host.memory.available": "可用内存",
    "doctor.advice.host.memory.available": (
        "可用内存很少：服务器或客户端可能被系统终止，或者用到交换分区。请结束其他程序。"
    ),
    "doctor.title.host.memory.swap": "交换分区",
    "doctor.advice.host.memory.swap": (
        "已有内存被换出，需要时再从磁盘读回会造成卡顿。请先腾出内存，再清空交换分区。"
    ),
    "doctor.title.host.memory.pressure": "内存压力",
    "doctor.advice.host.memory.pressure": (
        "有任务在等待内存。请释放内存，或减少服务器占用的主机内存。"
    ),
    "doctor.title.host.memory.oom_kills": "因内存不足被终止的进程",
    "doctor.advice.host.memory.oom_kills": (
        "开机以来内核因内存耗尽终止过进程，内核日志里有名称。"
    ),
    "doctor.title.host.memory.huge_pages": "预留的大页",
    "doctor.advice.host.memory.huge_pages": (
        "预留的大页没有使用，其他程序也用不到这部分内存。如果没有程序需要，请释放。"
    ),
    "doctor.title.host.memory.transparent_pages": "透明大页",
    "doctor.advice.host.memory.transparent_pages": (
        "内核在每次分配时整理内存，会让程序卡顿。请把 defrag 设为 madvise。"
    ),
    "doctor.title.host.memory.group": "控制组的内存上限",
    "doctor.advice.host.memory.group": (
        "控制组限制了内存。模型经由页缓存加载，请给容器更多内存。"
    ),
    "doctor.title.host.memory.shared": "共享内存（/dev/shm）",
    "doctor.advice.host.memory.shared": (
        "多卡推理引擎通过 /dev/shm 交换数据，太小就会失败。请扩大到 16 GiB。"
    ),
    "doctor.advice.host.memory.shared.container": (
        "容器默认只有 64 MiB 的 /dev/shm，多卡推理不够用。请用 `--ipc=host` 或 "
        "`--shm-size=16g` 启动容器。"
    ),
    "doctor.title.host.limits.memlock": "锁定内存上限",
    "doctor.advice.host.limits.memlock": (
        "锁页缓冲区和 RDMA 需要锁定内存。请解除此上限后再启动服务器。"
    ),
    "doctor.title.host.limits.processes": "进程数上限",
    "doctor.advice.host.limits.processes": (
        "推理引擎会启动大量线程。请提高上限。"
    ),
    "doctor.title.host.clock.source": "时钟源",
    "doctor.advice.host.clock.source": (
        "读取这个时钟要花数微秒，每个时间戳都要付出这一代价。请改用 tsc；如果被内核弃用，请"
        "在 dmesg 中查找 `clocksource`。"
    ),
    "doctor.title.host.clock.synchronized": "时钟同步",
    "doctor.advice.host.clock.synchronized": (
        "系统时钟没有同步。不影响延迟数值，但与其他机器的日志对不上时间。请启用 NTP。"
    ),
    "doctor.title.host.disk.results": "结果所在磁盘",
    "doctor.advice.host.disk.results": (
        "保存结果的磁盘空间不足。请腾出空间，或换一个目录。"
    ),
    "doctor.title.host.disk.cache": "模型所在磁盘",
    "doctor.advice.host.disk.cache": (
        "下载模型的磁盘空间不足。请腾出空间，或把 HF_HOME 指向别处。"
    ),
    "doctor.title.host.disk.network": "模型所在文件系统",
    "doctor.advice.host.disk.network": (
        "模型放在网络文件系统上，服务器启动会很慢。请复制到本地磁盘。"
    ),
    "doctor.title.host.kernel.machine_checks": "内核日志中的硬件错误（MCE）",
    "doctor.advice.host.kernel.machine_checks": (
        "处理器或内存报告了硬件错误。请用 `rasdaemon` 或 `mcelog` 查看；如反复出现，请更换部"
        "件。"
    ),
    "doctor.title.host.kernel.killed": "内核日志中因内存不足被终止的进程",
    "doctor.advice.host.kernel.killed": (
        "内核因内存耗尽终止了进程。请给服务器更多内存，或减少加载时的工作进程。"
    ),
    "doctor.title.host.virtual": "虚拟机",
    "doctor.advice.host.virtual": (
        "这是虚拟机：无法核实加速卡的插槽，同一台物理机上的其他虚拟机也可能拖慢它。"
    ),
    "doctor.title.host.locale": "区域设置",
    "doctor.advice.host.locale": (
        "区域设置不是 UTF-8，非 ASCII 的名称会显示为问号。请设置 LANG，例如 C.UTF-8。"
    ),
    "doctor.title.pcie.iommu": "IOMMU",
    "doctor.advice.pcie.iommu": (
        "IOMMU 对加速卡的内存访问做地址转换，会降低卡间带宽。请以 iommu=pt 启动内核。"
    ),
    "doctor.title.pcie.acs": "PCIe 访问控制（ACS）",
    "doctor.advice.pcie.acs": (
        "加速卡上游的端口把卡间流量转到根端口。如果虚拟机不需要，请关闭重定向。"
    ),
    "doctor.title.pcie.aspm.policy": "PCIe 节能（ASPM）",
    "doctor.advice.pcie.aspm.policy": (
        "链路空闲时休眠，唤醒有延迟。请把策略设为 performance。"
    ),
    "doctor.title.pcie.aspm.links": "加速卡链路的休眠",
    "doctor.advice.pcie.aspm.links": (
        "加速卡的链路空闲时可能休眠，首次传输会多出数微秒。可以在固件设置中关闭。"
    ),
    "doctor.title.pcie.payload": "PCIe 载荷大小",
    "doctor.advice.pcie.payload": (
        "加速卡发送的数据包小于通路允许的大小，会损失带宽。请以 pci=pcie_bus_perf 启动内核。"
    ),
    "doctor.title.pcie.relaxed_ordering": "PCIe 宽松排序",
    "doctor.advice.pcie.relaxed_ordering": (
        "加速卡按严格顺序发送，在部分平台上会损失带宽。请在固件设置中启用宽松排序。"
    ),
    "doctor.title.pcie.errors": "PCIe 错误（AER）",
    "doctor.advice.pcie.errors": (
        "通往加速卡的链路记录到错误。请重新插好卡和转接卡，或强制降低 PCIe 代数。"
    ),
    "doctor.title.pcie.kernel_log": "内核日志中的 PCIe 错误",
    "doctor.advice.pcie.kernel_log": (
        "内核报告了 PCIe 总线错误。请重新插好卡和转接卡，或强制降低 PCIe 代数。"
    ),
    "doctor.title.gpu.visible": "加速卡",
    "doctor.advice.gpu.visible": (
        "本机没有发现加速卡。仅作客户端没有问题；如果是服务器，请检查插接、供电和固件设置（"
        "Above 4G Decoding）。"
    ),
    "doctor.advice.gpu.visible.container": (
        "容器内没有发现加速卡。仅作客户端没有问题；如果是服务器，请把设备和 /sys 传入容器。"
    ),
    "doctor.title.gpu.driver": "加速卡驱动",
    "doctor.advice.gpu.driver": "没有加载厂商的内核模块。请加载，或安装驱动。",
    "doctor.advice.gpu.driver.handed_over": (
        "有卡保留给虚拟机（vfio-pci），本机的推理引擎无法使用。"
    ),
    "doctor.advice.gpu.driver.nouveau": (
        "nouveau 驱动占用了这张卡，推理引擎无法使用。请禁用 nouveau，安装 NVIDIA 驱动并重启。"
    ),
    "doctor.title.gpu.driver.library": "驱动与库的版本（NVIDIA）",
    "doctor.advice.gpu.driver.library": (
        "已加载的驱动与库版本不一致。请重启，或重新加载驱动模块。"
    ),
    "doctor.title.gpu.lost": "没有响应的卡（NVIDIA）",
    "doctor.advice.gpu.lost": (
        "有卡在总线上，但驱动无法访问。请检查供电和插接，然后重启。"
    ),
    "doctor.title.gpu.device_files": "加速卡的设备文件",
    "doctor.advice.gpu.device_files": (
        "/dev 下缺少推理引擎要打开的设备文件。请加载驱动模块（NVIDIA 还需 nvidia-uvm）。"
    ),
    "doctor.advice.gpu.device_files.container": (
        "容器内 /dev 下缺少推理引擎要打开的设备文件。请传入容器：`--device=/dev/kfd "
        "--device=/dev/dri`（AMD、海光），`--gpus all`（NVIDIA）。"
    ),
    "doctor.title.gpu.permission": "使用加速卡的权限",
    "doctor.advice.gpu.permission": (
        "当前用户无权打开加速卡的设备文件。请加入其所属的组并重新登录。"
    ),
    "doctor.advice.gpu.permission.container": (
        "当前用户无权打开加速卡的设备文件。在容器里请用数字组号添加：同名的组可能不是同一个。"
    ),
    "doctor.title.gpu.render_order": "/dev/dri 的编号（海光）",
    "doctor.advice.gpu.render_order": (
        "板载显示芯片占用了 /dev/dri 的一个编号，DCU 的编号因此不连续。请用 "
        "HIP_VISIBLE_DEVICES 选卡，不要用这些编号。"
    ),
    "doctor.title.gpu.persistence": "持久模式（NVIDIA）",
    "doctor.advice.gpu.persistence": (
        "没有程序使用时驱动会卸载：启动变慢，功耗上限等设置也会丢失。请启用持久模式。"
    ),
    "doctor.title.gpu.ecc.mode": "ECC 模式（NVIDIA）",
    "doctor.advice.gpu.ecc.mode": (
        "ECC 已关闭，或各卡不一致；ECC 会占用少量显存和带宽。请只比较设置相同的卡。"
    ),
    "doctor.title.gpu.ecc.errors": "无法纠正的显存错误",
    "doctor.advice.gpu.ecc.errors": (
        "显存出现无法纠正的错误，结果可能不正确。请重置该卡；如再次出现，请更换。"
    ),
    "doctor.title.gpu.ecc.pending": "待生效的显存修复（NVIDIA）",
    "doctor.advice.gpu.ecc.pending": (
        "有显存行等待替换，需要重置该卡才能生效。请结束卡上的所有程序后重置。"
    ),
    "doctor.title.gpu.kernel_log": "内核日志中的加速卡错误",
    "doctor.advice.gpu.kernel_log": (
        "内核报告了加速卡错误。请在 NVIDIA 的 Xid 列表中查编号，并更新驱动。"
    ),
    "doctor.advice.gpu.kernel_log.lost": (
        "有卡从总线上掉线（Xid 79）。请检查供电、线缆、插接和温度，然后重启。"
    ),
    "doctor.advice.gpu.kernel_log.reset": (
        "显存错误需要重置才能修复。请结束卡上的程序并重置；如反复出现，请更换。"
    ),
    "doctor.advice.gpu.kernel_log.firmware": (
        "卡的固件（GSP）响应超时（Xid 119、120）。请更新驱动；驱动允许时可关闭 GSP。"
    ),
    "doctor.advice.gpu.kernel_log.amd": (
        "amdgpu 驱动报告了 ring 超时、重置或坏页。请更新驱动和固件，并检查温度和供电。"
    ),
    "doctor.advice.gpu.kernel_log.program": (
        "程序的操作被卡拒绝（Xid 13、31、43、45）。首先应怀疑程序而不是卡：请更新推理引擎。"
    ),
    "doctor.title.gpu.partition": "加速卡的切分",
    "doctor.advice.gpu.partition": (
        "加速卡已切分（MIG 或 AMD 计算分区）：功耗和链路属于整卡。"
    ),
    "doctor.title.gpu.mixed": "加速卡型号是否一致",
    "doctor.advice.gpu.mixed": (
        "加速卡型号不一致，张量并行时由最慢的卡决定速度。请用 CUDA_VISIBLE_DEVICES 或 "
        "HIP_VISIBLE_DEVICES 选同型号的卡。"
    ),
    "doctor.title.gpu.numa": "加速卡所在的 NUMA 节点",
    "doctor.advice.gpu.numa": (
        "固件没有给出加速卡所在的 NUMA 节点，无法就近绑定。请更新固件，或查阅主板手册。"
    ),
    "doctor.title.gpu.memory.used": "已占用的显存",
    "doctor.advice.gpu.memory.used": (
        "显存已被占用，可能是被测服务器，也可能是其他程序。启动服务器前请结束其他占用显存的程"
        "序。"
    ),
    "doctor.title.gpu.memory.bar": "Resizable BAR（可调 BAR）",
    "doctor.advice.gpu.memory.bar": (
        "处理器只能访问部分显存，加载和卡间传输会变慢。请在固件设置中启用 Resizable BAR 和 "
        "Above 4G Decoding。"
    ),
    "doctor.title.gpu.processes": "加速卡上的程序",
    "doctor.advice.gpu.processes": (
        "加速卡上有程序在运行。如果不是被测服务器，就会干扰测量，请结束。"
    ),
    "doctor.title.gpu.power.cap": "加速卡功耗上限",
    "doctor.advice.gpu.power.cap": (
        "有卡的功耗上限低于默认值。请调高，或在结果中注明。"
    ),
    "doctor.title.gpu.throttled": "降频（NVIDIA）",
    "doctor.advice.gpu.throttled": (
        "有卡因过热或供电降频。请检查风道、风扇、线缆和电源。"
    ),
    "doctor.title.gpu.temperature": "加速卡温度",
    "doctor.advice.gpu.temperature": (
        "有卡过热，或热点温度远高于边缘温度。请检查风道、风扇和导热硅脂。"
    ),
    "doctor.title.gpu.clock.stuck": "繁忙加速卡的频率",
    "doctor.advice.gpu.clock.stuck": (
        "有卡在繁忙时频率远低于最高频率。请更新驱动，或断电重启。"
    ),
    "doctor.title.gpu.link.width": "PCIe 通道数",
    "doctor.advice.gpu.link.width": (
        "有卡使用的 PCIe 通道数少于上限。请检查插槽、转接卡、固件的通道拆分设置和插接。"
    ),
    "doctor.title.gpu.link.speed": "PCIe 速率",
    "doctor.advice.gpu.link.speed": (
        "PCIe 链路速率低于上限。卡处于空闲，可能只是节能：请在负载下再看。"
    ),
    "doctor.advice.gpu.link.speed.busy": (
        "卡在繁忙时 PCIe 链路速率仍低于上限。请检查转接卡、插槽和固件中的 PCIe 代数设置。"
    ),
    "doctor.title.gpu.link.narrowest": "插槽到处理器的通路",
    "doctor.advice.gpu.link.narrowest": (
        "插槽上游有更慢的链路：可能是芯片组的插槽或共享的交换芯片。请换到直连处理器的插槽。"
    ),
    "doctor.title.gpu.link.contradiction": "插槽与驱动报告的链路是否一致",
    "doctor.advice.gpu.link.contradiction": (
        "插槽与驱动报告的链路不一致。请以较小者为准，并在负载下再看。"
    ),
    "doctor.title.gpu.link.unverifiable": "能否看到插槽",
    "doctor.advice.gpu.link.unverifiable": (
        "这里看不到加速卡的插槽，链路只能以驱动所报为准。请在物理机上运行。"
    ),
    "doctor.title.gpu.link.replays": "PCIe 重传",
    "doctor.advice.gpu.link.replays": (
        "开机以来有数据包重传。如果负载下计数继续增长，请重新插好卡和转接卡。"
    ),
    "doctor.title.gpu.link.peers": "卡间互连",
    "doctor.advice.gpu.link.peers": (
        "卡间只有 PCIe 互连，张量并行的速度取决于插槽；单卡多副本的吞吐往往更高。"
    ),
    "doctor.title.container.inside": "容器",
    "doctor.advice.container.inside": (
        "当前在容器中运行：限制和设备都是容器的。"
    ),
    "doctor.title.container.pinning": "容器内的锁页内存",
    "doctor.advice.container.pinning": (
        "容器不能锁定内存页，RDMA 和部分推理引擎需要这一能力。请添加 IPC_LOCK 并解除上限。"
    ),
    "doctor.title.container.seccomp": "容器的系统调用过滤",
    "doctor.advice.container.seccomp": (
        "容器启用了系统调用过滤，AMD 建议关闭。请用 `--security-opt seccomp=unconfined` 启动"
        "。"
    ),
    "doctor.title.container.engine": "Docker 引擎",
    "doctor.advice.container.engine": (
        "已安装 Docker，但没有响应当前用户。只有容器里的服务器需要它：请启动，或加入 docker "
        "组。"
    ),
    "doctor.title.container.toolkit": "NVIDIA 容器工具包",
    "doctor.advice.container.toolkit": (
        "Docker 无法把 NVIDIA 卡交给容器。请安装 NVIDIA 容器工具包并配置 Docker。"
    ),
    "doctor.title.environment.visible_devices": "选卡的环境变量",
    "doctor.advice.environment.visible_devices": (
        "同时设置了多个选卡变量，后一个只在前一个剩下的卡里选。请只保留一个（ROCm 上的 vLLM "
        "读 CUDA_VISIBLE_DEVICES）。"
    ),
    "doctor.title.environment.hidden_devices": "所选的卡是否存在",
    "doctor.advice.environment.hidden_devices": (
        "变量指定的卡不存在，推理引擎会少看到卡，甚至看不到卡。请改正。"
    ),
    "doctor.title.environment.gfx_override": "架构覆盖（AMD）",
    "doctor.advice.environment.gfx_override": (
        "HSA_OVERRIDE_GFX_VERSION 让引擎运行为其他架构编译的代码，可能崩溃或算错。请取消设置"
        "，并使用为该卡编译的镜像。"
    ),
    "doctor.title.environment.built_for": "PyTorch 是否为该卡编译（AMD）",
    "doctor.advice.environment.built_for": (
        "PyTorch 不是为该卡的架构编译的。请换用包含该架构的镜像。"
    ),
    "doctor.title.environment.debugging": "调试变量",
    "doctor.advice.environment.debugging": (
        "设置了调试变量，会拖慢推理引擎。测量前请取消设置。"
    ),
    "doctor.title.environment.interfaces": "NCCL 的网络接口",
    "doctor.advice.environment.interfaces": (
        "变量指定的网络接口不存在，多机启动会卡住。请改正。"
    ),
    "doctor.title.environment.proxy": "HTTP 代理",
    "doctor.advice.environment.proxy": (
        "设置了代理，且没有排除本机地址。本工具不使用代理；curl 等其他客户端会把本机请求发给"
        "代理。"
    ),
    "doctor.title.client.descriptors": "打开文件数上限",
    "doctor.advice.client.descriptors": (
        "每个进行中的请求需要一个文件描述符。请把上限提高到并发数的四倍。"
    ),
    "doctor.title.client.ports": "本地端口数",
    "doctor.advice.client.ports": (
        "连接同一地址可用的本地端口较少。请扩大范围。"
    ),
    "doctor.title.client.stamps": "内核时间戳",
    "doctor.advice.client.stamps": (
        "内核不为到达的数据打时间戳，客户端繁忙时会把自身延迟算到服务器头上。请在 Linux 上测"
        "量。"
    ),
    "doctor.title.client.calibration": "本机校准",
    "doctor.advice.client.calibration": (
        "还不知道客户端在本机上的精度。`bench` 会按需校准；完整校准需要几分钟。"
    ),
    "doctor.title.client.cores": "客户端可用核心",
    "doctor.advice.client.cores": (
        "客户端只有一个核心，还要与系统共用。请至少给两个。"
    ),
    "doctor.title.client.python": "Python 解释器",
    "doctor.advice.client.python": (
        "这个 Python 是调试版或 32 位版：客户端更慢，且在用户态打时间戳。请换用常规的 64 位版"
        "本。"
    ),
    "doctor.title.client.others": "其他测量",
    "doctor.advice.client.others": (
        "本机似乎还有另一个测量在进行，会相互干扰。请等它结束。"
    ),
    "doctor.title.server.reachable": "服务器是否响应",
    "doctor.advice.server.reachable": (
        "服务器没有正常响应。请检查它是否在运行、地址和端口是否正确，并查看日志（"
        "`inferometer doctor --log FILE`）。"
    ),
    "doctor.title.server.model": "服务器的模型",
    "doctor.advice.server.model": "服务器列出了多个模型。请指定要测的模型。",
    "doctor.title.server.max_model_len": "上下文长度",
    "doctor.advice.server.max_model_len": (
        "服务器没有给出上下文长度，过长的请求只有失败后才会发现。"
    ),
    "doctor.title.server.version": "引擎版本",
    "doctor.advice.server.version": "服务器没有给出版本。请在结果中注明。",
    "doctor.title.server.here": "服务器在本机",
    "doctor.advice.server.here": (
        "服务器和客户端共用本机处理器。请绑定到不同核心，或从另一台机器测量。"
    ),
    "doctor.title.server.metrics": "服务器的计数器",
    "doctor.advice.server.metrics": (
        "服务器没有可识别的指标页，无法与它自己的计数核对。SGLang 请加 `--enable-metrics`。"
    ),
    "doctor.title.server.idle": "服务器是否空闲",
    "doctor.advice.server.idle": (
        "服务器正在处理其他请求。请等待，或改测独占的服务器。"
    ),
    "doctor.title.server.cache_use": "KV 缓存占用",
    "doctor.advice.server.cache_use": (
        "KV 缓存快满了，请求会排队或被抢占。请降低负载，或给缓存更多显存。"
    ),
    "doctor.title.server.preemptions": "启动以来的抢占次数",
    "doctor.advice.server.preemptions": (
        "启动以来发生过抢占：某个负载下 KV 缓存曾经用满。"
    ),
    "doctor.title.server.prefix_caching": "前缀缓存",
    "doctor.advice.server.prefix_caching": (
        "前缀缓存已启用：重复的输入会让 TTFT 偏低。请在每个测试点使用不同输入，或关闭它。"
    ),
    "doctor.title.server.chunked_prefill": "分块预填充",
    "doctor.advice.server.chunked_prefill": (
        "分块预填充已启用：长输入会穿插在输出 token 之间处理，在 TTFT 与 ITL 之间取舍。请在结"
        "果中注明。"
    ),
    "doctor.title.server.eager": "服务器的计算图",
    "doctor.advice.server.eager": (
        "服务器没有使用 CUDA/HIP 图，每步都多花处理器时间。请去掉 `--enforce-eager`，或在结果"
        "中注明。"
    ),
    "doctor.title.server.descriptors": "服务器的打开文件数上限",
    "doctor.advice.server.descriptors": (
        "负载下服务器可能耗尽文件描述符。请先执行 `ulimit -n 65536` 再启动。"
    ),
    "doctor.title.server.cpus": "服务器可用核心",
    "doctor.advice.server.cpus": (
        "服务器绑定在部分核心上。请确认它们靠近所用的加速卡。"
    ),
    "doctor.title.server.clock": "服务器的时钟",
    "doctor.advice.server.clock": (
        "服务器与客户端的时间不一致。延迟只用客户端时钟测量；如需对照日志，请在两边启用 NTP。"
    ),
    "doctor.title.joined.collective_hang": "经 IOMMU 和 ACS 的 all-reduce",
    "doctor.advice.joined.collective_hang": (
        "卡间没有 NVLink 或 XGMI，P2P 要经过地址转换的 IOMMU 和重定向的端口：TP > 1 时 "
        "all-reduce 可能卡住，利用率停在 100%。请以 iommu=pt 启动内核、关闭这些端口的 ACS，"
        "或设置 NCCL_P2P_DISABLE=1。"
    ),
    "doctor.advice.joined.collective_hang.avoided": (
        "本机可能让 all-reduce 卡住；NCCL_P2P_DISABLE=1 已规避，但会降低卡间带宽。"
    ),
    "doctor.title.joined.r9700_deadlock": "R9700 且 TP ≥ 2",
    "doctor.advice.joined.r9700_deadlock": (
        "两张及以上 R9700（gfx1201）在 all-reduce 中会死锁，除非为服务器设置 "
        "NCCL_PROTO=Simple。"
    ),
    "doctor.title.joined.r9700_freeze": "四张以上 R9700 且启用 P2P",
    "doctor.advice.joined.r9700_freeze": (
        "四张及以上 R9700（gfx1201）直接互访曾导致整机死机。请为服务器设置 NCCL_P2P_DISABLE=1"
        "。"
    ),
    "doctor.title.joined.parallel_over_narrow": "经窄插槽的张量并行",
    "doctor.advice.joined.parallel_over_narrow": (
        "卡间没有 NVLink 或 XGMI，且插槽最多四通道：TP > 1 时预填充会很慢。请换更宽的插槽，或"
        "改用单卡多副本。"
    ),
    "doctor.title.joined.memory_stall": "内存造成的卡顿",
    "doctor.advice.joined.memory_stall": (
        "内存已被换出，且有任务正在等待内存：服务器或客户端会卡顿。测量前请释放内存。"
    ),
    "doctor.title.joined.client_beside_server": "客户端与服务器共用核心",
    "doctor.advice.joined.client_beside_server": (
        "客户端与服务器共用少量核心且都没有绑核，客户端的延迟会算到服务器头上。请分别绑核，或"
        "从另一台机器测量。"
    ),
}
