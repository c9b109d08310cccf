# What proximux.exe has beside its code: the version, the manifest, and the messages that the event log shows.
enable_language(RC)
find_program(CMAKE_MC_COMPILER NAMES windmc mc)

set(proximux_resources ${PROJECT_BINARY_DIR}/resources)
file(STRINGS ${PROJECT_SOURCE_DIR}/LICENSE PROXIMUX_COPYRIGHT REGEX "^Copyright" LIMIT_COUNT 1)
configure_file(${CMAKE_CURRENT_LIST_DIR}/proximux.rc.in ${proximux_resources}/proximux.rc @ONLY)
configure_file(${CMAKE_CURRENT_LIST_DIR}/proximux.manifest.in ${proximux_resources}/proximux.manifest @ONLY)
add_custom_command(
    OUTPUT ${proximux_resources}/messages.rc
    COMMAND ${CMAKE_MC_COMPILER} -h ${proximux_resources} -r ${proximux_resources} ${CMAKE_CURRENT_LIST_DIR}/messages.mc
    DEPENDS ${CMAKE_CURRENT_LIST_DIR}/messages.mc
    VERBATIM)
target_sources(proximux-bin PRIVATE ${proximux_resources}/messages.rc ${proximux_resources}/proximux.rc)
set_source_files_properties(${proximux_resources}/messages.rc PROPERTIES HEADER_FILE_ONLY ON)
set_source_files_properties(${proximux_resources}/proximux.rc PROPERTIES
    INCLUDE_DIRECTORIES ${proximux_resources} OBJECT_DEPENDS "${proximux_resources}/messages.rc;${proximux_resources}/proximux.manifest")
if(MSVC)
    target_link_options(proximux-bin PRIVATE /MANIFEST:NO) # the linker would add one of its own
endif()
