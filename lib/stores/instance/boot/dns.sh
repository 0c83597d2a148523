#!/usr/bin/env bash
# Points the name of the service to this instance, once it holds the volume.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

address="$(imds meta-data/local-ipv4)"
change() {
  aws route53 change-resource-record-sets --hosted-zone-id "$(setting ZONE)" --output text --change-batch "{\"Changes\":[{\"Action\":\"UPSERT\",
    \"ResourceRecordSet\":{\"Name\":\"$(setting HOST_NAME)\",\"Type\":\"A\",\"TTL\":10,\"ResourceRecords\":[{\"Value\":\"$address\"}]}}]}" >/dev/null
}
retry change || die "the record $(setting HOST_NAME) cannot be written"
say "$(setting HOST_NAME) is $address"
