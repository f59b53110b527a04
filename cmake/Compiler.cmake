# Language level, warnings as errors and sanitizers, as the interface target `solder_options` that everything links.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths relative to the checkout, so that a second clone finds what the first one compiled.
  set(ccache_launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=true ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${ccache_launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${ccache_launcher})
endif()

set(SOLDER_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread")

add_library(solder_options INTERFACE)
target_include_directories(solder_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(solder_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor)
# gcc is the compiler that has to be content; clang (fuzzers, clang-tidy) has opinions of its own.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(solder_options INTERFACE -Werror)
  # gcc collects its garbage from 128 MiB on; what it holds of one of our files is mostly used to the end. A tenth faster.
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:--param=ggc-min-heapsize=1048576>)
  # At -O3 gcc 12 sees overlapping copies in its own std::string (gcc bug 105651).
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13 AND CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(solder_options INTERFACE -Wno-restrict)
  endif()
endif()
# Our own plugins are given the same warnings alone: they include nothing of the tree.
get_target_property(warnings solder_options INTERFACE_COMPILE_OPTIONS)
list(TRANSFORM warnings REPLACE "^-Wnon-virtual-dtor$" "$<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>")
add_library(solder_warnings INTERFACE)
target_compile_options(solder_warnings INTERFACE ${warnings})
if(SOLDER_SANITIZE)
  add_compile_options(-fsanitize=${SOLDER_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SOLDER_SANITIZE})
  # For what has another measure then; compilers have different macros for it.
  add_compile_definitions(SOLDER_SANITIZED)
  if(SOLDER_SANITIZE MATCHES "address")
    # What the checks know of each place in the code is full of addresses: at fixed ones nothing is moved at each start,
    # and forty test programs are a quarter smaller.
    add_link_options($<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-no-pie>)
  endif()
  if(SOLDER_SANITIZE MATCHES "undefined")
    # What is reached by a null pointer or beyond an object ends a program under AddressSanitizer anyway, and nothing here
    # casts down a hierarchy: without these checks a build takes a quarter less.
    add_compile_options(-fno-sanitize-recover=undefined -fno-sanitize=null,vptr,object-size)
  endif()
endif()
if(SOLDER_FUZZERS)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "The fuzzers are libFuzzer's and need clang: cmake --preset fuzz")
  endif()
  # Everything is instrumented for coverage; a fuzzer itself links -fsanitize=fuzzer.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
