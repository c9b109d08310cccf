; The service, for the installer and for the uninstaller, whose functions have names with "un." before them. advapi32 is
; called, not sc.exe or net.exe: what those say is translated, and net.exe does not wait for the end.

!define STATE_NONE 0
!define STATE_STOPPED 1
!define STATE_START_PENDING 2

!macro SERVICE_FUNCTIONS UN

; $R0: rights; sets $R1: a handle, or 0 if there is no service or no permission
Function ${UN}openService
    System::Call 'advapi32::OpenSCManagerW(p 0, p 0, i 1) p.R2'
    System::Call 'advapi32::OpenServiceW(p R2, w "${SERVICE}", i R0) p.R1'
    System::Call 'advapi32::CloseServiceHandle(p R2)'
FunctionEnd

; sets $R3: the state of the service
Function ${UN}serviceState
    StrCpy $R3 ${STATE_NONE}
    StrCpy $R0 4 ; SERVICE_QUERY_STATUS
    Call ${UN}openService
    ${If} $R1 P<> 0
        System::Call '*(&i28) p.R2' ; SERVICE_STATUS
        System::Call 'advapi32::QueryServiceStatus(p R1, p R2)'
        System::Call '*$R2(i, i.R3)'
        System::Free $R2
        System::Call 'advapi32::CloseServiceHandle(p R1)'
    ${EndIf}
FunctionEnd

; Stops the service and waits until it has drained and the program can be replaced. Ends the installation if that does
; not happen.
Function ${UN}stopService
    StrCpy $R0 36 ; SERVICE_STOP, SERVICE_QUERY_STATUS
    Call ${UN}openService
    ${If} $R1 P<> 0
        DetailPrint "Stopping the service"
        System::Call '*(&i28) p.R2'
        System::Call 'advapi32::ControlService(p R1, i 1, p R2)' ; SERVICE_CONTROL_STOP
        System::Free $R2
        System::Call 'advapi32::CloseServiceHandle(p R1)'
    ${EndIf}
    ${For} $R4 1 1200 ; 5 minutes: a drain may take long
        Call ${UN}serviceState
        ${If} $R3 <= ${STATE_STOPPED}
            Call ${UN}programIsFree
            ${IfThen} $R0 == 1 ${|} Return ${|}
        ${EndIf}
        Sleep 250
    ${Next}
    Abort "The service ${SERVICE} does not stop, or $INSTDIR\proximux.exe is in use by something else."
FunctionEnd

; sets $R0: 1 if no process has the program open, or there is none
Function ${UN}programIsFree
    StrCpy $R0 1
    ${If} ${FileExists} "$INSTDIR\proximux.exe"
        ClearErrors
        FileOpen $R1 "$INSTDIR\proximux.exe" a
        ${If} ${Errors}
            StrCpy $R0 0
        ${Else}
            FileClose $R1
        ${EndIf}
    ${EndIf}
FunctionEnd

!macroend
