#include "bench/engine/world.h"

#include <cstdio>

#include "core/base/hash.h"

namespace solder::bench {

namespace {

std::string quoted(const std::string& text) { return '"' + text + '"'; }

model::ObjectPtr object(const char* kind, const char* api, const std::string& name, const std::string& spec) {
  auto out = std::make_shared<model::Object>();
  out->ref = {kind, "gloo-system", name};
  out->api_version = api;
  out->json = R"({"apiVersion":)" + quoted(api) + R"(,"kind":)" + quoted(kind) + R"(,"metadata":{"name":)" +
              quoted(name) + R"(,"namespace":"gloo-system"},"spec":)" + spec + "}";
  out->hash = base::hash_bytes(out->json);
  return out;
}

std::string route(size_t index, size_t upstream, int timeout_ms) {
  const std::string number = std::to_string(index);
  return R"({"matchers":[{"prefix":"/route-)" + number +
         R"(/"}],"routeAction":{"single":{"upstream":{"name":"upstream-)" + std::to_string(upstream) +
         R"(","namespace":"gloo-system"}}},"options":{"timeout":")" + std::to_string(timeout_ms / 1000) + "." +
         std::to_string(1000 + timeout_ms % 1000).substr(1) +
         R"(s","retries":{"retryOn":"5xx","numRetries":3},"prefixRewrite":"/r)" + number +
         R"(/","headerManipulation":{"requestHeadersToAdd":[{"header":{"key":"x-route","value":")" + number +
         R"("}}]}}})";
}

}  // namespace

Shape Shape::parse(const std::string& text) {
  Shape shape;
  if (std::sscanf(text.c_str(), "%zu,%zu,%zu", &shape.upstreams, &shape.virtual_services, &shape.routes) != 3) {
    return {};
  }
  return shape;
}

std::string Shape::text() const {
  return std::to_string(upstreams) + "," + std::to_string(virtual_services) + "," + std::to_string(routes);
}

model::ObjectPtr upstream(size_t index, int port) {
  return object("Upstream", "gloo.solo.io/v1", "upstream-" + std::to_string(index),
                R"({"static":{"hosts":[{"addr":"10.0.0.1","port":)" + std::to_string(port) + "}]}}");
}

model::ObjectPtr virtual_service(const Shape& shape, size_t index, int timeout_ms) {
  std::string routes;
  for (size_t i = 0; i < shape.routes; ++i) {
    if (i > 0) routes += ',';
    const size_t target = shape.upstreams == 0 ? 0 : (index * shape.routes + i) % shape.upstreams;
    routes += route(i, target, i == 0 ? timeout_ms : 1000);
  }
  const std::string number = std::to_string(index);
  return object("VirtualService", "gateway.solo.io/v1", "service-" + number,
                R"({"virtualHost":{"domains":["service-)" + number + R"(.example.com"],"routes":[)" + routes + "]}}");
}

store::Batch whole_world(const Shape& shape) {
  store::Batch batch;
  batch.complete = true;
  const auto add = [&](model::ObjectPtr one) {
    const model::ObjectRef ref = one->ref;
    batch.changes.push_back({ref, std::move(one)});
  };
  for (size_t i = 0; i < shape.upstreams; ++i) add(upstream(i, 8080));
  for (size_t i = 0; i < shape.virtual_services; ++i) add(virtual_service(shape, i, 1000));
  return batch;
}

}  // namespace solder::bench
