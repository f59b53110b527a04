// One Python file as a plugin: the table that the host takes for it, and the tables of its capabilities. An instance is
// a module of its own, so that two share nothing. Tested by tests/plugin/python_test.cc.
#pragma once

#include <string>

#include "solder/kinds/plugin_files.h"

namespace solder::python {

class PythonFile {
 public:
  PythonFile(std::string name, std::string version);
  PythonFile(const PythonFile&) = delete;
  PythonFile& operator=(const PythonFile&) = delete;

  [[nodiscard]] const solder_plugin* table() const { return &table_; }

 private:
  std::string name_, version_;
  solder_plugin table_;
};

}  // namespace solder::python
