#!/usr/bin/env bash
# Renders from the chart deploy/install.yaml, for those who install without Helm, and the rights of the DRA driver, with which scenarios run:
#   eng/render-manifests.sh [FILE [DRA-FILE]]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

file=${1:-deploy/install.yaml}
dra=${2:-tests/MultiEni.Scenarios/Staging/dra-access.yaml}
helm=$(eng/get-helm.sh)

# No name can be resolved below .invalid (RFC 2606): without images of your own a pod says whose registry is missing, and pulls nobody else's.
render() {
  echo "# Made from charts/aws-multi-eni-controller by eng/render-manifests.sh; a test compares them. Change the chart and run it."
  # Whoever applies this file manages the objects, not Helm.
  "$helm" template aws-multi-eni-controller charts/aws-multi-eni-controller \
    --namespace eni-controller-system --set createNamespace=true --set image.repository=your-registry.invalid "$@" |
    sed -e 's#app.kubernetes.io/managed-by: Helm#app.kubernetes.io/managed-by: kubectl#' -e '/^ *helm.sh\/chart: /d' -e '/^# Source: /d'
}

render --kube-version 1.33.0 >"$file"
render --kube-version 1.34.0 --set eniManager.devicePublisher=dra \
  --show-only templates/rbac-manager.yaml --show-only templates/rbac-controller.yaml --show-only templates/policies.yaml --show-only templates/deviceclass.yaml >"$dra"
