# Warnings and sanitizers of every target of this project, and of nobody who embeds it.
add_library(proximux_options INTERFACE)

if(MSVC)
    target_compile_options(proximux_options INTERFACE /W4)
    if(PROXIMUX_WARNINGS_AS_ERRORS)
        target_compile_options(proximux_options INTERFACE /WX)
    endif()
else()
    target_compile_options(proximux_options INTERFACE
        -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual)
    if(PROXIMUX_WARNINGS_AS_ERRORS)
        target_compile_options(proximux_options INTERFACE -Werror)
    endif()
    if(PROXIMUX_SANITIZE)
        # vptr asks the kernel for a pipe at its checks, and so reports a defect whenever descriptors have run out
        target_compile_options(proximux_options INTERFACE
            -fsanitize=${PROXIMUX_SANITIZE} -fno-sanitize=vptr -fno-omit-frame-pointer -fno-sanitize-recover=all)
        target_link_options(proximux_options INTERFACE -fsanitize=${PROXIMUX_SANITIZE})
        target_compile_definitions(proximux_options INTERFACE PROXIMUX_SANITIZED)
    endif()
endif()
