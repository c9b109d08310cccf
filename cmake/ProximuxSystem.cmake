# A source file that is meant for some systems says so by the end of its name: Posix or Windows, Linux or Elsewhere (all but
# Linux). There is one for each system, with the same functions; no other file asks which system it is.
if(WIN32)
    set(PROXIMUX_FOREIGN "Posix|Linux")
elseif(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    set(PROXIMUX_FOREIGN "Windows|Elsewhere")
else()
    set(PROXIMUX_FOREIGN "Windows|Linux")
endif()

# Removes what is meant for another system from a list of source files.
macro(proximux_for_this_system list)
    list(FILTER ${list} EXCLUDE REGEX "(${PROXIMUX_FOREIGN})\\.cpp$")
endmacro()
