// Manifests by name; what editors leave while they save is none.
#include "core/store/file_names.h"

#include <gtest/gtest.h>

namespace solder::store {
namespace {

TEST(FileNames, ManifestsEndInYamlYmlOrJson) {
  for (const char* name : {"a.yaml", "a.yml", "a.json", "4913.yaml", "a.b.yaml"})
    EXPECT_TRUE(is_manifest(name)) << name;
  for (const char* name : {"a.txt", "yaml", "a.yaml.txt", "README.md", ""}) EXPECT_FALSE(is_manifest(name)) << name;
}

TEST(FileNames, WhatEditorsLeaveIsPassedOver) {
  for (const char* name : {"4913", "a.yaml~", ".a.yaml.swp", "a.yaml.swp", ".#a.yaml", "#a.yaml#", "a.yaml.tmp",
                           ".hidden.yaml", "..data", ".git"}) {
    EXPECT_TRUE(passed_over(name)) << name;
    EXPECT_FALSE(is_manifest(name)) << name;
  }
}

}  // namespace
}  // namespace solder::store
