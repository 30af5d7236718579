#!/bin/bash
# Calls one of Debian's CNI plugins, with eni-ipam, as a container runtime does for a pod:   cni.sh COMMAND TYPE POD 'JSON OF THE DEVICE'
# The pod's network namespace has its name and is made when it is not there; its interface is net1.
set -euo pipefail
command=$1 type=$2 pod=$3 device=$4
mkdir -p /run/cni
[ -e "/run/netns/$pod" ] || ip netns add "$pod"
configuration="\"cniVersion\":\"1.0.0\",\"name\":\"pods\",\"type\":\"$type\",$device,\"ipam\":{\"type\":\"eni-ipam\",\"routes\":[{\"dst\":\"0.0.0.0/0\"}]}"
[ "$command" = ADD ] || configuration+=",\"prevResult\":$(cat "/run/cni/$pod")"
status=0
printf '{%s}' "$configuration" | CNI_COMMAND=$command CNI_CONTAINERID=$pod CNI_NETNS=/run/netns/$pod CNI_IFNAME=net1 CNI_PATH=/host/programs:/usr/lib/cni \
  CNI_ARGS="IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=$pod" "/usr/lib/cni/$type" >/run/cni/answer || status=$?
cat /run/cni/answer
[ "$command" != ADD ] || cp /run/cni/answer "/run/cni/$pod"
exit "$status"
