// How the allocator of the programs is set up. A control plane grows with a world and shrinks with it; after that
// glibc's allocator is left with pages that hold a few small blocks each (docs/benchmarks, memory_after_scaling). What
// MALLOC_CONF in the environment says goes before. Source: jemalloc's manual, TUNING and `malloc_conf`.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:100,muzzy_decay_ms:0";
}
