# Compiles for 64-bit Windows with Debian's mingw-w64 (g++-mingw-w64-x86-64-posix). Programs need nothing but the system.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)

set(proximux_tools x86_64-w64-mingw32)
set(CMAKE_C_COMPILER ${proximux_tools}-gcc-posix)
set(CMAKE_CXX_COMPILER ${proximux_tools}-g++-posix)
set(CMAKE_RC_COMPILER ${proximux_tools}-windres)
set(CMAKE_MC_COMPILER ${proximux_tools}-windmc CACHE STRING "Compiler of messages for the event log")

set(CMAKE_FIND_ROOT_PATH /usr/${proximux_tools} ${CMAKE_PREFIX_PATH})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE BOTH)

# POCO includes system headers by names that Windows does not tell apart and Linux does.
set(CMAKE_CXX_FLAGS_INIT "-isystem ${CMAKE_CURRENT_LIST_DIR}/include")
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
