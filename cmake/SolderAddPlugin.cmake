# solder_add_plugin(NAME SOURCES file... [MANIFEST manifest.json] [LIBRARIES target...])
#
# Builds NAME.so as a plugin: hidden symbols but the one entry, no undefined ones, no unique ones, and the manifest put
# into its ELF note. Usable in this tree and, through the installed CMake package, in any other project. C and C++.
include_guard(GLOBAL)
set(SOLDER_ADD_PLUGIN_DIR ${CMAKE_CURRENT_LIST_DIR} CACHE INTERNAL "")

function(solder_add_plugin name)
  cmake_parse_arguments(arg "" "MANIFEST;OUTPUT_DIRECTORY" "SOURCES;LIBRARIES" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "solder_add_plugin(${name} SOURCES file... [MANIFEST file.json] [LIBRARIES target...])")
  endif()
  if(NOT arg_OUTPUT_DIRECTORY)
    set(arg_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/solder/plugins)
  endif()
  add_library(${name} MODULE ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX ".so"
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY ${arg_OUTPUT_DIRECTORY})
  target_link_libraries(${name} PRIVATE Solder::plugin_api ${arg_LIBRARIES})
  target_compile_features(${name} PRIVATE c_std_11 cxx_std_20)
  target_compile_options(${name} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
  target_link_options(${name} PRIVATE
    -Wl,--version-script=${SOLDER_ADD_PLUGIN_DIR}/plugin.map -Wl,-z,now -Wl,-Bsymbolic -Wl,--exclude-libs,ALL
    $<$<NOT:$<BOOL:${SOLDER_SANITIZE}>>:-Wl,-z,defs>)
  if(arg_MANIFEST)
    get_filename_component(manifest ${arg_MANIFEST} ABSOLUTE)
    set(note ${CMAKE_CURRENT_BINARY_DIR}/${name}_manifest.S)
    set(SOLDER_MANIFEST_FILE ${manifest})
    configure_file(${SOLDER_ADD_PLUGIN_DIR}/manifest_note.S.in ${note} @ONLY)
    set_property(SOURCE ${note} APPEND PROPERTY OBJECT_DEPENDS ${manifest})
    target_sources(${name} PRIVATE ${note})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${manifest})
  endif()
endfunction()
