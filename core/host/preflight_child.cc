// The process that tries plugins: nothing of it matters but its answers.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "core/host/file_runners.h"
#include "core/host/frames.h"
#include "core/host/isolation/confine.h"
#include "core/host/loader.h"
#include "core/host/preflight.h"
#include "core/host/sample_book.h"

namespace solder::host {

namespace {

using nlohmann::json;

constexpr rlim_t kCpuSeconds = 60;
constexpr rlim_t kOpenFiles = 256;

void limit(int what, rlim_t most) {
  const rlimit value{most, most};
  ::setrlimit(static_cast<__rlimit_resource_t>(what), &value);
}

void say(int socket, const json& answer) {
  write_frame(socket, answer.dump(-1, ' ', false, json::error_handler_t::replace));
}

using Runners = std::shared_ptr<FileRunners>;

std::optional<FileRunner> runner_of(const json& request) {
  const auto runner = request.find("runner");
  if (runner == request.end()) return std::nullopt;
  return FileRunner{runner->at("name"), runner->at("file"), runner->at("config")};
}

isolation::Limits limits_of(const json& limits) {
  return {.memory_mb = limits.at("memory"),
          .open_files = limits.at("files"),
          .readable_paths = limits.at("readable").get<std::vector<std::string>>()};
}

// Where the request says how far the plugin may go, from now on nobody here goes further.
void shut_in(const json& request, const std::string& file) {
  const auto limits = request.find("limits");
  if (limits == request.end()) return;
  isolation::confine(limits_of(*limits), file);
}

// The runner that the request names is known then. Empty: all is well.
std::string take_runner(const json& request, FileRunners& runners) {
  const auto runner = runner_of(request);
  return runner ? runners.take(*runner) : "";
}

json describe(int socket, const json& request, const Runners& runners) {
  say(socket, {{"phase", "being read"}});
  LoadOptions options;
  options.runners = runners;
  shut_in(request, "");
  if (const auto problem = take_runner(request, *runners); !problem.empty()) {
    return {{"ok", false}, {"reason", reason::kNoRunner}, {"message", problem}};
  }
  const auto& content = request.at("describe").get_binary();
  const std::string original = request.at("original"), ending = request.at("ending");
  const RunFile file{{reinterpret_cast<const char*>(content.data()), content.size()}, original, ending};
  auto told = runners->describe_here(file, options);
  if (const auto* refusal = std::get_if<Refusal>(&told)) {
    return {{"ok", false}, {"reason", refusal->reason}, {"message", refusal->message}};
  }
  return {{"ok", true}, {"manifest", std::get<std::string>(told)}};
}

// Empty: all is well.
std::string try_out(int socket, const json& item, const Runners& runners) {
  const auto phase = [&](const char* doing) { say(socket, {{"phase", doing}}); };
  LoadOptions options;
  options.runners = runners;
  const std::string file = item.at("file");
  options.copy_directory = file.substr(0, file.rfind('/'));
  options.configurations = {{item.at("name"), item.at("config")}};
  if (const auto program = item.find("program"); program != item.end()) {
    // One in a process of its own even here, which is shut in.
    options.isolation.program = {program->at("path"), program->at("arguments").get<std::vector<std::string>>()};
    options.isolation.limits = limits_of(item.at("limits"));
  } else {
    options.isolation.inside = true;
    options.isolation.shut_in = item.contains("limits");
    shut_in(item, file);
  }
  phase("being read");
  if (auto problem = take_runner(item, *runners); !problem.empty()) return problem;
  auto found = inspect_plugin(file, options, item.at("original"));
  if (auto* refusal = std::get_if<Refused>(&found)) return refusal->message;
  phase("being opened");
  auto opened = open_plugin(std::get<Candidate>(found), options);
  if (auto* refusal = std::get_if<Refused>(&opened)) return refusal->message;
  const auto plugin = std::get<PluginPtr>(opened);
  if (item.contains("state")) {
    phase("taking over the state");
    const auto& bytes = item.at("state").get_binary();
    const auto status = plugin->restore(item.at("state_version"), {bytes.begin(), bytes.end()});
    if (!status.ok()) return status.message();
  }
  phase("translating what the old one was asked");
  replay(*plugin, item.at("samples"));
  if (const auto apart = plugin->isolation(); apart && apart->down) return apart->why;
  phase("saving its state");
  if (const auto saved = plugin->save(); !saved.ok()) return saved.status().message();
  phase("being ended");
  opened = Refused{};
  return "";
}

}  // namespace

int serve_preflight(int socket) {
  // Whoever started this process must not be outlived by it.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, kCpuSeconds);
  limit(RLIMIT_NOFILE, kOpenFiles);
  const auto runners = std::make_shared<FileRunners>();
  while (const auto request = read_frame(socket)) {
    try {
      const json item = json::from_cbor(*request);
      if (item.contains("describe")) {
        say(socket, describe(socket, item, runners));
        continue;
      }
      const std::string problem = try_out(socket, item, runners);
      say(socket, problem.empty() ? json{{"ok", true}} : json{{"ok", false}, {"message", problem}});
    } catch (const std::exception& error) {
      say(socket, {{"ok", false}, {"message", std::string("it threw: ") + error.what()}});
    }
  }
  return 0;
}

}  // namespace solder::host
