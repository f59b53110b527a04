// What the pages say, without HTTP. Inside core/admin only. Tested by tests/unit/admin/pages_test.cc.
#pragma once

#include <map>
#include <string>

namespace solder::admin {

// `reports` is a JSON list of reports, or an object that holds one at "reports". The same with the reports that match
// alone; a filter that is absent matches all.
std::string filter_reports(const std::string& reports, const std::map<std::string, std::string>& filters);

// HTML: the pages there are, and how many objects are in which state. `not_ready` is empty when ready.
std::string index_page(const std::string& reports, const std::string& not_ready, bool with_plugins);

// {"error": message}
std::string error_json(const std::string& message);

}  // namespace solder::admin
