# The units of systemd, the user that they need, and what restarts them after an upgrade. The template differs from the service by its description and its file.
set(PROXIMUX_SYSTEMD_DIR lib/systemd/system CACHE STRING "Folder of the systemd units")
set(PROXIMUX_SYSUSERS_DIR lib/sysusers.d CACHE STRING "Folder of sysusers.d")

function(proximux_unit name configuration description)
    set(PROXIMUX_UNIT_CONFIGURATION ${configuration})
    set(PROXIMUX_UNIT_DESCRIPTION ${description})
    configure_file(packaging/systemd/proximux.service.in ${PROJECT_BINARY_DIR}/${name} @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${name} DESTINATION ${PROXIMUX_SYSTEMD_DIR})
endfunction()

proximux_unit(proximux.service proximux "Proximux, a TCP proxy")
proximux_unit(proximux@.service %i "Proximux, a TCP proxy, instance %i")
configure_file(packaging/systemd/restart-running.in ${PROJECT_BINARY_DIR}/restart-running @ONLY)
install(PROGRAMS ${PROJECT_BINARY_DIR}/restart-running DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/proximux)
install(FILES packaging/systemd/proximux.socket DESTINATION ${PROXIMUX_SYSTEMD_DIR})
install(FILES packaging/sysusers/proximux.conf DESTINATION ${PROXIMUX_SYSUSERS_DIR})
