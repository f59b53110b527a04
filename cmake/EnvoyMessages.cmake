# Envoy's messages as the pinned Envoy release itself knows them: a descriptor set cut out of its binary, and a header
# with the field numbers of the messages that Solder writes. No generated classes: messages are written as wire bytes
# (protozero) and printed through descriptors, so this costs seconds, once a machine (kept in SOLDER_CACHE_DIR).
set(SOLDER_ENVOY_VERSION 1.40.0)
if(DEFINED ENV{SOLDER_CACHE_DIR})
  set(SOLDER_CACHE_DIR $ENV{SOLDER_CACHE_DIR})
elseif(DEFINED ENV{XDG_CACHE_HOME})
  set(SOLDER_CACHE_DIR $ENV{XDG_CACHE_HOME}/solder)
else()
  set(SOLDER_CACHE_DIR $ENV{HOME}/.cache/solder)
endif()

set(SOLDER_ENVOY_BINARY ${SOLDER_CACHE_DIR}/envoy-${SOLDER_ENVOY_VERSION}/envoy)
set(SOLDER_ENVOY_DESCRIPTORS ${CMAKE_BINARY_DIR}/envoy/envoy.fds)
set(SOLDER_ENVOY_FIELDS ${CMAKE_BINARY_DIR}/include/solder/envoy_fields.h)

execute_process(
  COMMAND ${PROJECT_SOURCE_DIR}/cmake/tools/fetch_envoy.sh ${SOLDER_ENVOY_VERSION} ${SOLDER_CACHE_DIR}
  RESULT_VARIABLE fetched)
if(NOT fetched EQUAL 0)
  message(FATAL_ERROR "Envoy ${SOLDER_ENVOY_VERSION} could not be fetched; see the message above")
endif()

add_custom_command(
  OUTPUT ${SOLDER_ENVOY_DESCRIPTORS}
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/cmake/tools/extract_descriptors.py ${SOLDER_ENVOY_BINARY} ${SOLDER_ENVOY_DESCRIPTORS}
  DEPENDS ${PROJECT_SOURCE_DIR}/cmake/tools/extract_descriptors.py
  COMMENT "Cutting Envoy ${SOLDER_ENVOY_VERSION}'s message descriptors out of its binary")
add_custom_command(
  OUTPUT ${SOLDER_ENVOY_FIELDS}
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/cmake/tools/generate_fields.py ${SOLDER_ENVOY_DESCRIPTORS} ${SOLDER_ENVOY_FIELDS}
  DEPENDS ${PROJECT_SOURCE_DIR}/cmake/tools/generate_fields.py ${SOLDER_ENVOY_DESCRIPTORS}
  COMMENT "Writing the field numbers of Envoy's messages")
add_custom_target(solder_envoy_messages DEPENDS ${SOLDER_ENVOY_DESCRIPTORS} ${SOLDER_ENVOY_FIELDS})

# Field numbers for code that writes Envoy messages: #include "solder/envoy_fields.h".
add_library(solder_envoy_fields INTERFACE)
target_include_directories(solder_envoy_fields INTERFACE ${CMAKE_BINARY_DIR}/include)
add_dependencies(solder_envoy_fields solder_envoy_messages)
