// What gRPC's server reflection says on the wire, versions v1 and v1alpha (which are the same but for the name):
// requests as one body of frames, answers taken apart again. Source: grpc/reflection/v1/reflection.proto; gRPC over
// HTTP/2. Tested by tests/unit/openapi/reflection_messages_test.cc.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace solder::plugins::openapi {

struct ReflectionQuestion {
  enum class Kind { kServices, kFileOfSymbol, kFileOfName };
  Kind kind = Kind::kServices;
  std::string name;
};

// All questions, each in a frame of its own.
std::string reflection_body(const std::vector<ReflectionQuestion>& questions);

struct ReflectionAnswer {
  std::vector<std::string> services;
  std::vector<std::string> files;  // FileDescriptorProto
  std::string error;               // of one question
};
// One for each frame; nothing where the body is none.
std::optional<std::vector<ReflectionAnswer>> read_reflection(std::string_view body);

// Files by name, put together to what a transcoder wants.
class FileSet {
 public:
  // False: it is no FileDescriptorProto.
  bool add(const std::string& file);
  // Imported by some file, and not there.
  [[nodiscard]] std::set<std::string> missing() const;
  // Services of whole files alone; `incomplete` gets the others, with the import that they lack.
  struct Whole {
    std::string descriptors;  // a FileDescriptorSet, imports before their importers
    std::vector<std::string> services;
    std::vector<std::pair<std::string, std::string>> incomplete;
  };
  [[nodiscard]] Whole whole(const std::vector<std::string>& services) const;

 private:
  struct File {
    std::string bytes;
    std::vector<std::string> imports, services;
  };
  bool append(const std::string& name, std::set<std::string>& done, std::set<std::string>& under_way, std::string& out,
              std::string& lacking) const;

  std::map<std::string, File> files_;
};

}  // namespace solder::plugins::openapi
