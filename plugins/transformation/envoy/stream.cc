#include "stream.h"

#include <vector>

#include "message.h"

namespace solder::transformation {

namespace {

abi::Buffer buffer(std::string_view text) { return {text.data(), text.size()}; }

constexpr std::string_view kDetails = "transformation_filter_error";
constexpr uint32_t kBadRequest = 400, kInternalError = 500;

}  // namespace

abi::HeadersStatus Stream::request_headers(bool end) {
  const void* of_route = envoy_dynamic_module_callback_get_most_specific_route_config(filter_);
  program_ = of_route == nullptr ? config_.program : *static_cast<const std::shared_ptr<const Program>*>(of_route);
  const Program::Request* found = program_->find(EnvoyMessage(filter_, abi::kRequestHeaders));
  if (found == nullptr) return abi::kContinueHeaders;
  if (!found->refusal.empty()) {
    done_ = true;
    count(FilterConfig::kRequestErrors);
    envoy_dynamic_module_callback_http_send_response(filter_, kInternalError, nullptr, 0, buffer(found->refusal),
                                                     buffer(kDetails));
    return abi::kStopHeaders;
  }
  response_ = found->response ? &*found->response : nullptr;
  request_ = found->request ? &*found->request : nullptr;
  clear_route_cache_ = found->clear_route_cache;
  if (request_ == nullptr) return abi::kContinueHeaders;
  if (!end && request_->needs_body()) return abi::kStopHeaders;
  count(FilterConfig::kRequestHeaders);
  return transform_request(false, end) ? abi::kContinueHeaders : abi::kStopHeaders;
}

abi::BodyStatus Stream::request_body(bool end) {
  if (done_) return abi::kStopBody;
  if (request_ == nullptr) return abi::kContinueBody;
  if (!end) return abi::kBufferBody;
  count(FilterConfig::kRequestBodies);
  return transform_request(true, true) ? abi::kContinueBody : abi::kStopBody;
}

abi::TrailersStatus Stream::request_trailers() {
  if (done_) return abi::kStopTrailers;
  if (request_ == nullptr) return abi::kContinueTrailers;
  count(FilterConfig::kRequestBodies);
  return transform_request(true, true) ? abi::kContinueTrailers : abi::kStopTrailers;
}

abi::HeadersStatus Stream::response_headers(bool end) {
  if (done_ || !program_) return abi::kContinueHeaders;
  if (response_ == nullptr) response_ = program_->find_response(EnvoyMessage(filter_, abi::kResponseHeaders));
  if (response_ == nullptr) return abi::kContinueHeaders;
  if (!end && response_->needs_body()) return abi::kStopHeaders;
  count(FilterConfig::kResponseHeaders);
  transform_response(false, end);
  return abi::kContinueHeaders;
}

abi::BodyStatus Stream::response_body(bool end) {
  if (response_ == nullptr) return abi::kContinueBody;
  if (!end) return abi::kBufferBody;
  count(FilterConfig::kResponseBodies);
  transform_response(true, true);
  return abi::kContinueBody;
}

abi::TrailersStatus Stream::response_trailers() {
  if (response_ == nullptr) return abi::kContinueTrailers;
  count(FilterConfig::kResponseBodies);
  transform_response(true, true);
  return abi::kContinueTrailers;
}

Transformation::Result Stream::apply(const Transformation& what, const Side& side, const std::string& body) const {
  log(what, "before", side, body);
  EnvoyMessage message(filter_, side.headers);
  Transformation::Result result = what.apply(message, body, kind_of(side));
  if (!result.ok) return result;
  log(what, "after", side, result.body ? *result.body : body);
  return result;
}

void Stream::finish(const Transformation& what, const Side& side, const Transformation::Result& result,
                    bool empty) const {
  EnvoyMessage message(filter_, side.headers);
  if (result.body) {
    replace_body(side, *result.body);
    message.set_header("content-length", std::to_string(result.body->size()));
    empty = result.body->empty();
  }
  if (empty && !what.passes_body()) message.remove_header("content-type");
}

bool Stream::transform_request(bool with_body, bool whole) {
  const Transformation& what = *request_;
  request_ = nullptr;
  const std::string body = with_body ? body_of(kRequest) : "";
  const Transformation::Result result = apply(what, kRequest, body);
  if (!result.ok) {
    done_ = true;
    count(FilterConfig::kRequestErrors);
    const std::string answer = "bad request: " + result.error;
    envoy_dynamic_module_callback_http_send_response(filter_, kBadRequest, nullptr, 0, buffer(answer),
                                                     buffer(kDetails));
    return false;
  }
  finish(what, kRequest, result, whole && body.empty());
  if (clear_route_cache_ && !config_.upstream) envoy_dynamic_module_callback_http_clear_route_cache(filter_);
  return true;
}

// HTTP leaves no place for a body behind some responses.
Transformation::Of Stream::kind_of(const Side& side) const {
  if (side.headers == abi::kRequestHeaders) return Transformation::Of::kRequest;
  const EnvoyMessage response(filter_, abi::kResponseHeaders);
  const std::string_view status = response.header(":status").value_or("");
  const bool bare = status == "204" || status == "304" || response.request_header(":method").value_or("") == "HEAD";
  return bare ? Transformation::Of::kBareResponse : Transformation::Of::kResponse;
}

void Stream::transform_response(bool with_body, bool whole) {
  const Transformation& what = *response_;
  response_ = nullptr;
  done_ = true;
  const bool bare = kind_of(kResponse) == Transformation::Of::kBareResponse;
  const std::string body = with_body ? body_of(kResponse) : "";
  Transformation::Result result = apply(what, kResponse, body);
  if (!result.ok) {
    count(FilterConfig::kResponseErrors);
    EnvoyMessage message(filter_, abi::kResponseHeaders);
    message.set_header(":status", std::to_string(kBadRequest));
    message.remove_header("content-type");
    if (!bare) result.body = "bad request: " + result.error;
  }
  // A body that was not waited for is on its way behind the headers; what is put before it would lengthen it.
  if (result.body && !with_body && !whole) return;
  finish(what, kResponse, result, whole && body.empty() && !bare);
}

bool Stream::same_buffer(const Side& side) const {
  return side.headers == abi::kRequestHeaders
             ? envoy_dynamic_module_callback_http_received_buffered_request_body(filter_)
             : envoy_dynamic_module_callback_http_received_buffered_response_body(filter_);
}

std::string Stream::body_of(const Side& side) const {
  std::string out;
  const size_t buffered = envoy_dynamic_module_callback_http_get_body_size(filter_, side.buffered);
  const bool both = !same_buffer(side);
  out.reserve(buffered + (both ? envoy_dynamic_module_callback_http_get_body_size(filter_, side.received) : 0));
  for (const abi::BodyType type : {side.buffered, side.received}) {
    if (type == side.received && !both) break;
    std::vector<abi::Buffer> chunks(envoy_dynamic_module_callback_http_get_body_chunks_size(filter_, type));
    if (chunks.empty() || !envoy_dynamic_module_callback_http_get_body_chunks(filter_, type, chunks.data())) continue;
    for (const abi::Buffer& chunk : chunks) out.append(chunk.data, chunk.size);
  }
  return out;
}

void Stream::replace_body(const Side& side, std::string_view body) const {
  const bool both = !same_buffer(side);
  const size_t buffered = envoy_dynamic_module_callback_http_get_body_size(filter_, side.buffered);
  const size_t received = both ? envoy_dynamic_module_callback_http_get_body_size(filter_, side.received) : 0;
  if (buffered > 0) envoy_dynamic_module_callback_http_drain_body(filter_, side.buffered, buffered);
  if (received > 0) envoy_dynamic_module_callback_http_drain_body(filter_, side.received, received);
  if (!body.empty())
    envoy_dynamic_module_callback_http_append_body(filter_, received > 0 ? side.received : side.buffered, buffer(body));
}

void Stream::log(const Transformation& what, const char* when, const Side& side, std::string_view body) const {
  if (!what.logs() || !envoy_dynamic_module_callback_log_enabled(abi::kDebug)) return;
  std::string text(side.headers == abi::kRequestHeaders ? "request " : "response ");
  text.append(when).append(" transformation: ");
  for (const auto& [name, value] : EnvoyMessage(filter_, side.headers).headers())
    text.append(name).append(": ").append(value).append("; ");
  text.append("body: ").append(body);
  envoy_dynamic_module_callback_log(abi::kDebug, buffer(text));
}

void Stream::count(FilterConfig::Counter counter) const {
  envoy_dynamic_module_callback_http_filter_increment_counter(filter_, config_.counters[counter], nullptr, 0, 1);
}

}  // namespace solder::transformation
