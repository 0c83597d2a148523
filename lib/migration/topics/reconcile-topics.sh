#!/bin/sh
# Creates the missing topics and partitions of TOPICS in a Kafka cluster. It only ever adds: it never deletes a topic and never removes
# partitions. It runs in the image of Redpanda, whose rpk works with any Kafka.
#
# BROKERS  host:port, comma-separated
# TLS      true or false
# TOPICS   a line for each topic: its name, its partitions, and its retention in milliseconds, or - for the default of the brokers
# PATIENCE the seconds to wait for the brokers; 300 by default
set -eu

kafka() {
  rpk topic "$@" -X brokers="$BROKERS" -X tls.enabled="$TLS"
}

# Prints the number of partitions of a topic from the list of rpk (NAME PARTITIONS REPLICAS); nothing if the topic does not exist.
partitions_of() {
  while read -r name partitions _; do
    if [ "$name" = "$1" ]; then
      echo "$partitions"
    fi
  done <<LIST
$existing
LIST
}

waited=0
until existing=$(kafka list); do
  if [ "$waited" -ge "${PATIENCE:-300}" ]; then
    echo "the brokers did not answer for $waited seconds: $BROKERS" >&2
    exit 1
  fi
  sleep 5
  waited=$((waited + 5))
done

printf '%s\n' "$TOPICS" | while read -r topic wanted retention; do
  if [ -z "$topic" ]; then
    continue
  fi
  found=$(partitions_of "$topic")
  if [ -z "$found" ]; then
    echo "$topic: creating with $wanted partition(s)"
    # -1: the replication factor of the brokers.
    if ! kafka create "$topic" --partitions "$wanted" --replicas -1; then
      # A consumer may have created it meanwhile.
      existing=$(kafka list)
      [ -n "$(partitions_of "$topic")" ]
    fi
  elif [ "$found" -lt "$wanted" ]; then
    echo "$topic: growing from $found to $wanted partitions"
    kafka add-partitions "$topic" --num "$((wanted - found))"
  fi
  if [ "$retention" != - ]; then
    kafka alter-config "$topic" --set "retention.ms=$retention"
  fi
done
echo 'all topics exist'
