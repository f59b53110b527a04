// The hooks that Envoy calls. Nothing may leave them but an answer: an exception (there is only one that can be, when
// memory ends) becomes a refused configuration or a message that passes as it is.
#include <exception>

#include "stream.h"

namespace {

using solder::transformation::FilterConfig;
using solder::transformation::Program;
using solder::transformation::Stream;
namespace abi = solder::transformation::abi;
using RouteConfig = std::shared_ptr<const Program>;

std::string_view view(SolderBuffer from) { return from.data == nullptr ? "" : std::string_view(from.data, from.size); }

void complain(const std::string& text) { envoy_dynamic_module_callback_log(abi::kError, {text.data(), text.size()}); }

template <typename Answer, typename Work>
Answer guarded(Answer otherwise, const Work& work) {
  try {
    return work();
  } catch (const std::exception& problem) {
    complain(std::string("transformation: ") + problem.what());
  } catch (...) {
    complain("transformation: an exception");
  }
  return otherwise;
}

RouteConfig program_of(SolderBuffer config) {
  std::string error;
  auto program = Program::read(view(config), error);
  if (program) return std::make_shared<const Program>(std::move(*program));
  complain("transformation: the configuration is refused: " + error);
  return nullptr;
}

Stream* stream(const void* from) { return const_cast<Stream*>(static_cast<const Stream*>(from)); }

}  // namespace

#define HOOK extern "C" __attribute__((visibility("default")))

HOOK const char* envoy_dynamic_module_on_program_init() { return abi::kVersion; }

// `name` is the stage.
HOOK const void* envoy_dynamic_module_on_http_filter_config_new(void* envoy, SolderBuffer name, SolderBuffer config) {
  return guarded<const void*>(nullptr, [&]() -> const void* {
    auto out = std::make_unique<FilterConfig>();
    out->program = program_of(config);
    out->upstream = view(name) == "post_routing";
    if (!out->program) return nullptr;
    for (size_t i = 0; i < out->counters.size(); ++i) {
      const std::string counter = std::string(view(name)) + "." + FilterConfig::kCounters[i];
      envoy_dynamic_module_callback_http_filter_config_define_counter(envoy, {counter.data(), counter.size()}, nullptr,
                                                                      0, &out->counters[i]);
    }
    return out.release();
  });
}
HOOK void envoy_dynamic_module_on_http_filter_config_destroy(const void* config) {
  delete static_cast<const FilterConfig*>(config);
}

HOOK const void* envoy_dynamic_module_on_http_filter_per_route_config_new(SolderBuffer, SolderBuffer config) {
  return guarded<const void*>(nullptr, [&]() -> const void* {
    RouteConfig program = program_of(config);
    return program ? new RouteConfig(std::move(program)) : nullptr;
  });
}
HOOK void envoy_dynamic_module_on_http_filter_per_route_config_destroy(const void* config) {
  delete static_cast<const RouteConfig*>(config);
}

HOOK const void* envoy_dynamic_module_on_http_filter_new(const void* config, void* envoy) {
  return guarded<const void*>(nullptr, [&] { return new Stream(*static_cast<const FilterConfig*>(config), envoy); });
}
HOOK void envoy_dynamic_module_on_http_filter_destroy(const void* filter) { delete stream(filter); }

HOOK uint32_t envoy_dynamic_module_on_http_filter_request_headers(void*, const void* filter, bool end) {
  return guarded<uint32_t>(abi::kContinueHeaders, [&] { return stream(filter)->request_headers(end); });
}
HOOK uint32_t envoy_dynamic_module_on_http_filter_request_body(void*, const void* filter, bool end) {
  return guarded<uint32_t>(abi::kContinueBody, [&] { return stream(filter)->request_body(end); });
}
HOOK uint32_t envoy_dynamic_module_on_http_filter_request_trailers(void*, const void* filter) {
  return guarded<uint32_t>(abi::kContinueTrailers, [&] { return stream(filter)->request_trailers(); });
}
HOOK uint32_t envoy_dynamic_module_on_http_filter_response_headers(void*, const void* filter, bool end) {
  return guarded<uint32_t>(abi::kContinueHeaders, [&] { return stream(filter)->response_headers(end); });
}
HOOK uint32_t envoy_dynamic_module_on_http_filter_response_body(void*, const void* filter, bool end) {
  return guarded<uint32_t>(abi::kContinueBody, [&] { return stream(filter)->response_body(end); });
}
HOOK uint32_t envoy_dynamic_module_on_http_filter_response_trailers(void*, const void* filter) {
  return guarded<uint32_t>(abi::kContinueTrailers, [&] { return stream(filter)->response_trailers(); });
}

// Envoy wants these to be there; nothing that this module starts would call them.
HOOK void envoy_dynamic_module_on_http_filter_stream_complete() {}
HOOK void envoy_dynamic_module_on_http_filter_http_callout_done() {}
HOOK void envoy_dynamic_module_on_http_filter_http_stream_headers() {}
HOOK void envoy_dynamic_module_on_http_filter_http_stream_data() {}
HOOK void envoy_dynamic_module_on_http_filter_http_stream_trailers() {}
HOOK void envoy_dynamic_module_on_http_filter_http_stream_complete() {}
HOOK void envoy_dynamic_module_on_http_filter_http_stream_reset() {}
HOOK void envoy_dynamic_module_on_http_filter_scheduled() {}
HOOK void envoy_dynamic_module_on_http_filter_downstream_above_write_buffer_high_watermark() {}
HOOK void envoy_dynamic_module_on_http_filter_downstream_below_write_buffer_low_watermark() {}
