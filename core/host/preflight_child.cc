// The process that tries plugins: nothing of it matters but its answers.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "core/host/frames.h"
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

// Empty: all is well.
std::string try_out(int socket, const json& item) {
  const auto phase = [&](const char* doing) { say(socket, {{"phase", doing}}); };
  LoadOptions options;
  const std::string file = item.at("file");
  options.copy_directory = file.substr(0, file.rfind('/'));
  options.configurations = {{item.at("name"), item.at("config")}};
  phase("being read");
  auto found = inspect_plugin(file, options);
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
  while (const auto request = read_frame(socket)) {
    try {
      const std::string problem = try_out(socket, json::from_cbor(*request));
      say(socket, problem.empty() ? json{{"ok", true}} : json{{"ok", false}, {"message", problem}});
    } catch (const std::exception& error) {
      say(socket, {{"ok", false}, {"message", std::string("it threw: ") + error.what()}});
    }
  }
  return 0;
}

}  // namespace solder::host
