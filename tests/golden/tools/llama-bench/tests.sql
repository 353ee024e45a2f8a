CREATE TABLE IF NOT EXISTS llama_bench (
  build_commit TEXT,
  build_number TEXT,
  cpu_info TEXT,
  gpu_info TEXT,
  backends TEXT,
  model_filename TEXT,
  model_type TEXT,
  model_size TEXT,
  model_n_params TEXT,
  n_batch TEXT,
  n_ubatch TEXT,
  n_threads TEXT,
  type_k TEXT,
  type_v TEXT,
  n_gpu_layers TEXT,
  split_mode TEXT,
  no_kv_offload TEXT,
  flash_attn TEXT,
  use_mmap TEXT,
  embeddings TEXT,
  n_prompt TEXT,
  n_gen TEXT,
  n_depth TEXT,
  test_time TEXT,
  avg_ns TEXT,
  stddev_ns TEXT,
  avg_ts TEXT,
  stddev_ts TEXT
);

INSERT INTO llama_bench (build_commit, build_number, cpu_info, gpu_info, backends, model_filename, model_type, model_size, model_n_params, n_batch, n_ubatch, n_threads, type_k, type_v, n_gpu_layers, split_mode, no_kv_offload, flash_attn, use_mmap, embeddings, n_prompt, n_gen, n_depth, test_time, avg_ns, stddev_ns, avg_ts, stddev_ts) VALUES ('a1b2c3d4', '6123', 'CPU X', 'Card Y', 'ROCm', 'models/tiny-7b.Q4_0.gguf', 'llama 7B Q4_0', '3825898912', '6738546688', '2048', '512', '16', 'f16', 'f16', '99', 'layer', '0', '1', '1', '0', '512', '0', '0', '2026-03-04T05:06:07Z', '249938979', '1000000', '2048.500000', '1.250000');
INSERT INTO llama_bench (build_commit, build_number, cpu_info, gpu_info, backends, model_filename, model_type, model_size, model_n_params, n_batch, n_ubatch, n_threads, type_k, type_v, n_gpu_layers, split_mode, no_kv_offload, flash_attn, use_mmap, embeddings, n_prompt, n_gen, n_depth, test_time, avg_ns, stddev_ns, avg_ts, stddev_ts) VALUES ('a1b2c3d4', '6123', 'CPU X', 'Card Y', 'ROCm', 'models/tiny-7b.Q4_0.gguf', 'llama 7B Q4_0', '3825898912', '6738546688', '2048', '512', '16', 'f16', 'f16', '99', 'layer', '0', '1', '1', '0', '0', '128', '0', '2026-03-04T05:06:07Z', '1992217898', '1000000', '64.250000', '1.250000');
INSERT INTO llama_bench (build_commit, build_number, cpu_info, gpu_info, backends, model_filename, model_type, model_size, model_n_params, n_batch, n_ubatch, n_threads, type_k, type_v, n_gpu_layers, split_mode, no_kv_offload, flash_attn, use_mmap, embeddings, n_prompt, n_gen, n_depth, test_time, avg_ns, stddev_ns, avg_ts, stddev_ts) VALUES ('a1b2c3d4', '6123', 'CPU X', 'Card Y', 'ROCm', 'models/tiny-7b.Q4_0.gguf', 'llama 7B Q4_0', '3825898912', '6738546688', '2048', '512', '16', 'f16', 'f16', '99', 'layer', '0', '1', '1', '0', '512', '128', '4096', '2026-03-04T05:06:07Z', '2500000000', '1000000', '256.000000', '1.250000');
