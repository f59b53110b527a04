// At most one of several processes finds functions at a time: whoever holds the lease. Stores that several machines
// share bring leases of their own kind. Tested by tests/unit/discovery/lease_test.cc.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace solder::discovery {

class Lease {
 public:
  // Whether this process holds it, whenever that is new; the first time only once it does.
  using Changed = std::function<void(bool held)>;

  virtual ~Lease() = default;
  // `changed` is called in a thread of the lease's own, until stop().
  virtual void start(Changed changed) = 0;
  // Gives it up. `changed` is not called any more once this returns.
  virtual void stop() = 0;
  // Who holds it now, for people; empty: nobody, or this process.
  [[nodiscard]] virtual std::string holder() const = 0;
};

// A lock on a file, for processes of one machine. It goes with its holder, however that ends, and another one has it
// within a second.
std::unique_ptr<Lease> make_file_lease(std::string path);

}  // namespace solder::discovery
