# solder_add_plugin(NAME SOURCES file... [MANIFEST manifest.json] [LIBRARIES target...] [OUTPUT_DIRECTORY dir])
#
# Builds NAME.so as a plugin: hidden symbols but the one entry, no undefined ones, no unique ones, and the manifest put
# into its ELF note. Usable in this tree and, through the installed CMake package, in any other project. C and C++.
# Within Solder's own tree the plugin is installed unless it has an OUTPUT_DIRECTORY of its own, as test plugins have.
include_guard(GLOBAL)
set(SOLDER_ADD_PLUGIN_DIR ${CMAKE_CURRENT_LIST_DIR} CACHE INTERNAL "")

# Puts `manifest` into the plugin as an assembled ELF note, again whenever it changes.
function(solder_embed_manifest name manifest)
  get_filename_component(SOLDER_MANIFEST_FILE ${manifest} ABSOLUTE)
  set(note ${CMAKE_CURRENT_BINARY_DIR}/${name}_manifest.S)
  configure_file(${SOLDER_ADD_PLUGIN_DIR}/manifest_note.S.in ${note} @ONLY)
  set_property(SOURCE ${note} APPEND PROPERTY OBJECT_DEPENDS ${SOLDER_MANIFEST_FILE})
  target_sources(${name} PRIVATE ${note})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${SOLDER_MANIFEST_FILE})
endfunction()

function(solder_add_plugin name)
  cmake_parse_arguments(arg "" "MANIFEST;OUTPUT_DIRECTORY" "SOURCES;LIBRARIES" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "solder_add_plugin(${name} SOURCES file... [MANIFEST file.json] [LIBRARIES target...])")
  endif()
  add_library(${name} MODULE ${arg_SOURCES})
  if(NOT arg_OUTPUT_DIRECTORY AND PROJECT_NAME STREQUAL "solder")
    install(TARGETS ${name} LIBRARY DESTINATION lib/solder/plugins COMPONENT runtime
      PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  endif()
  if(NOT arg_OUTPUT_DIRECTORY)
    set(arg_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/solder/plugins)
  endif()
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX ".so"
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY ${arg_OUTPUT_DIRECTORY})
  target_link_libraries(${name} PRIVATE Solder::plugin_api ${arg_LIBRARIES})
  target_compile_features(${name} PRIVATE c_std_11 cxx_std_20)
  # Our own plugins are compiled as everything here is, once: the plain build warns. What an author
  # outside wants to be warned of is the author's.
  if(PROJECT_NAME STREQUAL "solder" AND TARGET solder_warnings AND NOT SOLDER_SANITIZE)
    target_link_libraries(${name} PRIVATE solder_warnings)
  endif()
  target_compile_options(${name} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
  target_link_options(${name} PRIVATE
    -Wl,--version-script=${SOLDER_ADD_PLUGIN_DIR}/plugin.map -Wl,-z,now -Wl,-Bsymbolic -Wl,--exclude-libs,ALL)
  # A sanitizer's own symbols come from the program that opens the plugin.
  if(NOT SOLDER_SANITIZE)
    target_link_options(${name} PRIVATE -Wl,-z,defs)
  endif()
  # A umask of 002 leaves the file writable by the group; a plugin that others may write is refused.
  add_custom_command(TARGET ${name} POST_BUILD COMMAND chmod go-w $<TARGET_FILE:${name}> VERBATIM)
  if(arg_MANIFEST)
    solder_embed_manifest(${name} ${arg_MANIFEST})
  endif()
endfunction()
