// The host's services for Python code: timers, requests, publishing and objects (solder._work.Services), for an
// instance of a file that finds something or brings objects. What is begun calls back under the interpreter's lock, or
// not at all once it is cancelled or the instance ends. Tested by tests/e2e/python_discovery_test.py and
// tests/e2e/python_source_test.py.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "solder/sdk/plugin.hpp"
#include "solder/services/http.h"
#include "solder/services/loop.h"
#include "solder/services/objects.h"
#include "solder/services/publish.h"

namespace solder::python {

class SideServices {
 public:
  explicit SideServices(const solder_host* host);
  SideServices(const SideServices&) = delete;
  SideServices& operator=(const SideServices&) = delete;

  uint64_t start_timer(double seconds, const pybind11::function& fired);
  void cancel_timer(uint64_t timer);
  uint64_t send(const pybind11::tuple& request, const pybind11::function& answered);
  void cancel_request(uint64_t request);
  // In words what is wrong; empty: nothing.
  std::string publish(const pybind11::tuple& ref, const std::string& field, const std::string& key,
                      const std::string& items);
  std::string report(const pybind11::tuple& ref, const pybind11::list& problems);
  // The same of a source.
  std::string put(const std::string& object);
  std::string remove(const pybind11::tuple& ref);
  std::string begin_list(const std::string& kind, const std::string& ns);
  std::string end_list(const std::string& kind, const std::string& ns);
  std::string keep(const std::string& kind, const std::string& ns);
  std::string complete();
  std::string report_source(const pybind11::list& problems);

  // Nothing calls back any more; the host sees to that before the instance ends.
  void end();

 private:
  struct Waiting {
    SideServices* services;
    pybind11::function go_on;
    uint64_t number = 0;
  };
  using Book = std::map<uint64_t, std::unique_ptr<Waiting>>;
  static void fired(void* arg);
  static void answered(void* arg, const solder_http_answer* answer);
  // Takes it out of the book and runs it with what `make` gives, which is asked under the interpreter's lock.
  template <typename F>
  static void run(void* arg, Book SideServices::*book, const F& make) noexcept;
  // Calls a function of the table, where there is one.
  template <typename Member, typename... Arguments>
  std::string objects(Member member, Arguments... arguments) const;

  const solder_host* host_;
  const solder_svc_loop* loop_;
  const solder_svc_http* http_;
  const solder_svc_publish* publish_;  // a discovery has it
  const solder_svc_objects* objects_;  // a source has it
  Book timers_, requests_;
};

// Makes it known to the module `_solder_host`.
void add_side_services(pybind11::module_& module);

}  // namespace solder::python
