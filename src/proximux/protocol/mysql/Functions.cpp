#include <proximux/protocol/mysql/Functions.h>

#include <algorithm>
#include <unordered_set>

namespace proximux::mysql
{

namespace
{

constexpr Bytes NAMES =
    "abs acos adddate addtime aes_decrypt aes_encrypt all and any any_value as ascii asin atan atan2 avg benchmark "
    "between bigint bin bin_to_uuid binary bit bit_and bit_count bit_length bit_or bit_xor blob boolean both by "
    "case cast ceil ceiling char char_length character character_length charset check chr coalesce coercibility "
    "collate collation column column_add column_check column_create column_delete column_exists column_get "
    "column_json column_list columns compress concat concat_ws connection_id constraint conv convert convert_tz "
    "cos cot count crc32 crc32c cume_dist curdate current_date current_role current_time current_timestamp "
    "current_user curtime database date date_add date_format date_sub datediff datetime day dayname dayofmonth "
    "dayofweek dayofyear dec decimal decode decode_oracle default degrees delete dense_rank des_decrypt "
    "des_encrypt distinct div double else elt encode encrypt end engine enum escape except exists exp explain "
    "export_set extract extractvalue field filter find_in_set first_value fixed float floor for force foreign "
    "format format_bytes format_pico_time from from_base64 from_days from_unixtime from_utf8 fulltext "
    "geomcollection geometry_collection geometrycollection geometryfromtext get_format glength greatest "
    "group_concat grouping having hex hour if ifnull ignore in index inet4 inet6 inet6_aton inet6_ntoa inet_aton "
    "inet_ntoa insert instr int integer intersect interval into is is_free_lock is_ipv4 is_ipv4_compat "
    "is_ipv4_mapped is_ipv6 is_used_lock is_uuid isnull join json json_array json_array_append json_array_insert "
    "json_array_intersect json_arrayagg json_compact json_contains json_contains_path json_depth json_detailed "
    "json_equals json_exists json_extract json_insert json_keys json_length json_loose json_merge json_merge_patch "
    "json_merge_preserve json_normalize json_object json_object_filter_keys json_object_to_array json_objectagg "
    "json_overlaps json_pretty json_query json_quote json_remove json_replace json_schema_valid "
    "json_schema_validation_report json_search json_set json_storage_free json_storage_size json_table json_type "
    "json_unquote json_valid json_value kdf key key_value lag last_day last_value lateral lcase lead leading least "
    "left length lengthb like limit linestring ln load_file localtime localtimestamp locate log log10 log2 "
    "longblob longtext lower lpad ltrim make_set makedate maketime master_gtid_wait master_pos_wait match max "
    "mbrcontains mbrcoveredby mbrcovers mbrdisjoint mbrequal mbrequals mbrintersects mbroverlaps mbrtouches "
    "mbrwithin md5 median mediumblob mediumint mediumtext member memberof microsecond mid min minus minute mod "
    "month monthname multilinestring multipoint multipolygon name_const natural_sort_key nchar nextval not now "
    "nth_value ntile nullif numeric nvarchar nvl nvl2 oct octet_length of offset old_password on or ord order "
    "outfile over overlaps partition partitions password percent_rank percentile_cont percentile_disc period_add "
    "period_diff pi point polygon position pow power precision primary procedure ps_current_thread_id ps_thread_id "
    "quarter quote radians rand random_bytes rank real regexp regexp_instr regexp_like regexp_replace "
    "regexp_substr release_all_locks release_lock repeat replace returning reverse right rlike roles_graphml "
    "rollup round row row_number rows rpad rtrim schema sec_to_time second select separator session_user set "
    "sformat sha sha1 sha2 sign signed sin sleep smallint some soundex space sqrt st_area st_asbinary st_asgeojson "
    "st_astext st_aswkb st_aswkt st_buffer st_centroid st_contains st_convexhull st_crosses st_difference "
    "st_dimension st_disjoint st_distance st_distance_sphere st_endpoint st_envelope st_equals st_exteriorring "
    "st_geohash st_geomcollfromtext st_geometryfromtext st_geometryn st_geometrytype st_geomfromgeojson "
    "st_geomfromtext st_geomfromwkb st_interiorringn st_intersection st_intersects st_isclosed st_isempty "
    "st_issimple st_isvalid st_latfromgeohash st_latitude st_length st_linefromtext st_longfromgeohash "
    "st_longitude st_makeenvelope st_mlinefromtext st_mpointfromtext st_mpolyfromtext st_numgeometries "
    "st_numinteriorrings st_numpoints st_overlaps st_pointfromgeohash st_pointfromtext st_pointn st_polyfromtext "
    "st_simplify st_srid st_startpoint st_swapxy st_symdifference st_touches st_transform st_union st_validate "
    "st_within st_x st_y statement_digest statement_digest_text std stddev stddev_pop stddev_samp str_to_date "
    "straight_join strcmp subdate substr substrb substring substring_index subtime sum sys_guid sysdate "
    "system_user text than then time time_format time_to_sec timediff timestamp timestampadd timestampdiff "
    "tinyblob tinyint tinytext to_base64 to_char to_days to_seconds trailing trim trim_oracle truncate ucase "
    "uncompress uncompressed_length unhex union unique unix_timestamp unsigned update updatexml upper use user "
    "using utc_date utc_time utc_timestamp uuid uuid_short uuid_to_bin uuid_v4 uuid_v7 validate_password_strength "
    "value values var_pop var_samp varbinary varchar varchar2 variance vec_distance vec_distance_cosine "
    "vec_distance_euclidean vec_fromtext vec_totext vector version wait_for_executed_gtid_set week weekday "
    "weekofyear weight_string when where window with within wsrep_last_seen_gtid wsrep_last_written_gtid "
    "wsrep_sync_wait_upto_gtid xor year yearweek";

std::unordered_set<Bytes> wordsIn(Bytes text)
{
    std::unordered_set<Bytes> words;
    while (!text.empty())
    {
        const Bytes word = text.substr(0, text.find(' '));
        words.insert(word);
        text.remove_prefix(std::min(word.size() + 1, text.size()));
    }
    return words;
}

} // namespace

bool isHarmlessBeforeBrackets(Bytes name)
{
    static const std::unordered_set<Bytes> WORDS = wordsIn(NAMES);
    return WORDS.count(name) != 0;
}

} // namespace proximux::mysql
