// Generated worlds for measurements: static upstreams, virtual services with one domain each, prefix routes with a
// timeout, retries, a prefix rewrite and a header to add. The shape that docs/benchmarks names (upstreams, virtual
// services, routes each).
#pragma once

#include <cstddef>
#include <string>

#include "core/store/store.h"

namespace solder::bench {

struct Shape {
  size_t upstreams = 0;
  size_t virtual_services = 0;
  size_t routes = 0;  // of each virtual service

  // "10000,1000,100"
  static Shape parse(const std::string& text);
  [[nodiscard]] std::string text() const;
};

model::ObjectPtr upstream(size_t index, int port);
// The first route's timeout is `timeout_ms`, all others' a second.
model::ObjectPtr virtual_service(const Shape& shape, size_t index, int timeout_ms);

// With a certificate of its own.
model::ObjectPtr tls_service(const Shape& shape, size_t index);

model::ObjectPtr route_table(const Shape& shape, size_t index, int timeout_ms);

// The object with one label more, or another value of it.
model::ObjectPtr labelled(const model::Object& object, const std::string& label, size_t value);
// One of the tables that the virtual service of that number selects by a label.
model::ObjectPtr labelled_table(const Shape& shape, size_t index, size_t service);

// Everything, as a store would tell it first. `delegated`: the routes stand in route tables that one virtual service
// delegates to.
store::Batch whole_world(const Shape& shape, bool delegated = false);
// Everything, with upstreams that Envoy would refuse.
store::Batch faulty_world(const Shape& shape);
// Virtual services with a certificate each.
store::Batch tls_world(const Shape& shape);
// The routes stand in route tables, of which each virtual service selects one by a label.
store::Batch selecting_world(const Shape& shape);

}  // namespace solder::bench
