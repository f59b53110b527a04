// Values of Secrets in text fields of extension configurations: what plugins asked for by secret_field(). The values
// are written last, into a message of their own that nothing prints; everywhere else stand-ins are seen.
// Tested by tests/unit/engine/secret_fields_test.cc.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/engine/fragment.h"
#include "core/engine/results.h"
#include "core/engine/translation.h"

namespace solder::engine {

// What is printed in the place of a value.
inline constexpr const char* kSecretStandIn = "[redacted]";

// `bytes`, a message of `type`, with `value_of` each field; none: no value. Nothing where a value is missing, or where
// the message has no such text field.
using SecretValue = std::function<const std::string*(const SecretField& field)>;
std::optional<std::string> fill_fields(const Translation& t, std::string_view type, const std::string& bytes,
                                       const std::vector<SecretField>& fields, const SecretValue& value_of);
// ... with stand-ins.
std::optional<std::string> fill_stand_ins(const Translation& t, std::string_view type, const std::string& bytes,
                                          const std::vector<SecretField>& fields);

// A TypedExtensionConfig.
std::string extension_config(const std::string& name, std::string_view type_url, std::string_view bytes);

// The extension configuration of a use of form kFilled. Null as long as a value is missing.
xds::ResourcePtr filled_resource(Translation& t, Reader& reader, const SecretUse& use);

}  // namespace solder::engine
