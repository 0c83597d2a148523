#!/bin/sh
# Stands for the program of ClickHouse's image: its engine behind HTTP as the server, and a client of it. PYTHON, SERVE and PORT say where they are.
case "$1" in
server)
  folder="$(dirname "${2#--config-file=}")"
  exec "$PYTHON" "$SERVE" "$folder" "$folder/data" "$PORT" forever
  ;;
client)
  shift
  query='' format=TabSeparated parameters=''
  while [ $# -gt 0 ]; do
    case "$1" in
    --query) query="$2"; shift ;;
    --format) format="$2"; shift ;;
    --param_*) parameters="$parameters
${1#--}" ;;
    esac
    shift
  done
  QUERY="$query" FORMAT="$format" PARAMETERS="$parameters" exec "$PYTHON" -c '
import os, sys, urllib.error, urllib.parse, urllib.request
values = dict(line.split("=", 1) for line in os.environ["PARAMETERS"].strip().split("\n") if line)
query = urllib.parse.urlencode({**values, "default_format": os.environ["FORMAT"]})
try:
    url = "http://127.0.0.1:" + os.environ["PORT"] + "/?" + query
    print(urllib.request.urlopen(urllib.request.Request(url, os.environ["QUERY"].encode())).read().decode(), end="")
except urllib.error.HTTPError as error:
    sys.exit(error.read().decode())
'
  ;;
esac
