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

std::string route(size_t index, size_t upstream, int timeout_ms, const std::string& prefix = "") {
  const std::string number = std::to_string(index);
  return R"({"matchers":[{"prefix":")" + prefix + "/route-" + number +
         R"(/"}],"routeAction":{"single":{"upstream":{"name":"upstream-)" + std::to_string(upstream) +
         R"(","namespace":"gloo-system"}}},"options":{"timeout":")" + std::to_string(timeout_ms / 1000) + "." +
         std::to_string(1000 + timeout_ms % 1000).substr(1) +
         R"(s","retries":{"retryOn":"5xx","numRetries":3},"prefixRewrite":"/r)" + number +
         R"(/","headerManipulation":{"requestHeadersToAdd":[{"header":{"key":"x-route","value":")" + number +
         R"("}}]}}})";
}

// Those of one object; the first one's timeout is given.
std::string routes_of(const Shape& shape, size_t index, int timeout_ms, const std::string& prefix = "") {
  std::string routes;
  for (size_t i = 0; i < shape.routes; ++i) {
    if (i > 0) routes += ',';
    const size_t target = shape.upstreams == 0 ? 0 : (index * shape.routes + i) % shape.upstreams;
    routes += route(i, target, i == 0 ? timeout_ms : 1000, prefix);
  }
  return routes;
}

std::string table_prefix(size_t index) { return "/table-" + std::to_string(index); }

// Hands every table its part.
model::ObjectPtr delegating_service(const Shape& shape) {
  std::string routes;
  for (size_t i = 0; i < shape.virtual_services; ++i) {
    if (i > 0) routes += ',';
    routes += R"({"matchers":[{"prefix":")" + table_prefix(i) + R"("}],"delegateAction":{"ref":{"name":"table-)" +
              std::to_string(i) + R"(","namespace":"gloo-system"}}})";
  }
  return object("VirtualService", "gateway.solo.io/v1", "delegating",
                R"({"virtualHost":{"domains":["delegating.example.com"],"routes":[)" + routes + "]}}");
}

// Takes the tables with its label.
model::ObjectPtr selecting_service(size_t index) {
  const std::string number = std::to_string(index);
  return object(
      "VirtualService", "gateway.solo.io/v1", "service-" + number,
      R"({"virtualHost":{"domains":["service-)" + number +
          R"(.example.com"],"routes":[{"matchers":[{"prefix":"/"}],"delegateAction":{"selector":{"labels":{"service":")" +
          number + R"("}}}}]}})");
}

void add(model::ObjectPtr one, store::Batch& batch) {
  const model::ObjectRef ref = one->ref;
  batch.changes.push_back({ref, std::move(one)});
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
  const std::string number = std::to_string(index);
  return object("VirtualService", "gateway.solo.io/v1", "service-" + number,
                R"({"virtualHost":{"domains":["service-)" + number + R"(.example.com"],"routes":[)" +
                    routes_of(shape, index, timeout_ms) + "]}}");
}

model::ObjectPtr tls_service(const Shape& shape, size_t index) {
  const std::string number = std::to_string(index);
  const std::string domain = "service-" + number + ".example.com";
  return object("VirtualService", "gateway.solo.io/v1", "service-" + number,
                R"({"sslConfig":{"sniDomains":[")" + domain + R"("],"sslFiles":{"tlsCert":"/certificates/)" + number +
                    R"(.crt","tlsKey":"/certificates/)" + number + R"(.key"}},"virtualHost":{"domains":[")" + domain +
                    R"("],"routes":[)" + routes_of(shape, index, 1000) + "]}}");
}

model::ObjectPtr route_table(const Shape& shape, size_t index, int timeout_ms) {
  return object("RouteTable", "gateway.solo.io/v1", "table-" + std::to_string(index),
                R"({"routes":[)" + routes_of(shape, index, timeout_ms, table_prefix(index)) + "]}");
}

model::ObjectPtr labelled(const model::Object& object, const std::string& label, size_t value) {
  auto out = std::make_shared<model::Object>(object);
  out->labels[label] = std::to_string(value);
  out->hash += value + 1;
  return out;
}

model::ObjectPtr labelled_table(const Shape& shape, size_t index, size_t service) {
  return labelled(*route_table(shape, index, 1000), "service", service);
}

store::Batch selecting_world(const Shape& shape) {
  store::Batch batch;
  batch.complete = true;
  for (size_t i = 0; i < shape.upstreams; ++i) add(upstream(i, 8080), batch);
  for (size_t i = 0; i < shape.virtual_services; ++i) {
    add(labelled_table(shape, i, i), batch);
    add(selecting_service(i), batch);
  }
  return batch;
}

store::Batch whole_world(const Shape& shape, bool delegated) {
  store::Batch batch;
  batch.complete = true;
  for (size_t i = 0; i < shape.upstreams; ++i) add(upstream(i, 8080), batch);
  for (size_t i = 0; i < shape.virtual_services; ++i) {
    add(delegated ? route_table(shape, i, 1000) : virtual_service(shape, i, 1000), batch);
  }
  if (delegated) add(delegating_service(shape), batch);
  return batch;
}

store::Batch tls_world(const Shape& shape) {
  store::Batch batch;
  batch.complete = true;
  for (size_t i = 0; i < shape.upstreams; ++i) add(upstream(i, 8080), batch);
  for (size_t i = 0; i < shape.virtual_services; ++i) add(tls_service(shape, i), batch);
  return batch;
}

store::Batch faulty_world(const Shape& shape) {
  constexpr int kNoPort = 70000;
  store::Batch batch = whole_world(shape);
  for (size_t i = 0; i < shape.upstreams; ++i) batch.changes[i].object = upstream(i, kNoPort);
  return batch;
}

}  // namespace solder::bench
