// One request and its response in Envoy: decides which transformations apply, holds the message back while its body
// comes in, and answers where one fails. All hooks of a stream come on one thread. What fails answers as Gloo's filter
// does: a request 400 with a body "bad request: ...", a response becomes that. Tested by
// tests/e2e/transformation_test.py.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "abi.h"
#include "rendering/program.h"

namespace solder::transformation {

// A filter's configuration: its counters, and transformations for routes that have none of their own.
struct FilterConfig {
  enum Counter { kRequestHeaders, kRequestBodies, kResponseHeaders, kResponseBodies, kRequestErrors, kResponseErrors };
  static constexpr std::array kCounters{"request_header_transformations",
                                        "request_body_transformations",
                                        "response_header_transformations",
                                        "response_body_transformations",
                                        "request_error",
                                        "response_error"};

  std::shared_ptr<const Program> program;
  std::array<size_t, kCounters.size()> counters{};
  bool upstream = false;  // among the filters of a cluster, where there is no route to choose anew
};

class Stream {
 public:
  Stream(const FilterConfig& config, void* filter) : config_(config), filter_(filter) {}

  abi::HeadersStatus request_headers(bool end);
  abi::BodyStatus request_body(bool end);
  abi::TrailersStatus request_trailers();
  abi::HeadersStatus response_headers(bool end);
  abi::BodyStatus response_body(bool end);
  abi::TrailersStatus response_trailers();

 private:
  // One direction.
  struct Side {
    abi::HeaderType headers;
    abi::BodyType received;
    abi::BodyType buffered;
  };
  static constexpr Side kRequest{abi::kRequestHeaders, abi::kReceivedRequest, abi::kBufferedRequest};
  static constexpr Side kResponse{abi::kResponseHeaders, abi::kReceivedResponse, abi::kBufferedResponse};

  // False: the request was answered.
  bool transform_request(bool with_body, bool whole);
  void transform_response(bool with_body, bool whole);
  Transformation::Result apply(const Transformation& what, const Side& side, const std::string& body) const;
  [[nodiscard]] Transformation::Of kind_of(const Side& side) const;
  void finish(const Transformation& what, const Side& side, const Transformation::Result& result, bool empty) const;
  [[nodiscard]] std::string body_of(const Side& side) const;
  void replace_body(const Side& side, std::string_view body) const;
  [[nodiscard]] bool same_buffer(const Side& side) const;
  void log(const Transformation& what, const char* when, const Side& side, std::string_view body) const;
  void count(FilterConfig::Counter counter) const;

  const FilterConfig& config_;
  void* filter_;
  std::shared_ptr<const Program> program_;  // keeps what the pointers below point to
  const Transformation* request_ = nullptr;
  const Transformation* response_ = nullptr;
  bool clear_route_cache_ = false;
  bool done_ = false;  // answered, or the response is through
};

}  // namespace solder::transformation
