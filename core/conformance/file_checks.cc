#include <algorithm>

#include "core/conformance/checks.h"
#include "core/host/gate.h"
#include "core/host/linked_libraries.h"

namespace solder::conformance {

namespace {

constexpr std::string_view kEntry = "solder_plugin_entry_v1";
constexpr std::string_view kEntryOfAnyMajor = "solder_plugin_entry_v";
constexpr std::string_view kOrigin = "$ORIGIN";
constexpr size_t kShown = 5;

const host::ElfFile& elf(const Trial& trial) { return std::get<host::ElfFile>(trial.elf); }

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (size_t i = 0; i < names.size() && i < kShown; ++i) out += (i == 0 ? "" : ", ") + names[i];
  return names.size() > kShown ? out + " and " + std::to_string(names.size() - kShown) + " more" : out;
}

}  // namespace

Verdict check_file(Trial& trial) {
  if (const auto* refusal = std::get_if<host::Refusal>(&trial.elf)) return failed(refusal->message);
  const auto* refused = std::get_if<host::Refused>(&trial.looked);
  if (trial.library || refused == nullptr) return passed();
  const bool of_the_file =
      refused->reason == host::reason::kNotReadable || refused->reason == host::reason::kUnsafePermissions ||
      refused->reason == host::reason::kNoRunner || refused->reason == host::reason::kNotElf ||
      refused->reason == host::reason::kTruncated || refused->reason == host::reason::kWrongArchitecture;
  return of_the_file ? failed(refused->message) : passed();
}

Verdict check_manifest(Trial& trial) {
  const auto* refused = std::get_if<host::Refused>(&trial.looked);
  if (!trial.library) return refused == nullptr ? passed() : failed(refused->message);
  if (!elf(trial).manifest) return failed("it carries no manifest in an ELF note .note.solder");
  std::string name;
  const auto accepted = host::accept_manifest(*elf(trial).manifest, name);
  if (const auto* refusal = std::get_if<host::Refusal>(&accepted)) return failed(refusal->message);
  // A schema that cannot be used is found later.
  const bool of_schema = refused != nullptr && refused->reason == host::reason::kBadManifest;
  return of_schema ? failed(refused->message) : passed();
}

Verdict check_exports(Trial& trial) {
  std::vector<std::string> extra;
  bool entry = false;
  for (const auto& name : elf(trial).exports) {
    if (name == kEntry) {
      entry = true;
    } else if (!name.starts_with(kEntryOfAnyMajor) &&
               std::count(elf(trial).unique.begin(), elf(trial).unique.end(), name) == 0) {
      extra.push_back(name);
    }
  }
  if (!entry) return failed("it does not export " + std::string(kEntry));
  return extra.empty() ? passed() : failed("it exports more than " + std::string(kEntry) + ": " + listed(extra));
}

Verdict check_unique_symbols(Trial& trial) {
  const auto& unique = elf(trial).unique;
  return unique.empty() ? passed() : failed("it has symbols of which a process has only one: " + listed(unique));
}

Verdict check_linked_libraries(Trial& trial) {
  std::string name;
  const auto& manifest = elf(trial).manifest;
  const auto accepted = host::accept_manifest(manifest ? *manifest : "", name);
  const auto* known = std::get_if<host::Manifest>(&accepted);
  const auto refusal = host::check_libraries(known == nullptr ? host::Manifest() : *known, elf(trial).needed);
  return refusal ? failed(refusal->message) : passed();
}

Verdict check_run_path(Trial& trial) {
  std::string_view rest = elf(trial).run_path;
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    if (one != kOrigin && !one.starts_with(std::string(kOrigin) + "/"))
      return failed("its run path has \"" + std::string(one) + "\", a directory of the machine that it was built on");
  }
  return passed();
}

Verdict check_stack(Trial& trial) {
  return elf(trial).executable_stack ? failed("it asks for a stack that can be executed, which all threads then get")
                                     : passed();
}

Verdict check_text_relocations(Trial& trial) {
  return elf(trial).text_relocations ? failed("its code has to be written to when it is loaded") : passed();
}

}  // namespace solder::conformance
