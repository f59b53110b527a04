// The ID tokens that clusters use: which are wanted, and from whom; what became of them; and the SDS resources that
// hold them. Tokens go into resources and nowhere else. Tested by tests/unit/engine/token_book_test.cc.
#pragma once

#include <map>
#include <string>

#include "core/engine/results.h"
#include "core/engine/translation.h"

namespace solder::engine {

using TokenUses = std::map<std::string, SecretUse>;  // by encode_secret_use()
using TokenWishes = std::map<std::string, host::GoogleSource>;

// A generic secret with the token. It is empty where there is none, so that whoever waits for it goes on, and refuses.
// Null as long as nothing is known: what an Envoy has from before stays.
xds::ResourcePtr token_resource(const host::IdTokenState* state, const std::string& sds_name);

class TokenBook {
 public:
  // What became of the wishes. Nothing is translated yet.
  void take(Translation& t, const host::IdTokenStates& states);
  [[nodiscard]] const host::IdTokenStates& states() const { return states_; }
  // Those whose key is there, or that need none.
  static TokenWishes wishes(const Translation& t, const TokenUses& uses);
  // What is wrong, with those who asked.
  [[nodiscard]] model::Diagnostics problems(const TokenUses& uses) const;

 private:
  host::IdTokenStates states_;
};

}  // namespace solder::engine
