#include "reflection_messages.h"

#include <algorithm>

#include "solder/sdk/descriptor_set.hpp"

namespace solder::plugins::openapi {

using sdk::WireReader;

namespace {

constexpr unsigned kLengthDelimited = 2;
constexpr uint64_t kFileByName = 3, kFileOfSymbol = 4, kListServices = 7;                 // of the request
constexpr uint64_t kFiles = 4, kServices = 6, kError = 7, kErrorMessage = 2;              // of the answer
constexpr uint64_t kFileName = 1, kPackage = 2, kImport = 3, kService = 6, kSetFile = 1;  // of descriptors
constexpr size_t kFramePrefix = 5, kMostFrames = 10000;

void append_field(uint64_t number, std::string_view value, std::string& out) {
  const auto varint = [&](uint64_t rest) {
    for (; rest >= 0x80; rest >>= 7) out += static_cast<char>(rest | 0x80);
    out += static_cast<char>(rest);
  };
  varint(number << 3 | kLengthDelimited);
  varint(value.size());
  out += value;
}

ReflectionAnswer read_answer(std::string_view message) {
  ReflectionAnswer out;
  WireReader fields(message);
  while (fields.next()) {
    WireReader part(fields.value());
    while ((fields.number() == kFiles || fields.number() == kServices || fields.number() == kError) && part.next()) {
      if (fields.number() == kFiles && part.number() == 1) out.files.emplace_back(part.value());
      if (fields.number() == kError && part.number() == kErrorMessage) out.error = part.value();
      if (fields.number() != kServices || part.number() != 1) continue;
      WireReader service(part.value());
      while (service.next()) {
        if (service.number() == 1) out.services.emplace_back(service.value());
      }
    }
    if (fields.number() == kError && out.error.empty()) out.error = "it gives no reason";
  }
  return out;
}

}  // namespace

std::string reflection_body(const std::vector<ReflectionQuestion>& questions) {
  std::string out;
  for (const ReflectionQuestion& one : questions) {
    std::string message;
    switch (one.kind) {
      case ReflectionQuestion::Kind::kServices:
        append_field(kListServices, "*", message);
        break;
      case ReflectionQuestion::Kind::kFileOfSymbol:
        append_field(kFileOfSymbol, one.name, message);
        break;
      case ReflectionQuestion::Kind::kFileOfName:
        append_field(kFileByName, one.name, message);
        break;
    }
    out += '\0';  // not compressed
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(message.size() >> shift & 0xFF);
    out += message;
  }
  return out;
}

std::optional<std::vector<ReflectionAnswer>> read_reflection(std::string_view body) {
  std::vector<ReflectionAnswer> out;
  while (!body.empty()) {
    if (body.size() < kFramePrefix || body[0] != 0 || out.size() == kMostFrames) return std::nullopt;
    size_t size = 0;
    for (size_t i = 1; i < kFramePrefix; ++i) size = size << 8 | static_cast<unsigned char>(body[i]);
    body.remove_prefix(kFramePrefix);
    if (size > body.size()) return std::nullopt;
    out.push_back(read_answer(body.substr(0, size)));
    body.remove_prefix(size);
  }
  return out;
}

bool FileSet::add(const std::string& file) {
  File made{file, {}, {}};
  std::string name, package;
  WireReader fields(file);
  while (fields.next()) {
    if (fields.number() == kFileName) name = fields.value();
    if (fields.number() == kPackage) package = fields.value();
    if (fields.number() == kImport) made.imports.emplace_back(fields.value());
    if (fields.number() != kService) continue;
    WireReader service(fields.value());
    while (service.next()) {
      if (service.number() == 1) made.services.emplace_back(service.value());
    }
  }
  if (!fields.ok() || name.empty()) return false;
  if (!package.empty()) {
    for (std::string& service : made.services) service = package + "." + service;
  }
  files_.emplace(name, std::move(made));
  return true;
}

std::set<std::string> FileSet::missing() const {
  std::set<std::string> out;
  for (const auto& [name, file] : files_) {
    for (const std::string& import : file.imports) {
      if (files_.count(import) == 0) out.insert(import);
    }
  }
  return out;
}

// Imports lead no deeper than there are files, and never back to what is under way.
bool FileSet::append(const std::string& name, std::set<std::string>& done, std::set<std::string>& under_way,
                     std::string& out, std::string& lacking) const {
  constexpr size_t kDeepest = 500;
  if (done.count(name) != 0) return true;
  const auto at = files_.find(name);
  if (at == files_.end() || under_way.size() >= kDeepest || !under_way.insert(name).second) {
    lacking = name;
    return false;
  }
  for (const std::string& import : at->second.imports) {
    if (!append(import, done, under_way, out, lacking)) return false;
  }
  under_way.erase(name);
  done.insert(name);
  append_field(kSetFile, at->second.bytes, out);
  return true;
}

FileSet::Whole FileSet::whole(const std::vector<std::string>& services) const {
  Whole out;
  std::set<std::string> done;
  for (const std::string& service : services) {
    const auto file = std::find_if(files_.begin(), files_.end(), [&](const auto& each) {
      const auto& own = each.second.services;
      return std::find(own.begin(), own.end(), service) != own.end();
    });
    std::string lacking = "the file that it is in", more;
    std::set<std::string> under_way, with = done;
    if (file != files_.end() && append(file->first, with, under_way, more, lacking)) {
      done = std::move(with);
      out.descriptors += more;
      out.services.push_back(service);
    } else {
      out.incomplete.emplace_back(service, lacking);
    }
  }
  return out;
}

}  // namespace solder::plugins::openapi
