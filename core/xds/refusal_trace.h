// What one client refuses of one type, found out with that client alone, and kept from it until it changes. A refusal
// says of a whole response that something in it is bad. Where the words name it, the rest is sent once and the named
// counts as found; else the response is halved until one object is left, in at most ⌈log2 n⌉ responses. What is not at
// fault is sent then. While a search goes on the client is offered the world in which it began. A client that refuses
// whatever it is sent is not searched for long. Not thread-safe: its stream owns it.
// Tested by tests/unit/xds/refusal_trace_test.cc and tests/feature/xds/scenarios.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/xds/known_culprits.h"
#include "core/xds/refusal_units.h"

namespace solder::xds {

struct RefusalSearch {
  ResourceSet world;        // in which it began
  RefusalUnits candidates;  // something among them is refused; none: what is tested may be good as a whole
  RefusalUnits testing;     // what the client is sent of them
  RefusalUnits unknown;     // refused together with what turned out bad: not tried since
  std::string words;
  bool guessed = false;  // a guess by vague words was made
  bool named = false;    // the candidates that are not tested are at fault, if the tested are good
  size_t found = 0;
  size_t accepted = 0;
};

class RefusalTrace {
 public:
  // `holding` tells what the client took; `known` may be null; both outlive the trace.
  RefusalTrace(ResourceType type, Holding holding, KnownCulprits* known)
      : type_(type), holding_(std::move(holding)), known_(known) {}

  void set_world(const ResourceSet& world);
  // The world as this client is to be offered it.
  [[nodiscard]] ResourceSet offer();

  // What became of a response with these resources, before the client's state follows from it.
  void refused(const std::vector<ResourcePtr>& resources, const std::string& words);
  void accepted(const std::vector<ResourcePtr>& resources);
  // What is offered differs in nothing from what the client has: as good as accepted.
  void nothing_to_send();

  [[nodiscard]] bool searching() const { return search_.has_value(); }
  // The resources of which some is kept from the client.
  [[nodiscard]] std::set<std::string> held_back() const;
  // Nothing is kept from the client.
  [[nodiscard]] bool idle() const { return !search_ && blocked_.empty(); }

  struct Culprit {
    RefusalUnit unit;
    std::string words;  // the client's
  };
  // What was found, by label.
  [[nodiscard]] std::vector<Culprit> culprits() const;

 private:
  struct Blocked {
    Culprit what;
    bool found = false;  // else: kept back without having been told from others
  };
  void go_on();
  void test_passed();
  bool test_rest_of(const std::vector<size_t>& suspects);
  bool follow_headings();
  void follow_guess();
  void halve();
  void found(RefusalUnits units);
  void deliver();
  void give_up();
  void block(RefusalUnit unit, bool found);
  [[nodiscard]] bool tested_in(const std::vector<ResourcePtr>& resources) const;
  [[nodiscard]] std::map<std::string, HeldPieces> held() const;

  // The last composition of a resource, for what it was made of.
  struct Composed {
    ResourcePtr now, has, result;
    HeldPieces held;
  };

  const ResourceType type_;
  const Holding holding_;
  KnownCulprits* const known_;
  ResourceSet world_;
  std::map<std::string, Blocked> blocked_;  // by label
  std::optional<RefusalSearch> search_;
  std::map<std::string, Composed> composed_;
};

}  // namespace solder::xds
