#include <proximux/config/AuthMethods.h>
#include <proximux/config/SettingRow.h>

namespace proximux::table
{

using namespace kinds;

std::vector<Setting> authSettings()
{
    return {
        now(row("auth.file", "", path(FIELD(std::string, auth.file)),
                {SHARED_USERS, "File with the users who may sign in and their secrets",
                 "It has the form of PgBouncer's userlist.txt: lines of \"name\" \"secret\". "
                 "A secret is a password, md5 with its digest, or a verifier of SCRAM-SHA-256; an empty one proves "
                 "nothing. "
                 "Target connections sign in with the same secret, unless target.N.username names a login. "
                 "The file is read at the start and by each reload. "
                 "Example: auth.file = /etc/proximux/users."})),
        fresh(row("auth.method", "auto", choice<AuthMethod>(authMethods(), FIELD(AuthMethod, auth.method)),
                  {SHARED_USERS,
                   "Proof that clients must give: auto, trust (none); password, md5, scram (postgresql); native, sha2 "
                   "(mysql)",
                   "With auto it is the best that the user's secret allows: SCRAM-SHA-256 or MD5, or in mysql what the "
                   "client prefers. "
                   "With trust anybody may use any name, of those in auth.file if it is set, so limit the addresses "
                   "with access.allow. "
                   "Use password only over TLS or a UNIX socket. "
                   "With native (mysql_native_password) or sha2 (caching_sha2_password) users whose file has only the "
                   "other's digest stay outside. "
                   "Example: auth.method = md5 for old clients."})),
        now(row(
            "auth.query", "", text("SQL", FIELD(std::string, auth.query)),
            {SHARED_USERS, "Query that asks a target for the secret of a user whom auth.file has not, by $1",
             "Its second column is the secret, in the forms of auth.file; no row means that there is no such user. "
             "It is asked at each such login, on a connection of auth.user, which is one of the target's connections. "
             "Without it users who are not in auth.file stay outside. "
             "Example: auth.query = SELECT usename, passwd FROM pg_shadow WHERE usename = $1."})),
        now(row("auth.user", "", text("a name", FIELD(std::string, auth.user)),
                {SHARED_USERS, "User who asks auth.query at the target",
                 "It signs in with its secret in auth.file, and must be allowed to read what the query names. "
                 "With target.N.username the query is asked by that user, and this needs no value. "
                 "Example: auth.user = pgbouncer."})),
        now(row("auth.database", "", text("a name", FIELD(std::string, auth.database)),
                {SHARED_USERS, "Database in which auth.query is asked; empty: that of the client",
                 "Name one where not each database has what the query names. "
                 "It also spares connections, which belong to a user and a database. "
                 "Example: auth.database = postgres."})),
    };
}

} // namespace proximux::table
