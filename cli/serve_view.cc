#include "cli/serve_view.h"

#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/delivery.h"
#include "cli/snapshot_json.h"
#include "core/report/reporter.h"

namespace solder::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0;
  double resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// The process' directory in /proc is as old as the process.
double start_seconds() {
  struct stat info {};
  return stat("/proc/self", &info) == 0 ? static_cast<double>(info.st_ctim.tv_sec) : 0;
}

void set(admin::Metrics& metrics, const char* name, const char* help, double value, const admin::Labels& labels = {}) {
  metrics.gauge(name, help, labels).set(value);
}

void add_process(admin::Metrics& metrics) {
  set(metrics, "solder_build_info", "The version of this program, as labels.", 1,
      {{"version", SOLDER_VERSION}, {"envoy", SOLDER_ENVOY_VERSION}});
  set(metrics, "process_start_time_seconds", "When the process started, in seconds since 1970.", start_seconds());
  set(metrics, "process_resident_memory_bytes", "Memory that the process has in RAM.", resident_bytes());
}

void add_xds(admin::Metrics& metrics, const xds::ServerCounters& counters) {
  const auto count = [&](const char* name, const char* help, uint64_t value) {
    metrics.counter(name, help).add(value);
  };
  set(metrics, "solder_xds_streams", "Open streams.", static_cast<double>(counters.streams));
  count("solder_xds_streams_total", "Streams opened.", counters.streams_total);
  count("solder_xds_responses_total", "Responses sent.", counters.responses);
  count("solder_xds_resources_sent_total", "Resources in the responses sent.", counters.resources_sent);
  count("solder_xds_bytes_sent_total", "Bytes of the responses sent.", counters.bytes_sent);
  count("solder_xds_acks_total", "Responses that clients took.", counters.acks);
  count("solder_xds_nacks_total", "Responses that clients refused.", counters.nacks);
  count("solder_xds_bad_requests_total", "Requests that made no sense.", counters.bad_requests);
}

void add_objects(admin::Metrics& metrics, const std::map<model::ObjectRef, model::ObjectReport>& reports) {
  std::map<std::pair<std::string, std::string>, size_t> counts;
  for (const auto& [object, report] : reports) {
    if (object.kind != "File") ++counts[{object.kind, model::to_string(report.state)}];
  }
  for (const auto& [key, count] : counts) {
    set(metrics, "solder_objects", "Objects by kind and state.", static_cast<double>(count),
        {{"kind", key.first}, {"state", key.second}});
  }
}

void add_plugins(admin::Metrics& metrics, const host::PluginSet& plugins) {
  for (const auto& plugin : plugins.loaded()) {
    set(metrics, "solder_plugin_loaded", "Plugins that run, or whose last output is kept (gone).", 1,
        {{"plugin", plugin.name}, {"version", plugin.version}, {"state", plugin.state}});
    if (!plugin.isolation) continue;
    set(metrics, "solder_plugin_process_deaths", "Processes of a plugin with processes of its own that ended.",
        static_cast<double>(plugin.isolation->deaths), {{"plugin", plugin.name}});
  }
  for (const auto& refused : plugins.refused()) {
    set(metrics, "solder_plugin_refused", "Plugin files that were refused.", 1,
        {{"file", refused.file}, {"reason", refused.reason}});
  }
}

}  // namespace

ServeView::ServeView(const services::MessageTypes& types, const host::PluginManager& plugins, const xds::Server& server,
                     RefusalBook& refusals)
    : types_(types),
      plugins_(plugins),
      server_(server),
      refusals_(refusals),
      translations_(metrics_.counter("solder_translations_total", "Translations done.")),
      seconds_(metrics_.histogram("solder_translation_seconds", "How long a translation took.",
                                  {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10})) {}

void ServeView::update(engine::Output output, const report::Reports::Changes& reports,
                       std::chrono::duration<double> took) {
  translations_.add();
  seconds_.observe(took.count());
  const std::lock_guard lock(mutex_);
  why_not_ready_.clear();
  snapshots_ = std::move(output.snapshots);
  places_ = std::move(output.places);
  for (const auto& object : reports.gone) reports_.erase(object);
  for (const auto& report : reports.reports) reports_[report.object] = report;
}

void ServeView::not_ready(std::string reason) {
  const std::lock_guard lock(mutex_);
  why_not_ready_ = std::move(reason);
}

base::Status ServeView::ready() const {
  const std::lock_guard lock(mutex_);
  return why_not_ready_.empty() ? base::Status() : base::unavailable(why_not_ready_);
}

std::string ServeView::metrics() const {
  admin::Metrics now;
  add_process(now);
  {
    const std::lock_guard lock(mutex_);
    add_objects(now, reports_);
    set(now, "solder_ready", "1 where the first configuration is published.", why_not_ready_.empty() ? 1 : 0);
  }
  add_xds(now, server_.counters());
  add_plugins(now, *plugins_.listing());
  return metrics_.text() + now.text();
}

base::Result<std::string> ServeView::snapshot() const {
  std::shared_ptr<const xds::SnapshotsByRole> snapshots;
  {
    const std::lock_guard lock(mutex_);
    snapshots = snapshots_;
  }
  if (!snapshots) return dump({{"roles", Json::object()}});
  const auto json = snapshots_json(types_, *snapshots);
  if (!json.ok()) return json.status();
  return dump(*json);
}

std::string ServeView::status() const {
  Json out;
  std::map<model::ObjectRef, model::ObjectReport> reports;
  std::shared_ptr<const engine::ServedPlaces> places;
  {
    const std::lock_guard lock(mutex_);
    reports = reports_;
    places = places_;
    out["ready"] = why_not_ready_.empty();
    if (!why_not_ready_.empty()) out["reason"] = why_not_ready_;
  }
  const auto nodes = server_.nodes();
  const Delivery delivery(nodes, places.get());
  out["reports"] = Json::array();
  for (const auto& [object, report] : reports) {
    auto entry = Json::parse(report::to_json(report), nullptr, false);
    if (const auto delivered = delivery.of(object)) entry["delivery"] = delivered->text();
    out["reports"].push_back(std::move(entry));
  }
  out["nodes"] = refusals_.nodes_json(nodes);
  return dump(out);
}

}  // namespace solder::cli
