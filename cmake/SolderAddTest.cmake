# solder_add_test(NAME SOURCES file... [LIBRARIES target...] [LABELS label...]): a GoogleTest program as one ctest entry.
# solder_add_python_test(NAME SCRIPT file.py [LABELS label...] [ARGS arg...] [ENVIRONMENT name=value...] [TIMEOUT s]): a script that exits 0.
#
# Under a sanitizer the entry is named after it (asan:NAME), so that one ctest run can span all builds; leaks and races
# fail the test. ThreadSanitizer of clang 14 needs a fixed address layout where the kernel randomises more than 28 bits.
# A run that makes the sanitizer's build itself (tools/join_tests.py) calls that the fixture `asan` or `tsan`.
set(SOLDER_TEST_FIXTURE "")
set(SOLDER_TEST_LAUNCHER)
set(SOLDER_TEST_ENVIRONMENT)
if(SOLDER_SANITIZE MATCHES "address")
  set(SOLDER_TEST_FIXTURE asan)
  set(SOLDER_TEST_ENVIRONMENT "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1"
    "UBSAN_OPTIONS=print_stacktrace=1" "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/tools/lsan.supp:print_suppressions=0")
elseif(SOLDER_SANITIZE MATCHES "thread")
  set(SOLDER_TEST_FIXTURE tsan)
  set(SOLDER_TEST_LAUNCHER ${PROJECT_SOURCE_DIR}/tests/tools/fixed-addresses.sh)
  set(SOLDER_TEST_ENVIRONMENT "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/tools/tsan.supp:second_deadlock_stack=1")
endif()

set(SOLDER_TEST_PREFIX "")
if(SOLDER_TEST_FIXTURE)
  set(SOLDER_TEST_PREFIX "${SOLDER_TEST_FIXTURE}:")
endif()

function(solder_add_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE solder_options ${arg_LIBRARIES} GTest::gmock GTest::gtest_main)
  add_test(NAME ${SOLDER_TEST_PREFIX}${name} COMMAND ${SOLDER_TEST_LAUNCHER} $<TARGET_FILE:${name}>)
  set_tests_properties(${SOLDER_TEST_PREFIX}${name} PROPERTIES
    LABELS "${arg_LABELS}" FIXTURES_REQUIRED "${SOLDER_TEST_FIXTURE}" TIMEOUT 900 ENVIRONMENT "${SOLDER_TEST_ENVIRONMENT}")
endfunction()

function(solder_add_python_test name)
  cmake_parse_arguments(arg "" "SCRIPT;TIMEOUT" "LABELS;ARGS;ENVIRONMENT" ${ARGN})
  # A server with all plugins needs some 15 s to begin and end under AddressSanitizer.
  if(NOT arg_TIMEOUT AND SOLDER_SANITIZE)
    set(arg_TIMEOUT 900)
  elseif(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  get_filename_component(script ${arg_SCRIPT} ABSOLUTE)
  add_test(NAME ${SOLDER_TEST_PREFIX}${name} COMMAND ${Python3_EXECUTABLE} ${script} ${arg_ARGS})
  set_tests_properties(${SOLDER_TEST_PREFIX}${name} PROPERTIES LABELS "${arg_LABELS}" FIXTURES_REQUIRED "${SOLDER_TEST_FIXTURE}" TIMEOUT ${arg_TIMEOUT}
    ENVIRONMENT "${SOLDER_TEST_ENVIRONMENT};PYTHONDONTWRITEBYTECODE=1;${arg_ENVIRONMENT}")
endfunction()
