# Restores a backup on a server of this container, and compares it with the record of the backup. Variables: CONFIG, BUCKET_URL, DATABASE, BACKUP.
set -euo pipefail
folder=/tmp/drill
manifest="$BUCKET_URL/clickhouse/manifests/$BACKUP.json"

ask() {
  clickhouse client --host 127.0.0.1 --port 9000 --query "$@"
}

# Writes the result next to the records, and ends. The function reads it.
finish() {
  echo "$1: $2"
  ask "INSERT INTO FUNCTION s3('$BUCKET_URL/clickhouse/drills/$BACKUP.json', 'JSONEachRow')
    SELECT {outcome:String} AS outcome, {message:String} AS message, formatDateTime(now('UTC'), '%Y-%m-%dT%H:%i:%SZ') AS time
    SETTINGS s3_truncate_on_insert = 1" --param_outcome="$1" --param_message="${2:0:1000}"
  kill "$server"
  [ "$1" = passed ] && exit 0
  exit 1
}

mkdir -p "$folder"
printf '%s' "$CONFIG" > "$folder/config.xml"
clickhouse server --config-file="$folder/config.xml" &
server=$!
for ((attempt = 0; ; attempt++)); do
  if ask 'SELECT 1' > /dev/null 2>&1; then
    break
  fi
  if [ "$attempt" -ge 120 ] || ! kill -0 "$server"; then
    echo 'the server of the drill has not started'
    exit 1
  fi
  sleep 1
done

# The parts that the backup must have, from its record.
if ! error=$(ask "CREATE TABLE default.record ENGINE = Memory AS SELECT raw_blob AS text FROM s3('$manifest', 'RawBLOB')" 2>&1); then
  finish failed "the record of $BACKUP cannot be read: $error"
fi
ask "CREATE TABLE default.tables ENGINE = Memory AS SELECT t.1 AS name, t.2 AS parts FROM (
  SELECT arrayJoin(JSONExtract(text, 'tables', 'Array(Tuple(name String, parts Array(Tuple(String, UInt64))))')) AS t FROM default.record)"
ask "CREATE TABLE default.parts ENGINE = Memory AS SELECT name, p.1 AS hash, p.2 AS rows FROM (
  SELECT name, arrayJoin(parts) AS p FROM default.tables)"
if [ "$(ask 'SELECT count() FROM default.tables')" = 0 ]; then
  finish failed "the record of $BACKUP names no tables"
fi

fits=$(ask "SELECT JSONExtractUInt(text, 'bytes') * 1.1 < (SELECT sum(free_space) FROM system.disks) FROM default.record")
if [ "$fits" != 1 ]; then
  finish failed "$BACKUP does not fit on the disk of the drill; raise ephemeralStorage of restoreDrills, or restore it on an instance by hand"
fi

kafka=$(ask "SELECT arrayStringConcat(arrayMap(x -> '\`$DATABASE\`.\`' || x || '\`', JSONExtract(text, 'kafkaTables', 'Array(String)')), ', ') FROM default.record" --format TSVRaw)
location="S3('$BUCKET_URL/clickhouse/backups/$BACKUP')"
if ! error=$(ask "RESTORE DATABASE \`$DATABASE\` ${kafka:+EXCEPT TABLES $kafka} FROM $location" 2>&1); then
  finish failed "$BACKUP cannot be restored: $error"
fi

missing=$(ask "SELECT count() FROM default.parts WHERE (name, hash) NOT IN (
  SELECT table, hash_of_all_files FROM system.parts WHERE database = '$DATABASE' AND active)")
if [ "$missing" != 0 ]; then
  finish failed "$missing parts of $BACKUP are missing or different"
fi

# RESTORE copies files without reading them: this reads each one, and compares its checksum.
while read -r table; do
  if ! result=$(ask "CHECK TABLE \`$DATABASE\`.\`$table\` SETTINGS check_query_single_value_result = 1" 2>&1) || [ "$result" != 1 ]; then
    finish failed "the table $table of $BACKUP is damaged: $result"
  fi
done < <(ask 'SELECT name FROM default.tables ORDER BY name' --format TSVRaw)

finish passed "$(ask "SELECT toString(count()) || ' parts with ' || toString(sum(rows)) || ' rows in ' || toString(uniqExact(name)) || ' tables are as in the record' FROM default.parts")"
