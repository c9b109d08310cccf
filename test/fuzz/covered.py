"""Reads what llvm-cov exports; says which share of the lines was run of the files that a fuzz target is about."""
import json
import sys

#parts of the paths
FILES = {
    "line": ("wire/LineFramer",),
    "fixed": ("wire/FixedFramer",),
    "length": ("wire/LengthFramer",),
    "mysql": ("protocol/mysql/", "protocol/sql/"),
    "proxy-header": ("wire/ProxyHeader", "base/AddressRange"),
    "login": ("postgresql/TargetDialog", "auth/Scram"),
    "users": ("auth/UserList", "auth/Base64"),
    "prepared": ("postgresql/ClientStatements", "postgresql/LaneStatements"),
    "mysql-login": ("mysql/TargetDialog", "mysql/Handshake", "mysql/PingProbe"),
    "mysql-client": ("mysql/ClientLogin", "mysql/Handshake"),
    "mysql-shared": ("mysql/SharedFramers", "mysql/Response", "mysql/SessionReports"),
    "mysql-sql": ("mysql/Scanner", "mysql/Effects", "mysql/SessionSettings"),
    "mysql-prepared": ("mysql/ClientPrepared", "mysql/ClientStatements", "mysql/LaneStatements", "mysql/PrepareDialog"),
    "exchanges": ("/exchange/Framed", "/exchange/Shared", "/exchange/Raw", "/exchange/Auto", "/pool/Shared"),
}

name = sys.argv[1]
parts = FILES.get(name, ("protocol/" + name + "/",))
lines = [each["summary"]["lines"] for each in json.load(sys.stdin)["data"][0]["files"]
         if any(part in each["filename"] for part in parts) and "/test/" not in each["filename"]]
covered = sum(each["covered"] for each in lines)
count = sum(each["count"] for each in lines)
print(f"{covered} of {count} lines of {', '.join(parts)} covered ({100 * covered // max(count, 1)} %)")
