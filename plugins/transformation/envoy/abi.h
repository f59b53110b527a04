// The part of Envoy's dynamic module ABI that this module uses, written down anew: the functions that Envoy calls here
// (hooks) and those of Envoy that are called (callbacks). Envoy resolves all of them when it loads the module, by name
// alone: tests/unit/transformation/abi_test.py holds each name against the Envoy binary,
// tests/e2e/transformation_test.py each signature against its behaviour. Source: Envoy 1.40's ABI "v0.2.0"; a module
// works with the version it names and the next one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace solder::transformation::abi {

inline constexpr const char* kVersion = "v0.2.0";

// Bytes of the one side that the other may read until the hook returns, or headers change.
struct Buffer {
  const char* data;
  size_t size;
};
struct Header {
  const char* name;
  size_t name_size;
  const char* value;
  size_t value_size;
};

enum HeaderType : uint32_t { kRequestHeaders = 0, kResponseHeaders = 2 };
enum BodyType : uint32_t { kReceivedRequest = 0, kBufferedRequest = 1, kReceivedResponse = 2, kBufferedResponse = 3 };
enum MetadataSource : uint32_t { kDynamicMetadata = 0, kClusterMetadata = 2, kHostMetadata = 3 };
enum Attribute : uint32_t { kResponseCodeDetails = 16 };
enum LogLevel : uint32_t { kDebug = 1, kError = 4 };

// What hooks answer.
enum HeadersStatus : uint32_t { kContinueHeaders = 0, kStopHeaders = 1 };
enum BodyStatus : uint32_t { kContinueBody = 0, kBufferBody = 1, kStopBody = 3 };
enum TrailersStatus : uint32_t { kContinueTrailers = 0, kStopTrailers = 1 };

}  // namespace solder::transformation::abi

extern "C" {
using SolderBuffer = solder::transformation::abi::Buffer;
using SolderHeader = solder::transformation::abi::Header;

bool envoy_dynamic_module_callback_http_get_header(void* filter, uint32_t type, SolderBuffer name, SolderBuffer* out,
                                                   size_t index, size_t* count);
size_t envoy_dynamic_module_callback_http_get_headers_size(void* filter, uint32_t type);
bool envoy_dynamic_module_callback_http_get_headers(void* filter, uint32_t type, SolderHeader* out);
// Without a value it removes.
bool envoy_dynamic_module_callback_http_set_header(void* filter, uint32_t type, SolderBuffer name, SolderBuffer value);
bool envoy_dynamic_module_callback_http_add_header(void* filter, uint32_t type, SolderBuffer name, SolderBuffer value);

size_t envoy_dynamic_module_callback_http_get_body_size(void* filter, uint32_t type);
size_t envoy_dynamic_module_callback_http_get_body_chunks_size(void* filter, uint32_t type);
bool envoy_dynamic_module_callback_http_get_body_chunks(void* filter, uint32_t type, SolderBuffer* out);
bool envoy_dynamic_module_callback_http_drain_body(void* filter, uint32_t type, size_t size);
bool envoy_dynamic_module_callback_http_append_body(void* filter, uint32_t type, SolderBuffer data);
// Whether what is received is what is buffered.
bool envoy_dynamic_module_callback_http_received_buffered_request_body(void* filter);
bool envoy_dynamic_module_callback_http_received_buffered_response_body(void* filter);

void envoy_dynamic_module_callback_http_send_response(void* filter, uint32_t status, SolderHeader* headers,
                                                      size_t count, SolderBuffer body, SolderBuffer details);
void envoy_dynamic_module_callback_http_clear_route_cache(void* filter);
const void* envoy_dynamic_module_callback_get_most_specific_route_config(void* filter);

bool envoy_dynamic_module_callback_http_get_metadata_string(void* filter, uint32_t source, SolderBuffer name_space,
                                                            SolderBuffer key, SolderBuffer* out);
bool envoy_dynamic_module_callback_http_get_metadata_number(void* filter, uint32_t source, SolderBuffer name_space,
                                                            SolderBuffer key, double* out);
bool envoy_dynamic_module_callback_http_get_metadata_bool(void* filter, uint32_t source, SolderBuffer name_space,
                                                          SolderBuffer key, bool* out);
bool envoy_dynamic_module_callback_http_get_metadata_list_size(void* filter, uint32_t source, SolderBuffer name_space,
                                                               SolderBuffer key, size_t* out);
bool envoy_dynamic_module_callback_http_get_metadata_list_string(void* filter, uint32_t source, SolderBuffer name_space,
                                                                 SolderBuffer key, size_t index, SolderBuffer* out);
bool envoy_dynamic_module_callback_http_get_metadata_list_number(void* filter, uint32_t source, SolderBuffer name_space,
                                                                 SolderBuffer key, size_t index, double* out);
bool envoy_dynamic_module_callback_http_get_metadata_list_bool(void* filter, uint32_t source, SolderBuffer name_space,
                                                               SolderBuffer key, size_t index, bool* out);
void envoy_dynamic_module_callback_http_set_dynamic_metadata_string(void* filter, SolderBuffer name_space,
                                                                    SolderBuffer key, SolderBuffer value);
// A google.protobuf.Struct on the wire; its fields are merged into the namespace.
bool envoy_dynamic_module_callback_http_set_dynamic_metadata_struct(void* filter, SolderBuffer name_space,
                                                                    SolderBuffer structure);
bool envoy_dynamic_module_callback_http_filter_get_attribute_string(void* filter, uint32_t attribute,
                                                                    SolderBuffer* out);

void* envoy_dynamic_module_callback_http_get_active_span(void* filter);
void envoy_dynamic_module_callback_http_span_set_operation(void* span, SolderBuffer name);

uint32_t envoy_dynamic_module_callback_http_filter_config_define_counter(void* config, SolderBuffer name,
                                                                         SolderBuffer* labels, size_t count,
                                                                         size_t* id);
uint32_t envoy_dynamic_module_callback_http_filter_increment_counter(void* filter, size_t id, SolderBuffer* labels,
                                                                     size_t count, uint64_t by);
bool envoy_dynamic_module_callback_log_enabled(uint32_t level);
void envoy_dynamic_module_callback_log(uint32_t level, SolderBuffer message);
}
