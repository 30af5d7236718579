#!/usr/bin/env bash
# Renders deploy/install.yaml from the chart, for those who install without Helm:   eng/render-manifests.sh [FILE]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# No name can be resolved below .invalid (RFC 2606): without images of your own a pod says whose registry is missing, and pulls nobody else's.
file=${1:-deploy/install.yaml}
helm=$(eng/get-helm.sh)
{
  echo "# Made from charts/aws-multi-eni-controller by eng/render-manifests.sh; a test compares them. Change the chart and run it."
  # Whoever applies this file manages the objects, not Helm.
  "$helm" template aws-multi-eni-controller charts/aws-multi-eni-controller \
    --namespace eni-controller-system --set createNamespace=true --set image.repository=your-registry.invalid --kube-version 1.33.0 |
    sed -e 's#app.kubernetes.io/managed-by: Helm#app.kubernetes.io/managed-by: kubectl#' -e '/^ *helm.sh\/chart: /d' -e '/^# Source: /d'
} >"$file"
