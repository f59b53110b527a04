#include "exec_credential.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

extern char** environ;

namespace solder::plugins::kubernetes {

using sdk::Json;
using std::chrono::seconds;

namespace {

constexpr auto kLookAtProgram = std::chrono::milliseconds(20);
constexpr auto kProgramPatience = seconds(30), kTryAgain = seconds(10), kEarly = seconds(30);
constexpr size_t kMaxProgramWords = 300;
const std::vector<std::string_view> kHidden = {"token", "clientCertificateData", "clientKeyData"};

std::string first_words(const std::string& path) {
  std::ifstream file(path);
  std::string words(kMaxProgramWords, '\0');
  file.read(words.data(), static_cast<std::streamsize>(words.size()));
  words.resize(static_cast<size_t>(file.gcount()));
  while (!words.empty() && (words.back() == '\n' || words.back() == ' ')) words.pop_back();
  return words;
}

// From now, by a clock that is set like the one of whoever gave the credential.
std::optional<seconds> until(const std::string& timestamp) {
  tm parts{};
  if (strptime(timestamp.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return std::nullopt;
  return seconds(timegm(&parts) - time(nullptr));
}

// What the program is told besides its arguments.
std::string information(const ExecCommand& command) {
  Json spec = {{"interactive", false}};
  if (!command.cluster.is_null()) spec["cluster"] = command.cluster;
  return Json{{"apiVersion", command.api_version}, {"kind", "ExecCredential"}, {"spec", spec}}.dump();
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& each : texts) out.push_back(each.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> environment_of(const ExecCommand& command) {
  std::vector<std::string> out;
  std::vector<std::pair<std::string, std::string>> own = command.environment;
  own.emplace_back("KUBERNETES_EXEC_INFO", information(command));
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view text = *each;
    const bool replaced = std::any_of(own.begin(), own.end(), [&](const auto& variable) {
      return text.starts_with(variable.first) && text.substr(variable.first.size()).starts_with('=');
    });
    if (!replaced) out.emplace_back(text);
  }
  for (const auto& [name, value] : own) out.push_back(name + "=" + value);
  return out;
}

// 0, or why not. It leads a group of its own, so that all that it starts can be ended, and has no signals blocked.
int spawn(const ExecCommand& command, const std::string& out, const std::string& words, pid_t& child) {
  std::vector<std::string> arguments = {command.command};
  arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
  std::vector<std::string> environment = environment_of(command);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen(&files, 2, words.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addclosefrom_np(&files, 3);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const int error = posix_spawnp(&child, command.command.c_str(), &files, &attributes, pointers(arguments).data(),
                                 pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

}  // namespace

ExecCredential::ExecCredential(const sdk::Host& host, std::function<void()> changed)
    : host_(host), changed_(std::move(changed)), timer_(host) {}

ExecCredential::~ExecCredential() {
  if (child_ > 0) {
    kill(-child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  std::error_code error;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, error);
}

bool ExecCredential::use(Connection& connection) {
  if (!connection.exec) {
    problem_.reset();
    return true;
  }
  if (!(command_ == *connection.exec)) {
    command_ = *connection.exec;
    there_ = ran_ = false;
  }
  if (is_time()) run();
  if (!there_) return false;
  connection.token = token_;
  connection.certificate = certificate_;
  connection.key = key_;
  return true;
}

bool ExecCredential::is_time() const {
  if (running()) return false;
  if (!ran_) return true;
  const auto now = Clock::now();
  if (now - started_ < kTryAgain) return false;
  return !there_ || refused_ || (renew_ && now >= *renew_);
}

void ExecCredential::run() {
  ran_ = true;
  refused_ = false;
  started_ = Clock::now();
  if (directory_.empty()) {
    std::error_code error;
    const auto parent = std::filesystem::temp_directory_path(error);
    std::string name = (error ? std::filesystem::path("/tmp") : parent) / "solder-credential-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) return fail("no private directory can be made; set TMPDIR");
    directory_ = name;
  }
  if (const int error = spawn(command_, fresh_file(), words_file(), child_); error != 0) {
    child_ = 0;
    return fail(std::string("it cannot be run: ") + std::strerror(error));
  }
  timer_.start(kLookAtProgram, [this] { look(); });
}

void ExecCredential::look() {
  int status = 0;
  const pid_t done = waitpid(child_, &status, WNOHANG);
  if (done == 0 && Clock::now() - started_ < kProgramPatience) {
    timer_.start(kLookAtProgram, [this] { look(); });
    return;
  }
  if (done == 0) {
    kill(-child_, SIGKILL);
    waitpid(child_, &status, 0);
    child_ = 0;
    fail("it did not end within 30 seconds");
  } else {
    child_ = 0;
    ended(status);
  }
  changed_();
}

void ExecCredential::ended(int status) {
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    const std::string how = WIFEXITED(status) ? "exit code " + std::to_string(WEXITSTATUS(status))
                                              : "signal " + std::to_string(WTERMSIG(status));
    const std::string words = first_words(words_file());
    return fail("it ended with " + how + (words.empty() ? "" : ": " + words));
  }
  try {
    take(sdk::parse_json(sdk::read_document(host_, fresh_file(), kHidden)));
  } catch (const std::runtime_error& error) {
    fail("what it printed cannot be read");
  }
}

// The credential, its secrets hidden.
void ExecCredential::take(const Json& credential) {
  const Json* status = credential.is_object() ? sdk::find(credential, "status") : nullptr;
  if (status == nullptr || !status->is_object() || sdk::get_string(credential, "kind") != "ExecCredential")
    return fail("what it printed is no ExecCredential with a status");
  const auto place = [&](const char* member) {
    return sdk::get_string(*status, member).empty() ? FilePlace{}
                                                    : FilePlace{file(), std::string("/status/") + member, false};
  };
  const FilePlace token = place("token"), certificate = place("clientCertificateData"), key = place("clientKeyData");
  if (token.path.empty() && (certificate.path.empty() || key.path.empty()))
    return fail("what it printed has neither a token nor a certificate with its key");
  std::error_code error;
  std::filesystem::rename(fresh_file(), file(), error);
  if (error) return fail("its credential cannot be kept: " + error.message());
  token_ = token;
  certificate_ = certificate;
  key_ = key;
  there_ = true;
  problem_.reset();
  renew_.reset();
  if (const auto left = until(sdk::get_string(*status, "expirationTimestamp")))
    renew_ = Clock::now() + std::max(seconds(0), *left - std::min(kEarly, *left / 4));
}

void ExecCredential::fail(const std::string& what) {
  problem_ = {"NoCredential", "the kubeconfig's exec program " + command_.command + ": " + what,
              "a program that prints an ExecCredential of client.authentication.k8s.io/v1"};
}

}  // namespace solder::plugins::kubernetes
