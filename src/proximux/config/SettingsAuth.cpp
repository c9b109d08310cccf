#include <proximux/config/SettingRow.h>

namespace proximux::table
{

using namespace kinds;

std::vector<Setting> authSettings()
{
    using Method = AuthMethod;
    return {
        now(row("auth.file", "", path(FIELD(std::string, auth.file)),
                {SHARED_USERS, "File with the users who may sign in and their secrets",
                 "It has the form of PgBouncer's userlist.txt: lines of \"name\" \"secret\". "
                 "A secret is a password, md5 with its digest, or a verifier of SCRAM-SHA-256; an empty one proves "
                 "nothing. "
                 "Target connections sign in with the same secret, unless target.N.username names a login. "
                 "The file is read at the start and by each reload. "
                 "Example: auth.file = /etc/proximux/users."})),
        fresh(row("auth.method", "auto",
                  choice<Method>({{"auto", Method::automatic},
                                  {"trust", Method::trust},
                                  {"password", Method::password},
                                  {"md5", Method::md5},
                                  {"scram", Method::scram}},
                                 FIELD(Method, auth.method)),
                  {SHARED_USERS,
                   "Proof that clients must give: auto, trust (none), password (in clear text), md5 or scram",
                   "With auto it is SCRAM-SHA-256, or MD5 for a user whose file has only that digest. "
                   "With trust anybody may use any name, of those in auth.file if it is set, so limit the addresses "
                   "with access.allow. "
                   "Use password only over TLS or a UNIX socket. "
                   "Example: auth.method = md5 for old clients."})),
    };
}

} // namespace proximux::table
