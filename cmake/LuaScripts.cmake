# solder_lua_scripts(TARGET file.lua...): scripts that a plugin hands to Envoy. They are Lua files of their own, so that
# they can be read; in the target's scripts.inc they are texts of C++ named k_<file>, without their comments, because
# what Envoy gets carries them.
function(solder_lua_scripts name)
  set(scripts "")
  foreach(file ${ARGN})
    get_filename_component(path ${file} ABSOLUTE)
    get_filename_component(script ${file} NAME_WE)
    file(READ ${path} text)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    string(REGEX REPLACE "\n *--[^\n]*" "" text "\n${text}")
    string(APPEND scripts "constexpr std::string_view k_${script} = R\"lua(${text})lua\";\n")
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/scripts.inc CONTENT "@scripts@" @ONLY)
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
endfunction()
