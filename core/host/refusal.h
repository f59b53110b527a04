// The stable words for why a plugin file, or one of its keys, was refused. docs/plugins/loading.md explains each; a
// test compares that table with this list. Tested by tests/plugin/reasons_test.cc.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace solder::host {

namespace reason {
inline constexpr std::string_view kNotReadable = "NotReadable";
inline constexpr std::string_view kUnsafePermissions = "UnsafePermissions";
inline constexpr std::string_view kNotElf = "NotElf";
inline constexpr std::string_view kTruncated = "Truncated";
inline constexpr std::string_view kWrongArchitecture = "WrongArchitecture";
inline constexpr std::string_view kNoManifest = "NoManifest";
inline constexpr std::string_view kBadManifest = "BadManifest";
inline constexpr std::string_view kAbiMajor = "AbiMajor";
inline constexpr std::string_view kAbiMinor = "AbiMinor";
inline constexpr std::string_view kNoEntrySymbol = "NoEntrySymbol";
inline constexpr std::string_view kExtraSymbols = "ExtraSymbols";
inline constexpr std::string_view kForbiddenLibrary = "ForbiddenLibrary";
inline constexpr std::string_view kNotTrusted = "NotTrusted";
inline constexpr std::string_view kBadSignature = "BadSignature";
inline constexpr std::string_view kMissingService = "MissingService";
inline constexpr std::string_view kNoRunner = "NoRunner";
inline constexpr std::string_view kBadFile = "BadFile";
inline constexpr std::string_view kDuplicateName = "DuplicateName";
inline constexpr std::string_view kCopyFailed = "CopyFailed";
inline constexpr std::string_view kUndefinedSymbols = "UndefinedSymbols";
inline constexpr std::string_view kOpenFailed = "OpenFailed";
inline constexpr std::string_view kDeclined = "Declined";
inline constexpr std::string_view kBadTable = "BadTable";
inline constexpr std::string_view kNameMismatch = "NameMismatch";
inline constexpr std::string_view kCreateFailed = "CreateFailed";
inline constexpr std::string_view kMissingCapability = "MissingCapability";
inline constexpr std::string_view kKeyClaimed = "KeyClaimed";
inline constexpr std::string_view kPreflightFailed = "PreflightFailed";
inline constexpr std::string_view kTooManyRetired = "TooManyRetired";
inline constexpr std::string_view kStateNotTaken = "StateNotTaken";
inline constexpr std::string_view kWouldReject = "WouldReject";
inline constexpr std::string_view kRolledBack = "RolledBack";
}  // namespace reason

// In the order in which loading checks them.
inline constexpr std::array kRefusalReasons = {
    reason::kNotReadable,       reason::kUnsafePermissions, reason::kNotElf,         reason::kTruncated,
    reason::kWrongArchitecture, reason::kNoManifest,        reason::kBadManifest,    reason::kAbiMajor,
    reason::kAbiMinor,          reason::kNoEntrySymbol,     reason::kExtraSymbols,   reason::kForbiddenLibrary,
    reason::kNoRunner,          reason::kBadFile,           reason::kMissingService, reason::kNotTrusted,
    reason::kBadSignature,      reason::kDuplicateName,     reason::kCopyFailed,     reason::kUndefinedSymbols,
    reason::kOpenFailed,        reason::kDeclined,          reason::kBadTable,       reason::kNameMismatch,
    reason::kCreateFailed,      reason::kMissingCapability, reason::kKeyClaimed,     reason::kTooManyRetired,
    reason::kPreflightFailed,   reason::kStateNotTaken,     reason::kWouldReject,    reason::kRolledBack};

// Why a step of loading stopped. The file and the plugin's name are added by whoever knows them.
struct Refusal {
  std::string_view reason;
  std::string message;
};

}  // namespace solder::host
