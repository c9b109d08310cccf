; The installer for Windows:
;   makensis -DVERSION=1.2.3 -DSTAGE=folder -DOUTPUT=file proximux.nsi
; STAGE has what belongs to the program's folder. With /S nothing is asked and nothing is shown.
; Exit code 0: installed; 2: not, and a service that was running has stopped.
Unicode true
Target amd64-unicode ; the 32-bit one does not run under a Wine without 32-bit programs
RequestExecutionLevel admin
ManifestSupportedOS all
SetCompressor /SOLID lzma

!define SERVICE proximux
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Proximux"

!include LogicLib.nsh
!include FileFunc.nsh
!include MUI2.nsh
!include service.nsh

Name "Proximux ${VERSION}"
OutFile "${OUTPUT}"
InstallDir "$PROGRAMFILES64\Proximux"
InstallDirRegKey HKLM "${UNINSTALL_KEY}" "InstallLocation"
ShowInstDetails show
ShowUninstDetails show
VIProductVersion "${VERSION}.0"
VIFileVersion "${VERSION}.0"
VIAddVersionKey ProductName "Proximux"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "Installer of Proximux"
VIAddVersionKey LegalCopyright "${COPYRIGHT}"

!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_LICENSE "${STAGE}/LICENSE.txt"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

Var configuration ; its folder
Var before        ; the state of the service before the installation

!macro PREPARE
    SetRegView 64
    SetShellVarContext all
    StrCpy $configuration "$APPDATA\Proximux"
!macroend

; Runs a command; what it says goes to the details. Ends the installation if it fails.
!macro MUST COMMAND WHAT
    nsExec::ExecToLog `${COMMAND}`
    Pop $R0
    ${If} $R0 <> 0
        Abort "${WHAT} failed with $R0."
    ${EndIf}
!macroend
!define Must "!insertmacro MUST"

; Changes who may do what with a folder: system (18), administrators (32-544), the service.
!macro ICACLS FOLDER CHANGES
    ${Must} `"$SYSDIR\icacls.exe" "${FOLDER}" ${CHANGES}` "Protecting ${FOLDER}"
!macroend
!define Icacls "!insertmacro ICACLS"

!insertmacro SERVICE_FUNCTIONS ""
!insertmacro SERVICE_FUNCTIONS "un."

Function .onInit
    !insertmacro PREPARE
FunctionEnd

Function un.onInit
    !insertmacro PREPARE
FunctionEnd

Section
    Call serviceState
    StrCpy $before $R3
    Call stopService
    Call copyFiles
    Call describe
    ${If} $before = ${STATE_NONE}
        Call registerService
        Call protectConfiguration
    ${EndIf}
    Call copyConfiguration
    ${If} $before <> ${STATE_STOPPED}
        Call startService
    ${EndIf}
SectionEnd

; Files of an earlier version that this one does not have are removed.
Function copyFiles
    RMDir /r "$INSTDIR\docs"
    RMDir /r "$INSTDIR\etc"
    RMDir /r "$INSTDIR\licenses"
    ClearErrors
    SetOutPath "$INSTDIR"
    File /r "${STAGE}/*"
    WriteUninstaller "$INSTDIR\uninstall.exe"
    ${If} ${Errors}
        Abort "Files could not be written to $INSTDIR."
    ${EndIf}
FunctionEnd

; Tells Windows what is installed.
Function describe
    WriteRegStr HKLM "${UNINSTALL_KEY}" "DisplayName" "Proximux"
    WriteRegStr HKLM "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
    WriteRegStr HKLM "${UNINSTALL_KEY}" "Publisher" "The Proximux authors"
    WriteRegStr HKLM "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\proximux.exe"
    WriteRegStr HKLM "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
    WriteRegStr HKLM "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
    WriteRegStr HKLM "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
    WriteRegDWORD HKLM "${UNINSTALL_KEY}" "NoModify" 1
    WriteRegDWORD HKLM "${UNINSTALL_KEY}" "NoRepair" 1
    ${GetSize} "$INSTDIR" "/S=0K" $R0 $R1 $R2
    WriteRegDWORD HKLM "${UNINSTALL_KEY}" "EstimatedSize" $R0
FunctionEnd

; Once: what an administrator changes later is kept. A crash starts the service again; an exit with a code does not, because
; a wrong configuration stays wrong.
Function registerService
    ${Must} `"$INSTDIR\proximux.exe" --registerService --startup=automatic` "Registering the service"
    ${Must} `"$SYSDIR\sc.exe" failure ${SERVICE} reset= 86400 actions= restart/5000/restart/5000/restart/5000` "Setting the recovery of the service"
FunctionEnd

; Once, too. The configuration may have passwords: the service reads it and writes to logs, other users without rights do
; neither. They may have made the folder before, so they lose what they had there.
Function protectConfiguration
    CreateDirectory "$configuration\logs"
    ${Icacls} "$configuration" `/setowner *S-1-5-32-544 /T`
    ${Icacls} "$configuration" `/reset /T`
    ${Icacls} "$configuration" `/inheritance:r /grant *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F "NT SERVICE\${SERVICE}:(OI)(CI)RX"`
    ${Icacls} "$configuration\logs" `/grant "NT SERVICE\${SERVICE}:(OI)(CI)M"`
FunctionEnd

; A configuration that is there is left alone.
Function copyConfiguration
    ${If} ${FileExists} "$configuration\proximux.ini"
        Return
    ${EndIf}
    SetOutPath "$configuration"
    File "/oname=proximux.ini" "${STAGE}/etc/proximux.ini"
    SetOutPath "$INSTDIR"
FunctionEnd

; A fresh configuration has no target. It is no failure of the installation that it cannot serve yet.
Function startService
    nsExec::ExecToLog '"$INSTDIR\proximux.exe" --config "$configuration\proximux.ini" --check-config'
    Pop $R0
    ${If} $R0 <> 0
        DetailPrint "The service is not started: edit $configuration\proximux.ini, then: sc start ${SERVICE}"
        Return
    ${EndIf}
    DetailPrint "Starting the service"
    StrCpy $R0 20 ; SERVICE_START, SERVICE_QUERY_STATUS
    Call openService
    System::Call 'advapi32::StartServiceW(p R1, i 0, p 0)'
    System::Call 'advapi32::CloseServiceHandle(p R1)'
    ${For} $R4 1 120 ; 30 s, as long as Windows waits for a service
        Call serviceState
        ${IfThen} $R3 <> ${STATE_START_PENDING} ${|} ${Break} ${|}
        Sleep 250
    ${Next}
    ${If} $R3 <= ${STATE_STOPPED}
        DetailPrint "The service did not start; the event log says why."
    ${EndIf}
FunctionEnd

; Leaves the configuration and the logs.
Section "Uninstall"
    Call un.stopService
    nsExec::ExecToLog '"$SYSDIR\sc.exe" delete ${SERVICE}' ; the program may be gone
    Pop $R0
    DeleteRegKey HKLM "SYSTEM\CurrentControlSet\Services\EventLog\Application\${SERVICE}"
    Delete "$INSTDIR\proximux.exe"
    Delete "$INSTDIR\README.md"
    Delete "$INSTDIR\LICENSE.txt"
    Delete "$INSTDIR\uninstall.exe"
    RMDir /r "$INSTDIR\docs"
    RMDir /r "$INSTDIR\etc"
    RMDir /r "$INSTDIR\licenses"
    RMDir "$INSTDIR"
    RMDir "$configuration\logs"
    DeleteRegKey HKLM "${UNINSTALL_KEY}"
SectionEnd
