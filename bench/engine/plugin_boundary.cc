#include "bench/engine/plugin_boundary.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "core/host/library_plugin.h"
#include "solder/items.h"
#include "solder/kinds/options.h"

namespace solder::bench {

namespace {

solder_str view(std::string_view text) { return {text.data(), text.size()}; }

struct Inputs {
  explicit Inputs(size_t count) {
    const std::string_view value = R"("1.5s")";
    const std::string_view options = R"({"timeout":"1.5s"})";
    const solder_ref object{view("VirtualService"), view("gloo-system"), view("service")};
    for (size_t i = 0; i < count; ++i) {
      paths.push_back("/spec/virtualHost/routes/" + std::to_string(i) + "/options/timeout");
      subjects.push_back({{"VirtualService", "gloo-system", "service"}, paths.back()});
    }
    for (size_t i = 0; i < count; ++i) {
      inputs.push_back({sizeof(solder_option_input), SOLDER_SCOPE_ROUTE, SOLDER_ACTION_FORWARD, 0, object,
                        view("timeout"), view(paths[i]), view(value), view(options)});
    }
  }
  [[nodiscard]] solder_span span() const { return {inputs.data(), inputs.size(), sizeof(solder_option_input)}; }

  std::vector<std::string> paths;
  std::vector<host::Subject> subjects;
  std::vector<solder_option_input> inputs;
};

// The least that a caller does with what a plugin hands out: it keeps a copy.
struct Copies {
  std::vector<std::string> bytes;

  static solder_status emit(void* self, const solder_item* item) {
    const auto* fragment = reinterpret_cast<const solder_item_fragment*>(item);
    static_cast<Copies*>(self)->bytes.emplace_back(fragment->message.bytes.data, fragment->message.bytes.len);
    return SOLDER_OK;
  }
  static void diag(void*, const solder_diag*) {}
};

double nanoseconds_each(size_t count, const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
  return took.count() / static_cast<double>(count);
}

}  // namespace

BoundaryTimes measure_boundary(Setup& setup, size_t batch, size_t rounds) {
  BoundaryTimes times;
  auto* plugin = dynamic_cast<host::LibraryPlugin*>(setup.plugins->option("route", "timeout"));
  if (plugin == nullptr) return times;
  host::LoadOptions options = setup.options;
  options.isolation.program = {"/proc/self/exe", {kPluginHost}};
  options.isolation.plugins[plugin->manifest.name] = host::isolation::Mode::kProcess;
  const auto apart = host::PluginSet::load(options);
  host::Plugin* isolated = apart->option("route", "timeout");
  if (isolated == nullptr || !isolated->isolation()) return times;
  const Inputs inputs(batch);
  const solder_call call{sizeof(solder_call), 0, ~uint64_t{0}, inputs.span(), nullptr, nullptr, nullptr};
  bool complete = true;
  for (size_t i = 0; i < rounds; ++i) {
    times.direct_ns.push_back(nanoseconds_each(batch, [&] {
      Copies copies;
      const solder_out out{sizeof(solder_out), 0, &copies, &Copies::emit, &Copies::diag};
      plugin->options.apply(plugin->self, &call, &out);
      complete = complete && copies.bytes.size() == batch;
    }));
    times.hosted_ns.push_back(nanoseconds_each(
        batch, [&] { setup.plugins->call(*plugin, host::Operation::kOptions, inputs.span(), inputs.subjects, {}); }));
    times.isolated_ns.push_back(nanoseconds_each(
        batch, [&] { apart->call(*isolated, host::Operation::kOptions, inputs.span(), inputs.subjects, {}); }));
  }
  std::sort(times.isolated_ns.begin(), times.isolated_ns.end());
  std::sort(times.direct_ns.begin(), times.direct_ns.end());
  std::sort(times.hosted_ns.begin(), times.hosted_ns.end());
  return times;
}

}  // namespace solder::bench
