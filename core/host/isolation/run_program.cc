#include "core/host/isolation/run_program.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <variant>

#include "core/host/frames.h"
#include "core/host/gate.h"
#include "core/host/isolation/messages.h"
#include "core/host/program_file.h"

namespace solder::host::isolation {

std::vector<std::string> runnable_for(const std::string& file) {
  std::vector<std::string> out{file};
  const auto bytes = read_plugin_file(file);
  if (const auto* content = std::get_if<std::string>(&bytes))
    if (auto loader = interpreter_of(*content); !loader.empty()) out.push_back(std::move(loader));
  return out;
}

int run_program(int socket, const std::string& file, const std::string& original,
                const std::vector<std::string>& guards) {
  if (!write_frame(socket, confined_frame(guards))) return 0;
  // dup2 gives one that stays open over exec; onto itself it would change nothing.
  if (socket != kProgramSocket) ::dup2(socket, kProgramSocket);
  ::fcntl(kProgramSocket, F_SETFD, 0);
  std::string variable = std::string(kProgramSocketVariable) + "=" + std::to_string(kProgramSocket);
  std::vector<char*> environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) environment.push_back(*entry);
  environment.push_back(variable.data());
  environment.push_back(nullptr);
  std::string name = original;
  char* const arguments[] = {name.data(), nullptr};
  ::execve(file.c_str(), arguments, environment.data());
  const std::string why = std::strerror(errno);
  if (read_frame(kProgramSocket))
    write_frame(kProgramSocket, to_frame(Refusing{std::string(reason::kOpenFailed), "it cannot be run: " + why}));
  return 0;
}

}  // namespace solder::host::isolation
