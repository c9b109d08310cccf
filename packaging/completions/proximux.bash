# Completion of proximux for bash. scripts/generate makes it from proximux.bash.in.

# COMMAND,OPTION: sets kind, and the words to choose from.
_proximux_option()
{
    case $1 in
    ,-l | ,--listen) kind=other ;;
    ,-t | ,--target) kind=other ;;
    ,--max-connections) kind=other ;;
    ,--mode) kind=choice words='auto proxy fifo funnel' ;;
    ,--protocol) kind=choice words='auto raw line fixed length resp memcached http modbus modbus-rtu modbus-ascii dns iso8583 scpi mongodb kafka cassandra diameter mysql postgresql' ;;
    ,--log-level) kind=other ;;
    ,--io-backend) kind=choice words='auto epoll poll' ;;
    ,--services) kind=file ;;
    ,--service) kind=other ;;
    ,-c | ,--config) kind=file ;;
    ,-s | ,--set) kind=setting ;;
    ,--pidfile) kind=file ;;
    ,--umask) kind=other ;;
    ,-h | ,--help) kind=topic ;;
    decode,--protocol) kind=choice words='line fixed length resp memcached http modbus modbus-rtu modbus-ascii dns iso8583 scpi mongodb kafka cassandra diameter mysql postgresql' ;;
    decode,-s | decode,--set) kind=setting ;;
    probe,--protocol) kind=choice words='line fixed length resp memcached http modbus modbus-rtu modbus-ascii dns iso8583 scpi mongodb kafka cassandra diameter mysql postgresql' ;;
    probe,--target) kind=other ;;
    probe,--request) kind=other ;;
    probe,-s | probe,--set) kind=setting ;;
    admin,--socket) kind=other ;;
    admin,--watch) kind=other ;;
    status,--socket) kind=other ;;
    status,--watch) kind=other ;;
    top,--socket) kind=other ;;
    top,--interval) kind=other ;;
    esac
}

# COMMAND: sets words to its options and tools.
_proximux_words()
{
    case $1 in
    '') words='--listen --target --max-connections --mode --protocol --log-level --io-backend --services --service --config --set --check-config --print-config --demo --tls --daemon --pidfile --umask --version --help decode probe admin status top' ;;
    decode) words='--protocol --response --set --help' ;;
    probe) words='--protocol --target --request --set --help' ;;
    admin) words='--socket --json --watch --help' ;;
    status) words='--socket --json --watch --help' ;;
    top) words='--socket --interval --help' ;;
    esac
}

# SETTING: sets words to its choices.
_proximux_choices()
{
    words=
    case $1 in
    local.proxy_protocol) words='off on' ;;
    local.tls) words='off on starttls starttls_required' ;;
    local.tls_client) words='none optional required' ;;
    local.tls_min_version) words='1.2 1.3' ;;
    target.1.proxy_protocol) words='off v1 v2' ;;
    target.1.tls) words='off on starttls' ;;
    target.1.tls_verify) words='full chain none' ;;
    target.1.tls_min_version) words='1.2 1.3' ;;
    exchange.mode) words='auto proxy fifo funnel' ;;
    exchange.protocol) words='auto raw line fixed length resp memcached http modbus modbus-rtu modbus-ascii dns iso8583 scpi mongodb kafka cassandra diameter mysql postgresql' ;;
    exchange.pairing) words='auto exclusive order identifier' ;;
    exchange.stateful) words='auto tie refuse' ;;
    exchange.length_order) words='big little' ;;
    exchange.length_encoding) words='binary bcd decimal hexadecimal' ;;
    exchange.id_order) words='big little' ;;
    exchange.response_id_order) words='auto big little' ;;
    exchange.resp_unknown) words='close tie pass' ;;
    exchange.unknown_id) words='close ignore' ;;
    exchange.modbus_unit) words='strict any' ;;
    exchange.modbus_target) words='tcp rtu ascii' ;;
    exchange.http_chunked) words='length pass' ;;
    exchange.http_expect) words='target proxy' ;;
    exchange.http_forwarded) words='off x-forwarded-for forwarded' ;;
    auth.method) words='auto trust password md5 scram native sha2' ;;
    check.kind) words='auto connect protocol exchange' ;;
    log.format) words='auto json text' ;;
    log.requests) words='auto 0 1' ;;
    log.connections) words='auto 0 1' ;;
    access.hook_failure) words='deny allow' ;;
    limits.action) words='close reset' ;;
    io.backend) words='auto epoll poll' ;;
    admin.commands) words='none socket all' ;;
    esac
}

# Sets words for what follows --set; `before` keeps what is complete.
_proximux_setting()
{
    case $value in
    *=*)
        before+=${value%%=*}=
        _proximux_choices "${value%%=*}"
        value=${value#*=}
        ;;
    *)
        words='local.host= local.port= local.path= local.path_mode= local.path_group= local.ipv6_only= local.max_connections= local.backlog= local.proxy_protocol= local.proxy_from= local.preface_timeout= local.keep_alive= local.user_timeout= local.idle_timeout= local.half_close_timeout= local.max_requests= local.password= local.failed_auth= local.login_timeout= local.statement_memory= local.failed_auth_delay= local.tls= local.tls_certificate= local.tls_key= local.tls_strict_sni= local.tls_client= local.tls_client_ca= local.tls_client_crl= local.tls_client_names= local.tls_min_version= local.tls_ciphers= local.tls_ciphersuites= local.tls_alpn= local.tls_tickets= target.1.host= target.1.port= target.1.path= target.1.keep_alive= target.1.user_timeout= target.1.connections= target.1.username= target.1.password= target.1.database= target.1.proxy_protocol= target.1.proxy_tlvs= target.1.tls= target.1.tls_verify= target.1.tls_ca= target.1.tls_name= target.1.tls_crl= target.1.tls_certificate= target.1.tls_key= target.1.tls_min_version= target.1.tls_ciphers= target.1.tls_ciphersuites= target.1.tls_alpn= target.1.tls_resume= exchange.mode= exchange.protocol= exchange.pairing= exchange.pipeline= exchange.stateful= exchange.funnel_async= exchange.raw_gap= exchange.trial_timeout= exchange.queue_timeout= exchange.tie_timeout= exchange.response_timeout= exchange.request_timeout= exchange.batch_timeout= exchange.stall_timeout= exchange.abandon_limit= exchange.abandon_timeout= exchange.tie_idle_timeout= exchange.discard_timeout= exchange.discard_limit= exchange.request_buffer= exchange.response_buffer= exchange.total_buffer= exchange.reserve= exchange.max_queue= exchange.max_message= exchange.delimiter= exchange.line_reply= exchange.message_size= exchange.length_offset= exchange.length_width= exchange.length_order= exchange.length_encoding= exchange.length_adjust= exchange.length_min= exchange.id_offset= exchange.id_width= exchange.id_order= exchange.response_id_offset= exchange.response_id_width= exchange.response_id_order= exchange.resp_unknown= exchange.unknown_id= exchange.id_reuse= exchange.modbus_unit_backoff= exchange.mysql_kill= exchange.modbus_unit= exchange.modbus_units= exchange.modbus_target= exchange.http_connect= exchange.http_chunked= exchange.http_expect= exchange.http_expect_timeout= exchange.http_forwarded= auth.file= auth.method= auth.query= auth.user= auth.database= exchange.diameter_identity= exchange.diameter_realm= exchange.diameter_applications= pool.connections= pool.warmup= pool.connect_timeout= pool.connect_delay= pool.request_gap= pool.login_retry= pool.switch_delay= pool.statements= pool.settle= pool.max_tied= pool.prologue= pool.prologue_expect= pool.inactive_timeout= pool.lifetime= pool.backoff_min= pool.backoff_max= check.interval= check.kind= check.request= check.expect= check.timeout= check.fall= check.rise= check.down_interval= check.lazy= log.level= log.format= log.file= log.file_size= log.file_count= log.queue= log.queue_bytes= log.mask_addresses= log.data_limit= log.requests= log.slow= log.connections= access.deny= access.allow= access.uids= access.hook= access.hook_timeout= access.hook_failure= limits.reconnects= limits.connections= limits.connection_rate= limits.connection_burst= limits.request_rate= limits.prefix4= limits.prefix6= limits.exempt= limits.table= limits.memory= limits.action= io.backend= io.threads= io.read_size= io.resolver_threads= shutdown.delay= shutdown.drain_timeout= shutdown.first_request_timeout= tls.watch= admin.listen= admin.access= admin.commands= admin.token= admin.token_file= admin.path_mode= admin.live_timeout= admin.ready_targets= script.file= script.output= script.instructions= script.memory='
        compopt -o nospace 2>/dev/null
        ;;
    esac
}

_proximux()
{
    local line=${COMP_LINE:0:COMP_POINT} command='' kind='' words='' before='' option value word rest kept='' each
    COMPREPLY=()
    [[ $line =~ ^[[:space:]]*[^[:space:]]+[[:space:]]+(decode|probe|admin|status|top)[[:space:]] ]] && command=${BASH_REMATCH[1]}
    word=${line##*[[:space:]]}
    rest=${line%"$word"}
    rest=${rest%"${rest##*[![:space:]]}"}
    if [[ $word == --*=* ]]; then
        option=${word%%=*} value=${word#*=} before=$option=
    else
        option=${rest##*[[:space:]]} value=$word
    fi
    _proximux_option "$command,$option"
    case $kind in
    setting) _proximux_setting ;;
    topic) words='local.host local.port local.path local.path_mode local.path_group local.ipv6_only local.max_connections local.backlog local.proxy_protocol local.proxy_from local.preface_timeout local.keep_alive local.user_timeout local.idle_timeout local.half_close_timeout local.max_requests local.password local.failed_auth local.login_timeout local.statement_memory local.failed_auth_delay local.tls local.tls_certificate local.tls_key local.tls_strict_sni local.tls_client local.tls_client_ca local.tls_client_crl local.tls_client_names local.tls_min_version local.tls_ciphers local.tls_ciphersuites local.tls_alpn local.tls_tickets target.1.host target.1.port target.1.path target.1.keep_alive target.1.user_timeout target.1.connections target.1.username target.1.password target.1.database target.1.proxy_protocol target.1.proxy_tlvs target.1.tls target.1.tls_verify target.1.tls_ca target.1.tls_name target.1.tls_crl target.1.tls_certificate target.1.tls_key target.1.tls_min_version target.1.tls_ciphers target.1.tls_ciphersuites target.1.tls_alpn target.1.tls_resume exchange.mode exchange.protocol exchange.pairing exchange.pipeline exchange.stateful exchange.funnel_async exchange.raw_gap exchange.trial_timeout exchange.queue_timeout exchange.tie_timeout exchange.response_timeout exchange.request_timeout exchange.batch_timeout exchange.stall_timeout exchange.abandon_limit exchange.abandon_timeout exchange.tie_idle_timeout exchange.discard_timeout exchange.discard_limit exchange.request_buffer exchange.response_buffer exchange.total_buffer exchange.reserve exchange.max_queue exchange.max_message exchange.delimiter exchange.line_reply exchange.message_size exchange.length_offset exchange.length_width exchange.length_order exchange.length_encoding exchange.length_adjust exchange.length_min exchange.id_offset exchange.id_width exchange.id_order exchange.response_id_offset exchange.response_id_width exchange.response_id_order exchange.resp_unknown exchange.unknown_id exchange.id_reuse exchange.modbus_unit_backoff exchange.mysql_kill exchange.modbus_unit exchange.modbus_units exchange.modbus_target exchange.http_connect exchange.http_chunked exchange.http_expect exchange.http_expect_timeout exchange.http_forwarded auth.file auth.method auth.query auth.user auth.database exchange.diameter_identity exchange.diameter_realm exchange.diameter_applications pool.connections pool.warmup pool.connect_timeout pool.connect_delay pool.request_gap pool.login_retry pool.switch_delay pool.statements pool.settle pool.max_tied pool.prologue pool.prologue_expect pool.inactive_timeout pool.lifetime pool.backoff_min pool.backoff_max check.interval check.kind check.request check.expect check.timeout check.fall check.rise check.down_interval check.lazy log.level log.format log.file log.file_size log.file_count log.queue log.queue_bytes log.mask_addresses log.data_limit log.requests log.slow log.connections access.deny access.allow access.uids access.hook access.hook_timeout access.hook_failure limits.reconnects limits.connections limits.connection_rate limits.connection_burst limits.request_rate limits.prefix4 limits.prefix6 limits.exempt limits.table limits.memory limits.action io.backend io.threads io.read_size io.resolver_threads shutdown.delay shutdown.drain_timeout shutdown.first_request_timeout tls.watch admin.listen admin.access admin.commands admin.token admin.token_file admin.path_mode admin.live_timeout admin.ready_targets script.file script.output script.instructions script.memory local target exchange auth exchange pool check log access limits io shutdown tls admin script' ;;
    file) ;;
    '')
        if [[ $command == decode && $word != -* ]]; then
            kind=file
        else
            _proximux_words "$command"
        fi
        ;;
    esac
    # bash replaces only what follows the last = or : that breaks words
    for each in = :; do
        [[ $COMP_WORDBREAKS == *$each* && $word == *$each* ]] || continue
        rest=${word%"${word##*"$each"}"}
        [ ${#rest} -le ${#kept} ] || kept=$rest
    done
    if [[ $kind == file ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$value")
    else
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$value")
    fi
    for each in "${!COMPREPLY[@]}"; do
        rest=$before${COMPREPLY[each]}
        COMPREPLY[each]=${rest#"$kept"}
    done
}

complete -F _proximux proximux
