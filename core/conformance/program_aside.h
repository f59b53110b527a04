// An instance of a program that works by itself, as the table of a library's instance would be: what is told to it goes
// to a process, what that asks for goes to the services of the host at hand, and nobody comes back before the process
// has done all that follows. So time and answers can be played to it as to any plugin.
// Tested by tests/plugin/go_test.py.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/host/isolation/child.h"
#include "core/host/isolation/parcel.h"
#include "solder/plugin.h"
#include "solder/services/http.h"
#include "solder/services/lease.h"
#include "solder/services/loop.h"
#include "solder/services/objects.h"
#include "solder/services/publish.h"

namespace solder::conformance {

class ProgramAside {
 public:
  // What the process cannot go on from, in words.
  struct Ended : std::exception {
    explicit Ended(std::string its_words) : words(std::move(its_words)) {}
    [[nodiscard]] const char* what() const noexcept override { return words.c_str(); }
    std::string words;
  };

  // `host` must outlive it.
  ProgramAside(host::isolation::ChildPtr child, const solder_host& host, host::isolation::Role role);
  ~ProgramAside();
  ProgramAside(const ProgramAside&) = delete;
  ProgramAside& operator=(const ProgramAside&) = delete;

  // Its status and words. Throws Ended.
  host::isolation::Parcel perform(host::isolation::Parcel task);

 private:
  struct Waiting;

  void tell(host::isolation::Message kind, const host::isolation::Parcel& parcel);
  // Until the answer to task `id` comes.
  host::isolation::Parcel pump(uint64_t id);
  void happened(const host::isolation::Parcel& event);
  solder_status serve(const host::isolation::Parcel& use);
  solder_status send(const host::isolation::Parcel& use);
  solder_status start_timer(const host::isolation::Parcel& use);
  std::unique_ptr<Waiting>& begun(host::isolation::Use what, uint64_t number);
  [[noreturn]] void fail(host::isolation::Channel::Outcome outcome);
  template <typename T>
  const T* service(const char* id) const;

  host::isolation::ChildPtr child_;
  const solder_host& host_;
  uint64_t last_ = 0;
  std::map<std::pair<host::isolation::Use, uint64_t>, std::unique_ptr<Waiting>> waiting_;  // requests and timers
};

}  // namespace solder::conformance
