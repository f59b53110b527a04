#include "core/host/isolation/serve.h"

#include <fcntl.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <set>

#include "core/host/activity.h"
#include "core/host/file_runners.h"
#include "core/host/frames.h"
#include "core/host/isolation/channel.h"
#include "core/host/isolation/confine.h"
#include "core/host/isolation/messages.h"
#include "core/host/isolation/run_program.h"
#include "core/host/isolation/serve_aside.h"
#include "core/host/loader.h"
#include "core/host/refusal.h"

namespace solder::host::isolation {

namespace {

constexpr std::array kOperations = {Operation::kClusters, Operation::kDestinations, Operation::kEndpoints,
                                    Operation::kOptions, Operation::kDerive};

// Reads other objects for the plugin: what Solder sent along, else by asking.
class Objects {
 public:
  Objects(int socket, std::vector<KnownAnswer> known) : socket_(socket) {
    for (uint32_t i = 0; i < known.size(); ++i) told_[std::move(known[i].question)] = {std::move(known[i].told), i};
  }

  Lookup lookup() {
    return {[this](size_t index, const model::ObjectRef& ref) { return find(index, ref); },
            [this](size_t index, const Selector& selector) { return list(index, selector); }};
  }
  [[nodiscard]] std::vector<uint32_t> used() const {
    std::vector<uint32_t> out(used_.begin(), used_.end());
    std::erase(out, kAsked);
    return out;
  }

 private:
  const std::string* find(size_t index, const model::ObjectRef& ref) {
    const Told& told = tell({index, false, ref, {}});
    return told.known && !told.objects.empty() ? &told.objects.front().json : nullptr;
  }

  std::optional<std::vector<Listed>> list(size_t index, const Selector& selector) {
    const Told& told = tell({index, true, {}, selector});
    if (!told.known) return std::nullopt;
    std::vector<Listed> out;
    for (const auto& object : told.objects) out.push_back({object.ref, &object.json});
    return out;
  }

  const Told& tell(const Question& question) {
    const auto known = told_.find(question);
    if (known != told_.end()) {
      used_.insert(known->second.known_index);
      return known->second.told;
    }
    Told& told = told_[question].told;
    const auto answer = write_frame(socket_, to_frame(question)) ? read_frame(socket_) : std::nullopt;
    if (!answer || !read(*answer, told)) std::_Exit(0);  // Solder is gone
    return told;
  }

  struct Entry {
    Told told;
    uint32_t known_index = kAsked;
  };
  static constexpr uint32_t kAsked = ~uint32_t{0};

  const int socket_;
  std::map<Question, Entry> told_;
  std::set<uint32_t> used_;
};

std::string answer_call(int socket, Plugin& plugin, ReceivedCall call) {
  const std::vector<Subject> subjects(call.in.count);
  Objects objects(socket, std::move(call.known));
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto now_ns = static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
  const std::chrono::nanoseconds left(call.deadline_ns > now_ns ? call.deadline_ns - now_ns : 0);
  auto outputs = plugin.call(call.operation, call.in, subjects, objects.lookup(), left);
  std::string frame = done_frame(outputs, objects.used());
  if (frame.size() <= kMaxAnswer) return frame;
  outputs.assign(outputs.size(), {});
  for (auto& output : outputs) {
    output.diagnostics.push_back({.reason = "PluginFailed",
                                  .message = "plugin " + plugin.manifest.name + " gave more than " +
                                             std::to_string(kMaxAnswer >> 20) +
                                             " MB in one call, which is what one in a process of its own may give"});
  }
  return done_frame(outputs, objects.used());
}

std::variant<PluginPtr, Refusing> open(const Start& start) {
  LoadOptions options;
  options.copy_directory = start.file.substr(0, start.file.rfind('/'));
  options.configurations = {{start.name, start.config_json}};
  options.isolation.inside = options.isolation.shut_in = true;
  const auto refusing = [](const Refused& refused) { return Refusing{refused.reason, refused.message}; };
  if (start.runner) {
    options.runners = std::make_shared<FileRunners>();
    if (auto problem = options.runners->take(*start.runner); !problem.empty())
      return Refusing{std::string(reason::kNoRunner), std::move(problem)};
  }
  auto found = inspect_plugin(start.file, options, start.original);
  if (const auto* refused = std::get_if<Refused>(&found)) return refusing(*refused);
  auto opened = open_plugin(std::get<Candidate>(found), options);
  if (const auto* refused = std::get_if<Refused>(&opened)) return refusing(*refused);
  return std::get<PluginPtr>(std::move(opened));
}

Ready ready_of(const Plugin& plugin, std::vector<std::string> guards) {
  Ready ready;
  for (const Operation operation : kOperations)
    ready.operations |= plugin.has(operation) ? 1u << static_cast<unsigned>(operation) : 0;
  ready.warnings = plugin.warnings();
  ready.guards = std::move(guards);
  return ready;
}

// The answer to one request of Solder's, or nothing: it makes no sense.
std::optional<std::string> answer(int socket, Plugin& plugin, std::string_view frame) {
  ReceivedCall call;
  Restore restore;
  if (read(frame, call)) return answer_call(socket, plugin, std::move(call));
  if (kind_of(frame) == Message::kSave) return saved_frame(plugin.save());
  if (read(frame, restore)) return restored_frame(plugin.restore(restore.version, restore.state));
  return std::nullopt;
}

// A plugin that reads its standard input, or closes it, must not meet the socket there.
int take_socket() {
  constexpr int kSocketAtLeast = 3;
  const int socket = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, kSocketAtLeast);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
  if (nothing > STDERR_FILENO) ::close(nothing);
  return socket;
}

void start_log() {
  auto log = std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  log->set_pattern(std::string(1, kLogMark) + "%L%v");
  log->set_level(spdlog::level::trace);
  spdlog::set_default_logger(std::move(log));
}

}  // namespace

int serve_plugin() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  name_no_crashes();
  const int socket = take_socket();
  static_cast<void>(::syscall(SYS_close_range, socket + 1, ~0U, 0));
  start_log();
  const auto first = read_frame(socket);
  Start start;
  if (!first || !read(*first, start)) return 1;
  auto guards =
      confine(start.limits, start.file, start.program ? runnable_for(start.file) : std::vector<std::string>());
  if (start.program) return run_program(socket, start.file, start.original, guards);
  auto opened = open(start);
  if (const auto* refusing = std::get_if<Refusing>(&opened)) {
    write_frame(socket, to_frame(*refusing));
    return 0;
  }
  const auto plugin = std::get<PluginPtr>(opened);
  opened = Refusing{};
  if (!write_frame(socket, to_frame(ready_of(*plugin, std::move(guards))))) return 0;
  if (start.aside) serve_aside(socket, plugin, start.lease);
  while (const auto request = read_frame(socket)) {
    if (const auto serving = read_serve(*request)) {
      plugin->serve(*serving);
      continue;
    }
    const auto reply = answer(socket, *plugin, *request);
    if (!reply || !write_frame(socket, *reply)) break;
  }
  return 0;
}

}  // namespace solder::host::isolation
