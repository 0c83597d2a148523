#!/usr/bin/env bash
# Forwards packets of the VPC, and signals CloudFormation. cfn-signal needs no credentials: CloudFormation accepts signals of instances that belong to
# the stack (AWS CloudFormation User Guide, cfn-signal).
set -uo pipefail

# Where the tests let it write; on an instance, the root.
HOST="${NAT_INSTANCE_HOST:-}"

forward() {
  # The address may be associated a moment after the instance starts.
  for pause in 1 2 4 8 16 32 0; do
    dnf install --assumeyes iptables-services && break
    sleep "$pause"
  done
  local interface
  interface="$(ip -4 route show default | awk '{ print $5; exit }')"
  echo 'net.ipv4.ip_forward = 1' >"$HOST/etc/sysctl.d/90-nat.conf" &&
    sysctl --load="$HOST/etc/sysctl.d/90-nat.conf" &&
    systemctl enable --now iptables &&
    # The package's own rules reject what is forwarded.
    iptables --flush FORWARD &&
    iptables --table nat --append POSTROUTING --out-interface "$interface" --jump MASQUERADE &&
    service iptables save
}

forward
# If no deployment waits, because the group has replaced an instance by itself, CloudFormation rejects the signal.
"$HOST/opt/aws/bin/cfn-signal" --exit-code "$?" --stack "$STACK" --resource "$GROUP" --region "$REGION" || true
