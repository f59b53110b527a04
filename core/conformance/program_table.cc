#include "core/conformance/program_table.h"

#include <map>
#include <mutex>
#include <numeric>
#include <optional>
#include <span>
#include <string>

#include "core/conformance/program_aside.h"
#include "core/host/abi_text.h"
#include "core/host/isolation/child.h"
#include "core/host/isolation/isolated_plugin.h"
#include "core/host/negotiation.h"
#include "solder/kinds/config_watcher.h"
#include "solder/kinds/endpoint_discovery.h"

namespace solder::conformance {

namespace {

namespace isolation = host::isolation;
using host::Operation;
using isolation::Child;
using isolation::Parcel;
using Outcome = isolation::Channel::Outcome;

constexpr auto kPatience = std::chrono::minutes(10);  // who runs checks has a shorter one

// What create() has no room for, by the private copy that its host names.
struct Known {
  isolation::Program program;
  isolation::Start start;
  std::chrono::milliseconds start_patience;
};
class KnownPrograms {
 public:
  static KnownPrograms& instance() {
    static KnownPrograms known;
    return known;
  }
  void put(const std::string& copy, Known known) {
    const std::lock_guard lock(mutex_);
    known_[copy] = std::move(known);
  }
  std::optional<Known> find(const std::string& copy) {
    const std::lock_guard lock(mutex_);
    const auto at = known_.find(copy);
    return at == known_.end() ? std::nullopt : std::optional(at->second);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Known> known_;
};

struct Instance {
  isolation::ChildPtr child;
  const solder_host* host = nullptr;
  Known known;
  std::unique_ptr<ProgramAside> aside;  // from its first task on
  std::string ended;                    // in words, where it has
  solder_cap_options options{};
  solder_cap_upstream_type upstream_type{};
  solder_cap_discovery discovery{};
  solder_cap_state state{};
  solder_cap_function_discovery function_discovery{};
  solder_cap_config_watcher config_watcher{};
};

std::string text_of(solder_str text) { return {text.data == nullptr ? "" : text.data, text.len}; }
model::ObjectRef ref_of(const solder_ref& ref) { return {text_of(ref.kind), text_of(ref.ns), text_of(ref.name)}; }
solder_ref view(const model::ObjectRef& ref) {
  return {host::view(ref.kind), host::view(ref.ns), host::view(ref.name)};
}

void report(const solder_out& out, uint64_t index, const std::string& words) {
  solder_diag diag{};
  diag.size = sizeof diag;
  diag.index = index;
  diag.severity = SOLDER_SEVERITY_ERROR;
  diag.reason = host::view("PluginFailed");
  diag.message = host::view(words);
  out.diag(out.ctx, &diag);
}

isolation::Told answer(const solder_call& call, const isolation::Question& question) {
  isolation::Told told;
  if (question.list) {
    const auto& by = question.selector;
    const solder_selector selector{sizeof selector,     0, host::view(by.kind), host::view(by.ns), host::view(by.field),
                                   host::view(by.value)};
    solder_span found{};
    told.known = call.list(call.ctx, question.index, &selector, &found) == SOLDER_OK;
    for (uint64_t i = 0; told.known && i < found.count; ++i) {
      const solder_object& one = *SOLDER_AT(solder_object, found, i);
      told.objects.push_back({ref_of(one.ref), text_of(one.json)});
    }
    return told;
  }
  const solder_ref wanted = view(question.ref);
  solder_object found{};
  found.size = sizeof found;
  told.known = call.lookup(call.ctx, question.index, &wanted, &found) == SOLDER_OK;
  if (told.known) told.objects.push_back({question.ref, text_of(found.json)});
  return told;
}

// Answers what it asks until it is done; empty: all is well.
std::string exchange(Instance& instance, Operation operation, const solder_call& call, const solder_out& out) {
  const auto end = Child::Clock::now() + kPatience;
  std::vector<size_t> which(call.in.count);
  std::iota(which.begin(), which.end(), size_t{0});
  auto outcome = instance.child->send(isolation::call_frame(operation, call.deadline_ns, call.in, which, {}), end);
  while (outcome == Outcome::kDone) {
    std::string_view frame;
    outcome = instance.child->receive(frame, end);
    if (outcome != Outcome::kDone) break;
    isolation::Question question;
    if (isolation::read(frame, question)) {
      outcome = question.index < which.size() ? instance.child->send(to_frame(answer(call, question)), end)
                                              : Outcome::kGarbage;
      continue;
    }
    std::vector<uint32_t> used;
    if (isolation::emit_done(frame, which, out, used)) return "";
    outcome = Outcome::kGarbage;
  }
  return instance.child->fail(outcome, "in a call").words;
}

template <Operation operation>
solder_status call_operation(void* self, const solder_call* call, const solder_out* out) {
  auto& instance = *static_cast<Instance*>(self);
  if (instance.child) {
    instance.ended = exchange(instance, operation, *call, *out);
    if (!instance.ended.empty()) instance.child.reset();
  }
  for (uint64_t i = 0; !instance.ended.empty() && i < call->in.count; ++i) report(*out, i, instance.ended);
  return SOLDER_OK;
}

solder_status save(void* self, void* ctx, void (*write)(void* ctx, solder_str bytes)) {
  auto& instance = *static_cast<Instance*>(self);
  const auto end = Child::Clock::now() + kPatience;
  std::string_view frame;
  if (!instance.child || instance.child->send(isolation::save_frame(), end) != Outcome::kDone ||
      instance.child->receive(frame, end) != Outcome::kDone) {
    return SOLDER_INTERNAL;
  }
  const auto saved = isolation::read_saved(frame);
  if (!saved || !saved->ok()) return SOLDER_INTERNAL;
  if (saved->value()) write(ctx, host::view(*saved->value()));
  return SOLDER_OK;
}

solder_status restore(void* self, solder_str version, solder_str state) {
  auto& instance = *static_cast<Instance*>(self);
  const auto end = Child::Clock::now() + kPatience;
  std::string_view frame;
  const isolation::Restore request{text_of(version), text_of(state)};
  if (!instance.child || instance.child->send(to_frame(request), end) != Outcome::kDone ||
      instance.child->receive(frame, end) != Outcome::kDone) {
    instance.child.reset();
    return SOLDER_INTERNAL;
  }
  const auto restored = isolation::read_restored(frame);
  return restored && restored->ok() ? SOLDER_OK : SOLDER_INVALID_ARGUMENT;
}

// A task of an instance that works by itself, in the process that is begun for it.
solder_status perform(Instance& instance, isolation::Role role, Parcel task, const solder_out& out) {
  if (!instance.aside) {
    isolation::Start start = instance.known.start;
    start.aside = true;
    isolation::Ready ready;
    auto started = Child::start(instance.known.program, start, nullptr,
                                Child::Clock::now() + instance.known.start_patience, ready);
    if (const auto* refused = std::get_if<isolation::NotStarted>(&started)) {
      report(out, 0, refused->refusing.message);
      return SOLDER_OK;
    }
    instance.aside =
        std::make_unique<ProgramAside>(std::move(std::get<isolation::ChildPtr>(started)), *instance.host, role);
  }
  const Parcel done = instance.aside->perform(std::move(task));
  if (done.status != SOLDER_OK) report(out, 0, done.texts[0]);
  return SOLDER_OK;
}

void add(Parcel& task, const solder_ref& ref) {
  for (const solder_str& text : {ref.kind, ref.ns, ref.name}) task.texts.push_back(text_of(text));
}

solder_status follow(void* self, const solder_call* call, const solder_out* out) {
  Parcel task{static_cast<uint8_t>(isolation::Task::kFollow)};
  for (uint64_t i = 0; i < call->in.count; ++i) {
    const auto& each = *SOLDER_AT(solder_upstream_input, call->in, i);
    add(task, each.upstream);
    for (const solder_str& text : {each.key, each.path, each.value, each.spec}) task.texts.push_back(text_of(text));
  }
  return perform(*static_cast<Instance*>(self), isolation::Role::kDiscovery, std::move(task), *out);
}

solder_status forget(void* self, const solder_call* call, const solder_out* out) {
  Parcel task{static_cast<uint8_t>(isolation::Task::kForget)};
  for (uint64_t i = 0; i < call->in.count; ++i) add(task, SOLDER_AT(solder_object, call->in, i)->ref);
  return perform(*static_cast<Instance*>(self), isolation::Role::kDiscovery, std::move(task), *out);
}

solder_status watch(void* self, const solder_call* call, const solder_out* out) {
  Parcel task{static_cast<uint8_t>(isolation::Task::kWatch)};
  for (uint64_t i = 0; i < call->in.count; ++i) {
    const auto& each = *SOLDER_AT(solder_watched_kind, call->in, i);
    for (const solder_str& text : {each.kind, each.api_version}) task.texts.push_back(text_of(text));
  }
  return perform(*static_cast<Instance*>(self), isolation::Role::kSource, std::move(task), *out);
}

void fill(Instance& instance, uint32_t operations) {
  const auto has = [&](Operation operation) { return (operations & (1u << static_cast<unsigned>(operation))) != 0; };
  if (has(Operation::kOptions)) instance.options = {sizeof instance.options, 0, &call_operation<Operation::kOptions>};
  auto& type = instance.upstream_type;
  if (has(Operation::kClusters)) {
    type.size = sizeof type;
    type.clusters = &call_operation<Operation::kClusters>;
    if (has(Operation::kDestinations)) type.destinations = &call_operation<Operation::kDestinations>;
    if (has(Operation::kEndpoints)) type.endpoints = &call_operation<Operation::kEndpoints>;
  }
  if (has(Operation::kDerive)) instance.discovery = {sizeof instance.discovery, 0, &call_operation<Operation::kDerive>};
  if ((operations & isolation::kKeepsState) != 0) instance.state = {sizeof instance.state, 0, &save, &restore};
  if ((operations & isolation::kDiscovers) != 0)
    instance.function_discovery = {sizeof instance.function_discovery, 0, &follow, &forget};
  if ((operations & isolation::kBringsObjects) != 0)
    instance.config_watcher = {sizeof instance.config_watcher, 0, &watch, nullptr, nullptr, nullptr};
}

solder_status create(const solder_host* host, solder_str config, void** self, const solder_out* out) {
  auto known = KnownPrograms::instance().find(text_of(host->file));
  if (!known) return SOLDER_NOT_FOUND;
  known->start.config_json = text_of(config);
  auto instance = std::make_unique<Instance>();
  isolation::Ready ready;
  auto started =
      Child::start(known->program, known->start, nullptr, Child::Clock::now() + known->start_patience, ready);
  if (const auto* refused = std::get_if<isolation::NotStarted>(&started)) {
    report(*out, 0, refused->refusing.message);
    return SOLDER_INVALID_ARGUMENT;
  }
  instance->child = std::move(std::get<isolation::ChildPtr>(started));
  instance->host = host;
  instance->known = std::move(*known);
  fill(*instance, ready.operations);
  *self = instance.release();
  return SOLDER_OK;
}

void destroy(void* self) { const std::unique_ptr<Instance> instance(static_cast<Instance*>(self)); }

const void* capability(void* self, solder_str id) {
  const auto& instance = *static_cast<Instance*>(self);
  const std::string name = text_of(id);
  if (name == SOLDER_CAP_OPTIONS && instance.options.size != 0) return &instance.options;
  if (name == SOLDER_CAP_UPSTREAM_TYPE && instance.upstream_type.size != 0) return &instance.upstream_type;
  if (name == SOLDER_CAP_DISCOVERY && instance.discovery.size != 0) return &instance.discovery;
  if (name == SOLDER_CAP_STATE && instance.state.size != 0) return &instance.state;
  if ((name == SOLDER_CAP_FUNCTION_DISCOVERY || name == SOLDER_CAP_ENDPOINT_DISCOVERY) &&
      instance.function_discovery.size != 0) {
    return &instance.function_discovery;
  }
  if (name == SOLDER_CAP_CONFIG_WATCHER && instance.config_watcher.size != 0) return &instance.config_watcher;
  return nullptr;
}

}  // namespace

std::variant<std::shared_ptr<host::LibraryPlugin>, host::Refused> open_program(const host::Candidate& candidate,
                                                                               const host::LoadOptions& load) {
  const auto copy = host::copy_candidate(candidate, load.copy_directory);
  if (!copy.ok()) return host::refused(candidate, host::reason::kCopyFailed, copy.status().message());
  auto plugin = std::make_shared<host::LibraryPlugin>(candidate.gated.manifest, candidate.file, candidate.sha256);
  plugin->copy = *copy;
  plugin->can_unmap = true;
  isolation::Start start{plugin->manifest.name, *copy, candidate.file, "{}", isolation::limits_of(load, std::nullopt)};
  start.program = true;
  KnownPrograms::instance().put(*copy, {load.isolation.program, std::move(start), load.isolation.start_patience});
  solder_plugin table{};
  table.size = sizeof table;
  table.name = host::view(plugin->manifest.name);
  table.version = host::view(plugin->manifest.version);
  table.create = &create;
  table.destroy = &destroy;
  table.capability = &capability;
  const std::string configuration = host::configuration_of(plugin->manifest.name, load);
  if (auto refusal = host::negotiate_table(*plugin, &table, configuration, nullptr))
    return host::refused(candidate, refusal->reason, refusal->message);
  return plugin;
}

}  // namespace solder::conformance
