# Completion of proximux for fish. scripts/generate makes it from proximux.fish.in.

# Whether the command line is that of a tool, or of the program.
function __proximux_in
    set -l words (commandline -opc)
    if contains -- "$words[2]" decode probe admin status top
        test "$words[2]" = $argv[1]
    else
        test program = $argv[1]
    end
end

function __proximux_choices
    switch $argv[1]
        case local.proxy_protocol
            printf '%s\n' off on
        case local.tls
            printf '%s\n' off on starttls starttls_required
        case local.tls_client
            printf '%s\n' none optional required
        case local.tls_min_version
            printf '%s\n' 1.2 1.3
        case target.1.proxy_protocol
            printf '%s\n' off v1 v2
        case target.1.tls
            printf '%s\n' off on starttls
        case target.1.tls_verify
            printf '%s\n' full chain none
        case target.1.tls_min_version
            printf '%s\n' 1.2 1.3
        case exchange.mode
            printf '%s\n' auto proxy fifo funnel
        case exchange.protocol
            printf '%s\n' auto raw line fixed length resp memcached http modbus modbus-rtu modbus-ascii dns iso8583 scpi mongodb kafka cassandra diameter mysql postgresql
        case exchange.pairing
            printf '%s\n' auto exclusive order identifier
        case exchange.stateful
            printf '%s\n' auto tie refuse
        case exchange.length_order
            printf '%s\n' big little
        case exchange.length_encoding
            printf '%s\n' binary bcd decimal hexadecimal
        case exchange.id_order
            printf '%s\n' big little
        case exchange.response_id_order
            printf '%s\n' auto big little
        case exchange.resp_unknown
            printf '%s\n' close tie pass
        case exchange.unknown_id
            printf '%s\n' close ignore
        case exchange.modbus_unit
            printf '%s\n' strict any
        case exchange.modbus_target
            printf '%s\n' tcp rtu ascii
        case exchange.http_chunked
            printf '%s\n' length pass
        case exchange.http_expect
            printf '%s\n' target proxy
        case exchange.http_forwarded
            printf '%s\n' off x-forwarded-for forwarded
        case auth.method
            printf '%s\n' auto trust password md5 scram native sha2
        case check.kind
            printf '%s\n' auto connect protocol exchange
        case log.format
            printf '%s\n' auto json text
        case log.requests
            printf '%s\n' auto 0 1
        case log.connections
            printf '%s\n' auto 0 1
        case access.hook_failure
            printf '%s\n' deny allow
        case limits.action
            printf '%s\n' close reset
        case io.backend
            printf '%s\n' auto epoll poll
        case admin.commands
            printf '%s\n' none socket all
    end
end

# What follows --set: a setting, or the choices of one.
function __proximux_setting
    set -l word (string replace -r -- '^(--set=|-s)' '' (commandline -ct))
    if string match -q -- '*=*' $word
        set -l key (string split -m 1 -f 1 -- = $word)
        for choice in (__proximux_choices $key)
            echo $key=$choice
        end
    else
        printf '%s=\t%s\n' (string split -- \t \
        'local.host'\t'Host names or addresses to listen on; *: all interfaces' \
        'local.port'\t'TCP port to listen on; 0: any free one' \
        'local.path'\t'Path of a UNIX socket to listen on, in place of local.host and local.port' \
        'local.path_mode'\t'Permissions of the file of local.path, in octal' \
        'local.path_group'\t'Group that the file of local.path gets' \
        'local.ipv6_only'\t'Accept IPv6 clients only' \
        'local.max_connections'\t'Maximum concurrent clients; further ones are closed on arrival' \
        'local.backlog'\t'Length of the kernel\'s accept queue' \
        'local.proxy_protocol'\t'Whether clients begin with a PROXY header, version 1 or 2, which says who they are' \
        'local.proxy_from'\t'Address ranges whose clients must begin with a PROXY header; from all others none is looked for' \
        'local.preface_timeout'\t'Refuse a client that has not sent its PROXY header, or finished the TLS handshake, after this long' \
        'local.keep_alive'\t'TCP keep-alive of client connections: probe after IDLE, every INTERVAL; lost after COUNT unanswered probes' \
        'local.user_timeout'\t'Close a client that leaves sent data unacknowledged, or its receive window shut, this long (TCP_USER_TIMEOUT)' \
        'local.idle_timeout'\t'Close a client after this long without traffic in either direction' \
        'local.half_close_timeout'\t'After one side has half-closed, close the pair once the other has been silent this long' \
        'local.max_requests'\t'Queued requests per client; at the limit its socket is no longer read' \
        'local.password'\t'Password that clients must send with AUTH; empty: no password' \
        'local.failed_auth'\t'Wrong passwords after which a client is closed' \
        'local.login_timeout'\t'Time in which a client must prove who it is' \
        'local.statement_memory'\t'Bytes of prepared statements that a client may have' \
        'local.failed_auth_delay'\t'Delay of the reply to a wrong password' \
        'local.tls'\t'TLS of client connections: off, on from their first byte, or starttls, starttls_required: when asked for' \
        'local.tls_certificate'\t'Certificates that are shown to clients, PEM files separated by commas' \
        'local.tls_key'\t'Private keys of local.tls_certificate in the same order, PEM without a passphrase' \
        'local.tls_strict_sni'\t'Refuse clients that ask for a name that no certificate has' \
        'local.tls_client'\t'Whether clients need a certificate: none, optional or required' \
        'local.tls_client_ca'\t'File of certificates, or folder of them, whose signatures on clients\' certificates are trusted' \
        'local.tls_client_crl'\t'File of lists of revoked certificates of clients, PEM' \
        'local.tls_client_names'\t'Names of which a client\'s certificate must have one; empty: any' \
        'local.tls_min_version'\t'Oldest version of TLS towards clients: 1.2 or 1.3' \
        'local.tls_ciphers'\t'Ciphers of TLS 1.2 towards clients' \
        'local.tls_ciphersuites'\t'Cipher suites of TLS 1.3 towards clients' \
        'local.tls_alpn'\t'Protocols that clients may choose from (ALPN), the preferred first, separated by commas' \
        'local.tls_tickets'\t'Give clients tickets with which they resume their TLS sessions' \
        'target.1.host'\t'Host name or address of target N, counted from 1' \
        'target.1.port'\t'TCP port of target N' \
        'target.1.path'\t'Path of a UNIX socket on which target N listens, in place of its host and port' \
        'target.1.keep_alive'\t'TCP keep-alive of connections to target N: probe after IDLE, every INTERVAL; lost after COUNT unanswered probes' \
        'target.1.user_timeout'\t'Close a connection to target N that leaves sent data unacknowledged, or its receive window shut, this long (TCP_USER_TIMEOUT)' \
        'target.1.connections'\t'Number of connections to target N' \
        'target.1.username'\t'User name with which each new target connection authenticates' \
        'target.1.password'\t'Password for new target connections' \
        'target.1.database'\t'Number of the database that each new target connection selects' \
        'target.1.proxy_protocol'\t'PROXY header with which each connection to target N begins: none, version 1 or version 2' \
        'target.1.proxy_tlvs'\t'What a PROXY header of version 2 says beside the addresses, separated by commas' \
        'target.1.tls'\t'TLS of connections to target N: off, on from their first byte, or starttls: as its protocol asks for it' \
        'target.1.tls_verify'\t'What to check of target N\'s certificate: full (signature and name), chain (signature), or none' \
        'target.1.tls_ca'\t'File of certificates, or folder of them, whose signatures on target N\'s certificate are trusted' \
        'target.1.tls_name'\t'Name that target N is asked for (SNI) and that its certificate must have; empty: target.N.host' \
        'target.1.tls_crl'\t'File of lists of revoked certificates, PEM' \
        'target.1.tls_certificate'\t'Certificate that is shown to target N when it asks for one, PEM' \
        'target.1.tls_key'\t'Private key of target.N.tls_certificate, PEM without a passphrase' \
        'target.1.tls_min_version'\t'Oldest version of TLS towards target N: 1.2 or 1.3' \
        'target.1.tls_ciphers'\t'Ciphers of TLS 1.2 towards target N' \
        'target.1.tls_ciphersuites'\t'Cipher suites of TLS 1.3 towards target N' \
        'target.1.tls_alpn'\t'Protocols that target N is offered (ALPN), separated by commas' \
        'target.1.tls_resume'\t'Keep the last TLS session of target N, and resume it' \
        'exchange.mode'\t'Mode; auto: proxy if local.max_connections equals the number of target connections, fifo if there is one, otherwise funnel' \
        'exchange.protocol'\t'Protocol to speak; in proxy mode traffic is only observed' \
        'exchange.pairing'\t'Rule that pairs responses with requests; auto: as suits the protocol, identifier if exchange.id_offset is set' \
        'exchange.pipeline'\t'Requests in flight on one target connection, if pairing allows several; auto: as suits the protocol' \
        'exchange.stateful'\t'Requests that change connection state: tie pins the client to a connection, refuse answers with an error; auto: tie if one can be spared' \
        'exchange.funnel_async'\t'Send the next request on a target connection before the previous one was answered' \
        'exchange.raw_gap'\t'Silence that ends a response while other clients are waiting' \
        'exchange.trial_timeout'\t'Time that a trial of a protocol may keep other clients waiting' \
        'exchange.queue_timeout'\t'Maximum wait of a request before it is sent' \
        'exchange.tie_timeout'\t'Maximum wait of a request that would pin a connection while pool.max_tied is reached' \
        'exchange.response_timeout'\t'Longest wait for a byte; auto: -1 with mysql and postgresql, 2s with modbus, modbus-rtu and modbus-ascii, 10s with dns and scpi, 330s with kafka, otherwise 30s' \
        'exchange.request_timeout'\t'Maximum pause inside a request larger than exchange.request_buffer' \
        'exchange.batch_timeout'\t'Pause within a batch of messages after which those that came are passed on' \
        'exchange.stall_timeout'\t'Total time a slow reader or sender may delay other clients; slow clients of one connection share such a time' \
        'exchange.abandon_limit'\t'Bytes for clients that have left while others wait behind them; at the limit the target connection is reset' \
        'exchange.abandon_timeout'\t'Time that others wait behind responses of departed clients; at the limit the target connection is reset' \
        'exchange.tie_idle_timeout'\t'Idle time after which a pinned client is closed as soon as another client waits for a connection' \
        'exchange.discard_timeout'\t'Time for which input of a client that is being closed is read and discarded' \
        'exchange.discard_limit'\t'Bytes of a client that is being closed that are read and discarded' \
        'exchange.request_buffer'\t'Request bytes buffered per client; in fifo and funnel larger requests stream; auto: 1M with mysql and postgresql, otherwise 64K' \
        'exchange.response_buffer'\t'Unsent response bytes per client before its target is paused' \
        'exchange.total_buffer'\t'Buffered request bytes over all clients; at the limit a client is read only up to exchange.reserve' \
        'exchange.reserve'\t'Request bytes of each client that find room even if exchange.total_buffer is full' \
        'exchange.max_queue'\t'Queued requests over all clients; at the limit no client is read' \
        'exchange.max_message'\t'Maximum size of a message in bytes; the connection of a longer one is closed' \
        'exchange.delimiter'\t'Bytes that end a message' \
        'exchange.line_reply'\t'Lines that have a response: always, query, or none:PATTERN,... for all but those that match' \
        'exchange.message_size'\t'Size of each message in bytes' \
        'exchange.length_offset'\t'Bytes before the length field' \
        'exchange.length_width'\t'Width of the length field in bits' \
        'exchange.length_order'\t'Byte order of the length field' \
        'exchange.length_encoding'\t'Encoding of the length field; decimal and hexadecimal are ASCII digits, bcd has two in a byte' \
        'exchange.length_adjust'\t'Number added to the length field\'s value to get the bytes that follow the field' \
        'exchange.length_min'\t'Minimum valid value of the length field' \
        'exchange.id_offset'\t'Byte offset of the request id that responses echo; setting it selects pairing = identifier' \
        'exchange.id_width'\t'Width of the request id in bits' \
        'exchange.id_order'\t'Byte order of the request id' \
        'exchange.response_id_offset'\t'Byte offset of the id in responses; auto: as in requests' \
        'exchange.response_id_width'\t'Width of the id in responses in bits; auto: as in requests' \
        'exchange.response_id_order'\t'Byte order of the id in responses; auto: as in requests' \
        'exchange.resp_unknown'\t'Treatment of unknown commands without a dot in their name: close the connection behind them, tie (pin) the client, or pass' \
        'exchange.unknown_id'\t'Treatment of a response with an unknown id: close the target connection, or ignore (discard) the response' \
        'exchange.id_reuse'\t'Time for which the id of an unanswered request is not reused on any connection of its target' \
        'exchange.modbus_unit_backoff'\t'Back-off of a unit\'s function that did not answer in time; requests for it get exception 11 meanwhile' \
        'exchange.mysql_kill'\t'Let clients end statements and clients of their own user by KILL' \
        'exchange.modbus_unit'\t'Unit of a response: strict requires the unit that was asked; any accepts every unit and gives the client the one that it asked' \
        'exchange.modbus_units'\t'Target\'s unit for units that clients ask, as CLIENT:TARGET,CLIENT:TARGET; other units stay as they are' \
        'exchange.modbus_target'\t'Form of the target\'s messages: tcp, or rtu or ascii over TCP, into which all requests are translated' \
        'exchange.http_connect'\t'Allow CONNECT. Warning: clients can then reach everything the target can reach' \
        'exchange.http_chunked'\t'Chunked request bodies: length sends them with a Content-Length if exchange.request_buffer has room, pass as they came' \
        'exchange.http_expect'\t'Answer to Expect: 100-continue: target passes the request\'s head on and waits for the target\'s, proxy sends 100 at once' \
        'exchange.http_expect_timeout'\t'Maximum wait for the target\'s answer to Expect: 100-continue; then the client gets 100 and sends its body' \
        'exchange.http_forwarded'\t'Field that tells the target each client\'s address: off, x-forwarded-for (X-Forwarded-For), or forwarded (Forwarded, RFC 7239); Via is added, too' \
        'auth.file'\t'File with the users who may sign in and their secrets' \
        'auth.method'\t'Proof that clients must give: auto, trust (none); password, md5, scram (postgresql); native, sha2 (mysql)' \
        'auth.query'\t'Query that asks a target for the secret of a user whom auth.file has not, by $1' \
        'auth.user'\t'User who asks auth.query at the target' \
        'auth.database'\t'Database in which auth.query is asked; empty: that of the client' \
        'exchange.diameter_identity'\t'Origin-Host with which Proximux introduces itself to targets, and of its own answers' \
        'exchange.diameter_realm'\t'Origin-Realm with which Proximux introduces itself to targets, and of its own answers' \
        'exchange.diameter_applications'\t'Applications that Proximux announces to targets, as APPLICATION or VENDOR:APPLICATION, separated by commas' \
        'pool.connections'\t'Number of target connections; must equal the sum over all targets (the default)' \
        'pool.warmup'\t'Open all target connections before listening' \
        'pool.connect_timeout'\t'Time limit for connecting, over all addresses of a target; in proxy mode over all targets' \
        'pool.connect_delay'\t'Delay between connecting and the first byte sent' \
        'pool.request_gap'\t'Pause after each request and each response, before the next request on that connection' \
        'pool.login_retry'\t'How long a login that the target has refused is not tried again' \
        'pool.switch_delay'\t'How long a connection of one user must be idle before another user takes it who has some' \
        'pool.statements'\t'Prepared statements that a connection keeps' \
        'pool.settle'\t'Silence required before a new connection is used (detects greetings); auto: 10ms with raw, line, fixed, length and scpi' \
        'pool.max_tied'\t'Target connections to which clients may be pinned; auto: all but one' \
        'pool.prologue'\t'Bytes sent on every new target connection before it is used' \
        'pool.prologue_expect'\t'Exact reply required to pool.prologue before a connection is used' \
        'pool.inactive_timeout'\t'Close a target connection after this long without traffic; in proxy mode its client, too' \
        'pool.lifetime'\t'Age at which a target connection is replaced; off: it may have any' \
        'pool.backoff_min'\t'Initial back-off after a failed target' \
        'pool.backoff_max'\t'Maximum back-off after failures of a target; the back-off doubles with every failure' \
        'check.interval'\t'Time between two health checks of a target; 0: no health checks' \
        'check.kind'\t'How a target is checked: by connecting, or by a request: one of the protocol, or check.request; auto: protocol in fifo and funnel if there is one, else connect' \
        'check.request'\t'Request that a target is sent with check.kind = exchange; empty: the target speaks first' \
        'check.expect'\t'Beginning of the response to check.request; empty: any response' \
        'check.timeout'\t'Time limit of one health check, with connecting' \
        'check.fall'\t'Failed health checks in a row after which a target is down' \
        'check.rise'\t'Successful health checks in a row after which a target that was down is used again' \
        'check.down_interval'\t'Time between two health checks of a target that is down; auto: as pool.backoff_min and pool.backoff_max say, at most check.interval' \
        'check.lazy'\t'Check only targets that have answered nothing else for check.interval' \
        'log.level'\t'Level of the log: 0 nothing, 1 errors, 2 information, 3 everything, data included' \
        'log.format'\t'Format of log records: JSON lines or readable text; auto: text on a terminal, JSON elsewhere' \
        'log.file'\t'File that takes the log instead of stdout and stderr' \
        'log.file_size'\t'Size in bytes at which log.file is rotated' \
        'log.file_count'\t'Number of rotated log files that are kept; the oldest is deleted' \
        'log.queue'\t'Log records buffered for writing; further ones are counted and dropped' \
        'log.queue_bytes'\t'Bytes of log records buffered for writing; records without room are counted and dropped' \
        'log.mask_addresses'\t'Mask part of each IP address in the log' \
        'log.data_limit'\t'Bytes of data shown in one log record; longer data is cut' \
        'log.requests'\t'Write a log record for each request; auto: in proxy mode, if exchange.protocol delimits messages' \
        'log.slow'\t'Write a log record for each request that takes this long, whatever log.requests says' \
        'log.connections'\t'Write a log record when a client connection ends; auto: in proxy mode' \
        'access.deny'\t'Address ranges whose clients are refused' \
        'access.allow'\t'Address ranges whose clients are admitted; all others are refused' \
        'access.uids'\t'Users whose processes may connect to local.path, by number; all others are refused' \
        'access.hook'\t'UNIX socket of a program that is asked of each client whether it is admitted' \
        'access.hook_timeout'\t'How long the program of access.hook may take for an answer' \
        'access.hook_failure'\t'Refuse (deny) or admit (allow) clients when the program of access.hook does not answer' \
        'limits.reconnects'\t'Target connections that one client may cause to be replaced in a second; at the limit its requests wait; 0: no limit' \
        'limits.connections'\t'Maximum concurrent clients of one address; further ones are closed on arrival; 0: no limit' \
        'limits.connection_rate'\t'New clients of one address per second or minute; further ones are closed on arrival; 0: no limit' \
        'limits.connection_burst'\t'Clients of one address that may come at once within limits.connection_rate; auto: the number in the rate' \
        'limits.request_rate'\t'Requests of one address per second or minute; at the limit its clients are not read; 0: no limit' \
        'limits.prefix4'\t'Leading bits of an IPv4 address that count; addresses which agree in them share their limits' \
        'limits.prefix6'\t'Leading bits of an IPv6 address that count; addresses which agree in them share their limits' \
        'limits.exempt'\t'Address ranges without limits, such as those of load balancers and monitors' \
        'limits.table'\t'Addresses with limits that are remembered; if all are in use, clients with a new one are closed' \
        'limits.memory'\t'Resident memory of the process above which new clients are closed on arrival; 0: no limit' \
        'limits.action'\t'Close a client that a limit refuses by FIN (close) or by RST (reset)' \
        'io.backend'\t'System call that waits for sockets; auto: the best the system has' \
        'io.threads'\t'Threads that serve clients' \
        'io.read_size'\t'Bytes read from one peer before the next has its turn' \
        'io.resolver_threads'\t'Concurrent DNS lookups' \
        'shutdown.delay'\t'Time for which clients are still accepted after TERM or INT, before the drain begins' \
        'shutdown.drain_timeout'\t'Time for requests in progress to end after TERM or INT; then all connections are closed' \
        'shutdown.first_request_timeout'\t'Time from connecting in which a drain waits for the first request of a client' \
        'tls.watch'\t'Time between two looks at whether files of certificates, keys and revocations have changed; 0: none' \
        'admin.listen'\t'Addresses of the admin port, for health checks, status and commands' \
        'admin.access'\t'Address ranges that may connect to the admin port over TCP; all others are closed' \
        'admin.commands'\t'Connections that may give commands which change something: none, UNIX sockets, or all' \
        'admin.token'\t'Token that commands over TCP must send, as Authorization: Bearer TOKEN' \
        'admin.token_file'\t'File that has the token of admin.token; the line break at its end is no part of it' \
        'admin.path_mode'\t'Permissions of the UNIX socket, in octal' \
        'admin.live_timeout'\t'Time in which each thread that serves clients must respond for /livez to say ok' \
        'admin.ready_targets'\t'Targets that must not be dead for /readyz to say ok; 0: it does not depend on targets' \
        'script.file'\t'Program in Lua 5.4 that hears of clients and requests, and may refuse clients' \
        'script.output'\t'File to which the script writes lines with write()' \
        'script.instructions'\t'Instructions of Lua that one call of the script may take' \
        'script.memory'\t'Memory that the script may use'
        )
    end
end

function __proximux_topics
    printf '%s\n' local.host local.port local.path local.path_mode local.path_group local.ipv6_only local.max_connections local.backlog local.proxy_protocol local.proxy_from local.preface_timeout local.keep_alive local.user_timeout local.idle_timeout local.half_close_timeout local.max_requests local.password local.failed_auth local.login_timeout local.statement_memory local.failed_auth_delay local.tls local.tls_certificate local.tls_key local.tls_strict_sni local.tls_client local.tls_client_ca local.tls_client_crl local.tls_client_names local.tls_min_version local.tls_ciphers local.tls_ciphersuites local.tls_alpn local.tls_tickets target.1.host target.1.port target.1.path target.1.keep_alive target.1.user_timeout target.1.connections target.1.username target.1.password target.1.database target.1.proxy_protocol target.1.proxy_tlvs target.1.tls target.1.tls_verify target.1.tls_ca target.1.tls_name target.1.tls_crl target.1.tls_certificate target.1.tls_key target.1.tls_min_version target.1.tls_ciphers target.1.tls_ciphersuites target.1.tls_alpn target.1.tls_resume exchange.mode exchange.protocol exchange.pairing exchange.pipeline exchange.stateful exchange.funnel_async exchange.raw_gap exchange.trial_timeout exchange.queue_timeout exchange.tie_timeout exchange.response_timeout exchange.request_timeout exchange.batch_timeout exchange.stall_timeout exchange.abandon_limit exchange.abandon_timeout exchange.tie_idle_timeout exchange.discard_timeout exchange.discard_limit exchange.request_buffer exchange.response_buffer exchange.total_buffer exchange.reserve exchange.max_queue exchange.max_message exchange.delimiter exchange.line_reply exchange.message_size exchange.length_offset exchange.length_width exchange.length_order exchange.length_encoding exchange.length_adjust exchange.length_min exchange.id_offset exchange.id_width exchange.id_order exchange.response_id_offset exchange.response_id_width exchange.response_id_order exchange.resp_unknown exchange.unknown_id exchange.id_reuse exchange.modbus_unit_backoff exchange.mysql_kill exchange.modbus_unit exchange.modbus_units exchange.modbus_target exchange.http_connect exchange.http_chunked exchange.http_expect exchange.http_expect_timeout exchange.http_forwarded auth.file auth.method auth.query auth.user auth.database exchange.diameter_identity exchange.diameter_realm exchange.diameter_applications pool.connections pool.warmup pool.connect_timeout pool.connect_delay pool.request_gap pool.login_retry pool.switch_delay pool.statements pool.settle pool.max_tied pool.prologue pool.prologue_expect pool.inactive_timeout pool.lifetime pool.backoff_min pool.backoff_max check.interval check.kind check.request check.expect check.timeout check.fall check.rise check.down_interval check.lazy log.level log.format log.file log.file_size log.file_count log.queue log.queue_bytes log.mask_addresses log.data_limit log.requests log.slow log.connections access.deny access.allow access.uids access.hook access.hook_timeout access.hook_failure limits.reconnects limits.connections limits.connection_rate limits.connection_burst limits.request_rate limits.prefix4 limits.prefix6 limits.exempt limits.table limits.memory limits.action io.backend io.threads io.read_size io.resolver_threads shutdown.delay shutdown.drain_timeout shutdown.first_request_timeout tls.watch admin.listen admin.access admin.commands admin.token admin.token_file admin.path_mode admin.live_timeout admin.ready_targets script.file script.output script.instructions script.memory local target exchange auth exchange pool check log access limits io shutdown tls admin script
end

complete -c proximux -f
complete -c proximux -n __fish_is_first_arg -a decode -d 'Print the messages of a captured byte stream'
complete -c proximux -n __fish_is_first_arg -a probe -d 'Test a target with harmless requests'
complete -c proximux -n __fish_is_first_arg -a admin -d 'Give a command to a running proxy'
complete -c proximux -n __fish_is_first_arg -a status -d 'Show the status of a running proxy'
complete -c proximux -n __fish_is_first_arg -a top -d 'Show rates and connections of a running proxy'
complete -c proximux -n '__proximux_in decode' -F
complete -c proximux -n '__proximux_in program' -s l -l listen -x -d 'Address and port to listen on; :PORT: all interfaces; unix:PATH: a UNIX socket (local.host, local.port, local.path)'
complete -c proximux -n '__proximux_in program' -s t -l target -x -d 'Target to connect to, or unix:PATH; may be repeated (target.N.host, target.N.port, target.N.path)'
complete -c proximux -n '__proximux_in program' -l max-connections -x -d 'Maximum concurrent clients; further ones are closed on arrival (local.max_connections)'
complete -c proximux -n '__proximux_in program' -l mode -x -a 'auto proxy fifo funnel' -d 'Mode; auto: proxy if local.max_connections equals the number of target connections, fifo if there is one, otherwise funnel (exchange.mode: auto, proxy, fifo, funnel)'
complete -c proximux -n '__proximux_in program' -l protocol -x -a 'auto raw line fixed length resp memcached http modbus modbus-rtu modbus-ascii dns iso8583 scpi mongodb kafka cassandra diameter mysql postgresql' -d 'Protocol to speak; in proxy mode traffic is only observed (exchange.protocol: auto, raw, line, fixed, length, resp, memcached, http, modbus, modbus-rtu, modbus-ascii, dns, iso8583, scpi, mongodb, kafka, cassandra, diameter, mysql, postgresql)'
complete -c proximux -n '__proximux_in program' -l log-level -x -d 'Level of the log: 0 nothing, 1 errors, 2 information, 3 everything, data included (log.level)'
complete -c proximux -n '__proximux_in program' -l io-backend -x -a 'auto epoll poll' -d 'System call that waits for sockets; auto: the best the system has (io.backend: auto, epoll, poll)'
complete -c proximux -n '__proximux_in program' -l services -r -F -d 'Folder whose INI and JSON files are services, each named like its file'
complete -c proximux -n '__proximux_in program' -l service -x -d 'INI or JSON file of a service; may be repeated'
complete -c proximux -n '__proximux_in program' -s c -l config -r -F -d 'INI or JSON file with settings; may be repeated'
complete -c proximux -n '__proximux_in program' -s s -l set -x -a '(__proximux_setting)' -d 'Any setting; may be repeated'
complete -c proximux -n '__proximux_in program' -l check-config -d 'Validate the configuration and exit'
complete -c proximux -n '__proximux_in program' -l print-config -d 'Print each value in force and its origin, and exit'
complete -c proximux -n '__proximux_in program' -l demo -d 'Run a self-contained demonstration'
complete -c proximux -n '__proximux_in program' -l tls -d 'With --demo: its clients speak TLS, with a certificate that is made for it'
complete -c proximux -n '__proximux_in program' -l daemon -d 'Run in the background'
complete -c proximux -n '__proximux_in program' -l pidfile -r -F -d 'Write the process id to this file and lock it'
complete -c proximux -n '__proximux_in program' -l umask -x -d 'File mode creation mask of the daemon, in octal'
complete -c proximux -n '__proximux_in program' -s v -l version -d 'Print the version and exit'
complete -c proximux -n '__proximux_in program' -s h -l help -x -a '(__proximux_topics)' -d 'Print this overview, or all about one setting or section, and exit'
complete -c proximux -n '__proximux_in decode' -l protocol -x -a 'line fixed length resp memcached http modbus modbus-rtu modbus-ascii dns iso8583 scpi mongodb kafka cassandra diameter mysql postgresql' -d 'Protocol of the messages: line, fixed, length, resp, memcached, http, modbus, modbus-rtu, modbus-ascii, dns, iso8583, scpi, mongodb, kafka, cassandra, diameter, mysql, postgresql'
complete -c proximux -n '__proximux_in decode' -l response -d 'Decode responses instead of requests'
complete -c proximux -n '__proximux_in decode' -s s -l set -x -a '(__proximux_setting)' -d 'Any setting; may be repeated'
complete -c proximux -n '__proximux_in decode' -s h -l help -d 'Print this help and exit'
complete -c proximux -n '__proximux_in probe' -l protocol -x -a 'line fixed length resp memcached http modbus modbus-rtu modbus-ascii dns iso8583 scpi mongodb kafka cassandra diameter mysql postgresql' -d 'Protocol of the messages: line, fixed, length, resp, memcached, http, modbus, modbus-rtu, modbus-ascii, dns, iso8583, scpi, mongodb, kafka, cassandra, diameter, mysql, postgresql'
complete -c proximux -n '__proximux_in probe' -l target -x -d 'Target to test, or unix:PATH'
complete -c proximux -n '__proximux_in probe' -l request -x -d 'Harmless request to send, with the escapes \\r \\n \\t \\0 \\\\ \\xHH; required with line, fixed, length, mysql and postgresql'
complete -c proximux -n '__proximux_in probe' -s s -l set -x -a '(__proximux_setting)' -d 'Any setting; may be repeated'
complete -c proximux -n '__proximux_in probe' -s h -l help -d 'Print this help and exit'
complete -c proximux -n '__proximux_in admin' -l socket -x -d 'UNIX socket of the proxy (default /run/proximux/admin.sock)'
complete -c proximux -n '__proximux_in admin' -l json -d 'Answer in JSON'
complete -c proximux -n '__proximux_in admin' -l watch -x -d 'Show it again each second, or after this many seconds'
complete -c proximux -n '__proximux_in admin' -s h -l help -d 'Print this help and exit'
complete -c proximux -n '__proximux_in status' -l socket -x -d 'UNIX socket of the proxy (default /run/proximux/admin.sock)'
complete -c proximux -n '__proximux_in status' -l json -d 'Answer in JSON'
complete -c proximux -n '__proximux_in status' -l watch -x -d 'Show it again each second, or after this many seconds'
complete -c proximux -n '__proximux_in status' -s h -l help -d 'Print this help and exit'
complete -c proximux -n '__proximux_in top' -l socket -x -d 'UNIX socket of the proxy (default /run/proximux/admin.sock)'
complete -c proximux -n '__proximux_in top' -l interval -x -d 'Time between two looks (default 1)'
complete -c proximux -n '__proximux_in top' -s h -l help -d 'Print this help and exit'
