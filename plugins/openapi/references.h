// Follows `$ref` in a document and in others on the same host. What a reference needs and is not there yet is asked
// for; what is on another host is refused, for a document must not make Solder ask whom it likes.
// Tested by tests/unit/openapi/references_test.cc.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "solder/sdk/json.hpp"
#include "url.h"

namespace solder::plugins::openapi {

// Documents by their URL, without fragment.
using Documents = std::map<std::string, sdk::Json>;

// A place in a document, which references in it are relative to.
struct Place {
  const sdk::Json* value = nullptr;  // null: there is none
  const std::string* document = nullptr;
};

class References {
 public:
  // `base` is the URL of the first document. All must outlive this.
  References(const Documents& documents, const Url& base) : documents_(documents), base_(base), start_(base.text()) {}

  [[nodiscard]] Place root() const;
  [[nodiscard]] Place child(const Place& of, const char* member) const;
  // What a place stands for, references followed. Null, and `why` filled, where it stands for nothing.
  Place resolved(Place place, std::string& why);

  // Documents that were asked for and are not there, and those on other hosts that nobody will ask for.
  [[nodiscard]] const std::set<std::string>& missing() const { return missing_; }
  [[nodiscard]] const std::set<std::string>& foreign() const { return foreign_; }

 private:
  Place follow(const Place& from, const std::string& reference, std::string& why);

  const Documents& documents_;
  const Url& base_;
  const std::string start_;
  std::set<std::string> missing_, foreign_;
};

}  // namespace solder::plugins::openapi
