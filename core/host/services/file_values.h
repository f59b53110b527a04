// Values in files on the host's disk that requests are made with: tokens, certificates, keys. Documents are read again
// only when their file has changed. What is here goes into requests and nowhere else; nothing is logged. Any thread.
// Tested by tests/unit/host/file_values_test.cc.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>

#include "core/base/status.h"

namespace solder::host {

struct FileValue {
  std::string path{};
  std::string pointer{};  // a JSON pointer in a YAML or JSON document; empty: the whole file
  bool base64 = false;
};

class FileValues {
 public:
  FileValues();
  ~FileValues();
  FileValues(const FileValues&) = delete;
  FileValues& operator=(const FileValues&) = delete;

  // White space around a whole file is left out. What is wrong is said without the value.
  base::Result<std::string> value(const FileValue& which);
  // A whole document as JSON. Texts under members of these names are "(hidden)".
  base::Result<std::string> document(const std::string& path, const std::set<std::string>& hidden);

 private:
  struct Kept;
  base::Result<std::shared_ptr<const nlohmann::json>> parsed(const std::string& path);

  std::mutex mutex_;
  std::map<std::string, Kept> kept_;
};

}  // namespace solder::host
