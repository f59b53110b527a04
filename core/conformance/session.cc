#include "core/conformance/session.h"

#include <algorithm>
#include <map>

#include "core/conformance/program_table.h"
#include "core/host/abi_text.h"
#include "core/host/slot_rules.h"

namespace solder::conformance {

namespace {

constexpr auto kSessionDeadline = std::chrono::seconds(5);
constexpr size_t kShownOfSession = 200;

class Text {
 public:
  Text& add(std::string_view words) {
    out_ += std::to_string(words.size()) + ':';
    out_ += words;
    return *this;
  }
  Text& add(int64_t number) { return add(std::to_string(number)); }
  Text& add(const engine::Origin& origin) { return add(model::to_string(origin.object)).add(origin.field); }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

// By operation, each in the order of `probes`.
std::map<host::Operation, std::vector<const Probe*>> by_operation(const std::vector<Probe>& probes) {
  std::map<host::Operation, std::vector<const Probe*>> out;
  for (const Probe& probe : probes) out[probe.operation].push_back(&probe);
  return out;
}

std::string shortened(const std::string& text) {
  return host::printable(text.size() > kShownOfSession ? text.substr(0, kShownOfSession) + "..." : text);
}

solder_status refuse_item(void*, const solder_item*) { return SOLDER_UNIMPLEMENTED; }
void pass_over(void*, const solder_diag*) {}

}  // namespace

std::variant<std::unique_ptr<Session>, host::Refused> Session::open(const Trial& trial, const std::string& copies) {
  trial.phase("being opened");
  host::LoadOptions load = trial.load;
  if (!copies.empty()) load.copy_directory = copies;
  std::unique_ptr<Session> out(new Session(trial));
  if (trial.program) {
    auto opened = open_program(trial.candidate(), load);
    if (auto* refused = std::get_if<host::Refused>(&opened)) return std::move(*refused);
    out->plugin_ = std::get<0>(opened);
  } else {
    auto opened = host::open_plugin(trial.candidate(), load);
    if (auto* refused = std::get_if<host::Refused>(&opened)) return std::move(*refused);
    out->plugin_ = std::dynamic_pointer_cast<host::LibraryPlugin>(std::get<host::PluginPtr>(opened));
  }
  out->config_ = host::configuration_of(out->plugin_->manifest.name, trial.load);
  trial.phase("answering");
  return out;
}

void Session::ask(const std::vector<Probe>& probes, const Asking& how, const Each& each) {
  for (auto& [operation, all] : by_operation(probes)) {
    if (!plugin_->has(operation)) continue;
    if (how.backwards) std::reverse(all.begin(), all.end());
    for (size_t from = 0; from < all.size(); from += how.together) {
      const size_t to = std::min(all.size(), from + how.together);
      const std::vector<const Probe*> some(all.begin() + static_cast<std::ptrdiff_t>(from),
                                           all.begin() + static_cast<std::ptrdiff_t>(to));
      PlainMemory plain;
      Memory* const wanted = how.frozen == nullptr ? how.memory : how.frozen;
      const Batch batch(some, trial_.indexes, wanted == nullptr ? plain : *wanted, how.beyond);
      std::vector<host::Site> sites;
      for (size_t i = 0; i < some.size(); ++i) sites.push_back(host::site_of(operation, batch.in(), i));
      if (how.frozen != nullptr) how.frozen->freeze();
      const auto outputs = plugin_->call(operation, batch.in(), batch.subjects(), batch.lookup(), kSessionDeadline);
      for (size_t i = 0; i < some.size(); ++i) each(*some[i], sites[i], outputs.at(i));
    }
  }
}

std::vector<std::string> Session::answers(const std::vector<Probe>& probes, const Asking& how) {
  std::vector<std::string> out(probes.size());
  ask(probes, how, [&](const Probe& probe, host::Site, const host::ItemOutput& output) {
    out[static_cast<size_t>(&probe - probes.data())] = text_of(output);
  });
  return out;
}

Session::Instance::Instance(Session& session, const solder_host* host)
    : session_(session), first_(session.plugin().self) {
  auto& plugin = session.plugin();
  void* self = nullptr;
  made_ = create_instance(plugin, host == nullptr ? plugin.host->get() : host, host::view(session.config()), &self) ==
          SOLDER_OK;
  if (made_) plugin.self = self;
}

Session::Instance::~Instance() {
  if (!made_) return;
  session_.plugin().table.destroy(session_.plugin().self);
  session_.plugin().self = first_;
}

solder_status create_instance(host::LibraryPlugin& plugin, const solder_host* host, solder_str config, void** self) {
  const solder_out out{sizeof(solder_out), 0, nullptr, &refuse_item, &pass_over};
  return plugin.table.create(host, config, self, &out);
}

std::string text_of(const host::ItemOutput& output) {
  Text text;
  for (const auto& each : output.fragments) {
    text.add(each.slot).add(each.name).add(each.type_url).add(each.bytes).add(each.weight);
    text.add(static_cast<int64_t>(each.encoding)).add(engine::filter_flags(each)).add(each.origin);
    for (const auto& path : each.clear) text.add(path);
  }
  for (const auto& each : output.secret_uses) {
    text.add(each.sds_name).add(model::to_string(each.secret)).add(static_cast<int64_t>(each.form));
    text.add(each.key).add(each.patch).add(each.origin);
  }
  for (const auto& each : output.secret_fields)
    text.add(each.resource).add(each.path).add(model::to_string(each.secret)).add(each.key).add(each.origin);
  for (const auto& each : output.objects) text.add(each);
  for (const auto& each : output.diagnostics) {
    text.add(static_cast<int64_t>(each.severity)).add(each.reason).add(each.field).add(each.message);
    text.add(each.found).add(each.expected).add(model::to_string(each.related));
  }
  return text.take();
}

std::string first_difference(const std::vector<Probe>& probes, const std::vector<std::string>& before,
                             const std::vector<std::string>& after) {
  for (size_t i = 0; i < probes.size(); ++i) {
    if (before[i] == after[i]) continue;
    const auto [at, other] = std::mismatch(before[i].begin(), before[i].end(), after[i].begin(), after[i].end());
    const auto from = std::max<std::ptrdiff_t>(0, at - before[i].begin() - 40);
    const auto part = [&](const std::string& text) {
      return static_cast<size_t>(from) < text.size() ? host::printable(text.substr(static_cast<size_t>(from), 80)) : "";
    };
    return "for " + words_for(probes[i]) + ": \"" + part(before[i]) + "\", then \"" + part(after[i]) + "\"";
  }
  return "";
}

std::string words_for(const Probe& probe) {
  static const char* const kOperations[] = {"clusters", "destinations", "endpoints", "options", "derive"};
  const std::string what = probe.key.empty() ? model::to_string(probe.object) : probe.key;
  const std::string& value =
      probe.operation == host::Operation::kDestinations && !probe.destination.empty() ? probe.destination : probe.value;
  return std::string(kOperations[static_cast<int>(probe.operation)]) + " of " + what + " " + shortened(value);
}

}  // namespace solder::conformance
