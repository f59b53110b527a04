// solder-bench-engine: what translation costs, in one process and without a network.
//   solder-bench-engine --plugin-dir DIR SCENARIO UPSTREAMS,SERVICES,ROUTES [ROUNDS]
// Scenarios: cold_translation (objects in memory → snapshot), one_route_changed (one virtual service replaced, its
// first route's timeout new → snapshot), one_route_changed_beside_faulty (the same where all upstreams are at fault),
// delegated_route_changed (the same of one of so many route tables that one virtual service delegates to),
// one_upstream_changed, service_added, service_removed, service_relabelled (virtual services that come, go or get other
// labels one by one, among those that are there), tls_service_added (the same of one with a certificate of its own),
// table_added, table_relabelled (route tables that one of as many virtual services selects by a label): print one JSON
// line with the milliseconds of each round, sorted, and the peak of memory. plugin_boundary: what the host adds to a
// call of a plugin, in nanoseconds a route, for batches of ROUTES. Tested by tests/bench/bench_test.py.
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "bench/engine/plugin_boundary.h"
#include "bench/engine/setup.h"
#include "bench/engine/world.h"
#include "core/engine/engine.h"
#include "core/host/isolation/serve.h"

namespace solder::bench {
namespace {

std::unique_ptr<engine::Engine> make_engine(Setup& setup) {
  return std::make_unique<engine::Engine>(setup.types, *setup.plugins, setup.catalog, engine::EngineOptions{});
}

// On the clock and of all threads' CPU: on a busy machine only the second one says what a change of the code gave.
struct Times {
  std::vector<double> wall, cpu;

  void measure(const std::function<void()>& work) {
    const double cpu_before = cpu_ms();
    const auto begin = std::chrono::steady_clock::now();
    work();
    wall.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    cpu.push_back(cpu_ms() - cpu_before);
  }

 private:
  static double cpu_ms() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
  }
};

store::Batch change(model::ObjectPtr object) {
  store::Batch batch;
  const model::ObjectRef ref = object->ref;
  batch.changes.push_back({ref, std::move(object)});
  return batch;
}

Times cold(Setup& setup, const Shape& shape, size_t rounds) {
  Times times;
  const store::Batch world = whole_world(shape);
  for (size_t i = 0; i < rounds; ++i) {
    const auto engine = make_engine(setup);
    times.measure([&] {
      engine->apply(world);
      engine->translate();
    });
  }
  return times;
}

store::Batch removal(const model::ObjectRef& ref) {
  store::Batch batch;
  batch.changes.push_back({ref, nullptr});
  return batch;
}

Times changed(Setup& setup, const store::Batch& world, size_t rounds, const std::function<store::Batch(size_t)>& next) {
  Times times;
  const auto engine = make_engine(setup);
  engine->apply(world);
  engine->translate();
  for (size_t i = 0; i < rounds; ++i) {
    const store::Batch batch = next(i);
    times.measure([&] {
      engine->apply(batch);
      engine->translate();
    });
  }
  return times;
}

void print(const std::string& scenario, const Shape& shape, Times measured) {
  std::vector<double>& times = measured.wall;
  std::sort(times.begin(), times.end());
  std::sort(measured.cpu.begin(), measured.cpu.end());
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::string all;
  for (const double time : times) all += (all.empty() ? "" : ",") + std::to_string(time);
  std::printf(
      R"({"scenario":"%s","world":"%s","median_ms":%.3f,"p99_ms":%.3f,"cpu_ms":%.3f,"max_rss_mb":%.1f,"times_ms":[%s]})"
      "\n",
      scenario.c_str(), shape.text().c_str(), times[times.size() / 2], times[times.size() * 99 / 100],
      measured.cpu[measured.cpu.size() / 2], static_cast<double>(usage.ru_maxrss) / 1024, all.c_str());
}

int print_boundary(Setup& setup, const Shape& shape, size_t rounds) {
  const BoundaryTimes times = measure_boundary(setup, shape.routes, rounds);
  if (times.direct_ns.empty() || times.hosted_ns.empty()) {
    std::fputs("no plugin translates a route's timeout\n", stderr);
    return 1;
  }
  const double direct = times.direct_ns[times.direct_ns.size() / 2];
  const double hosted = times.hosted_ns[times.hosted_ns.size() / 2];
  const double isolated = times.isolated_ns[times.isolated_ns.size() / 2];
  std::printf(
      R"({"scenario":"plugin_boundary","batch":%zu,"direct_ns":%.1f,"hosted_ns":%.1f,"overhead_ns":%.1f,"isolated_ns":%.1f})"
      "\n",
      shape.routes, direct, hosted, hosted - direct, isolated);
  return 0;
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() == 1 && arguments[0] == kPluginHost) return host::isolation::serve_plugin();
  if (arguments.size() < 4 || arguments[0] != "--plugin-dir") {
    std::fputs("usage: solder-bench-engine --plugin-dir DIR SCENARIO UPSTREAMS,SERVICES,ROUTES [ROUNDS]\n", stderr);
    return 2;
  }
  const std::string& scenario = arguments[2];
  const Shape shape = Shape::parse(arguments[3]);
  const size_t rounds = arguments.size() > 4 ? std::strtoul(arguments[4].c_str(), nullptr, 10) : 5;
  if (shape.virtual_services == 0 || shape.routes == 0 || rounds == 0) return 2;
  Setup setup(arguments[1]);
  if (!setup.catalog || setup.plugins->loaded().empty()) {
    std::fprintf(stderr, "no plugins in %s\n", arguments[1].c_str());
    return 1;
  }
  if (scenario == "plugin_boundary") return print_boundary(setup, shape, rounds);
  Times times;
  if (scenario == "cold_translation") {
    times = cold(setup, shape, rounds);
  } else if (scenario == "one_route_changed") {
    times = changed(setup, whole_world(shape), rounds, [&](size_t i) {
      return change(virtual_service(shape, i * 7919 % shape.virtual_services, 2000 + static_cast<int>(i % 5000)));
    });
  } else if (scenario == "one_route_changed_beside_faulty") {
    times = changed(setup, faulty_world(shape), rounds, [&](size_t i) {
      return change(virtual_service(shape, i * 7919 % shape.virtual_services, 2000 + static_cast<int>(i % 5000)));
    });
  } else if (scenario == "delegated_route_changed") {
    times = changed(setup, whole_world(shape, true), rounds, [&](size_t i) {
      return change(route_table(shape, i * 7919 % shape.virtual_services, 2000 + static_cast<int>(i % 5000)));
    });
  } else if (scenario == "one_upstream_changed") {
    times = changed(setup, whole_world(shape), rounds, [&](size_t i) {
      return change(upstream(i * 7919 % shape.upstreams, 9000 + static_cast<int>(i % 1000)));
    });
  } else if (scenario == "service_added") {
    times = changed(setup, whole_world(shape), rounds,
                    [&](size_t i) { return change(virtual_service(shape, shape.virtual_services + i, 1000)); });
  } else if (scenario == "tls_service_added") {
    times = changed(setup, tls_world(shape), rounds,
                    [&](size_t i) { return change(tls_service(shape, shape.virtual_services + i)); });
  } else if (scenario == "service_removed") {
    times = changed(setup, whole_world(shape), std::min(rounds, shape.virtual_services), [&](size_t i) {
      return removal(virtual_service(shape, shape.virtual_services - 1 - i, 1000)->ref);
    });
  } else if (scenario == "table_added") {
    times = changed(setup, selecting_world(shape), rounds, [&](size_t i) {
      return change(labelled_table(shape, shape.virtual_services + i, i * 7919 % shape.virtual_services));
    });
  } else if (scenario == "table_relabelled") {
    times = changed(setup, selecting_world(shape), rounds, [&](size_t i) {
      return change(labelled_table(shape, i * 7919 % shape.virtual_services, i * 6101 % shape.virtual_services));
    });
  } else if (scenario == "service_relabelled") {
    times = changed(setup, whole_world(shape), rounds, [&](size_t i) {
      return change(labelled(*virtual_service(shape, i * 7919 % shape.virtual_services, 1000), "number", i));
    });
  } else {
    std::fprintf(stderr, "unknown scenario %s\n", scenario.c_str());
    return 2;
  }
  print(scenario, shape, std::move(times));
  return 0;
}

}  // namespace
}  // namespace solder::bench

int main(int count, char** arguments) {
  // Standard output is for what was measured.
  spdlog::set_default_logger(spdlog::stderr_logger_mt("solder-bench-engine"));
  return solder::bench::run(std::vector<std::string>(arguments + 1, arguments + count));
}
