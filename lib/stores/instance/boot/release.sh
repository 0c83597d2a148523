#!/usr/bin/env bash
# Deletes the DNS record when the instance stops and none will follow, because the stack is deleted: a hosted zone with records cannot be deleted.
# Not at every stop: resolvers cache a missing name for 15 minutes.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[[ "$(systemctl is-system-running || true)" == stopping ]] || exit 0

group="$(aws autoscaling describe-auto-scaling-instances --output text --instance-ids "$(imds meta-data/instance-id)" \
  --query 'AutoScalingInstances[0].AutoScalingGroupName')"
desired="$(aws autoscaling describe-auto-scaling-groups --output text --auto-scaling-group-names "$group" \
  --query 'AutoScalingGroups[0].DesiredCapacity')"
[[ "$desired" == 0 ]] || exit 0

address="$(imds meta-data/local-ipv4)"
change() {
  aws route53 change-resource-record-sets --hosted-zone-id "$(setting ZONE)" --output text --change-batch "{\"Changes\":[{\"Action\":\"DELETE\",
    \"ResourceRecordSet\":{\"Name\":\"$(setting HOST_NAME)\",\"Type\":\"A\",\"TTL\":10,\"ResourceRecords\":[{\"Value\":\"$address\"}]}}]}" >/dev/null
}
retry change || die "the record $(setting HOST_NAME) cannot be taken away"
say "no instance follows: $(setting HOST_NAME) is gone"
