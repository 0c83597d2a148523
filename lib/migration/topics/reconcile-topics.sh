#!/bin/sh
# Brings a Kafka cluster's topics to what TOPICS wants, and only ever adds: a topic that is there is never deleted, and never gets fewer
# partitions. Runs in the image of Redpanda, whose rpk speaks to any Kafka.
#
# BROKERS  host:port, comma-separated
# TLS      true or false
# TOPICS   a line for each topic: its name, its partitions, and how long messages are kept in milliseconds, or - for as long as the brokers say
# PATIENCE how many seconds to wait for the brokers; 300 where it is not set
set -eu

kafka() {
  rpk topic "$@" -X brokers="$BROKERS" -X tls.enabled="$TLS"
}

# How many partitions a topic has in the list that rpk prints (NAME PARTITIONS REPLICAS); nothing where it is not there.
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
    # -1: as many copies as the brokers are configured to keep.
    if ! kafka create "$topic" --partitions "$wanted" --replicas -1; then
      # Somebody else may have made it meanwhile: consumers make their own.
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
echo 'every topic is there'
