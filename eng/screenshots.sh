#!/usr/bin/env bash
# Takes the pictures of the map in docs/images, on the way of the browser tests that come past what they show:   eng/screenshots.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

eng/install-prerequisites.sh
dotnet build tests/MultiEni.Browser.Tests --nologo --verbosity quiet
mkdir -p docs/images
SCREENSHOTS="$PWD/docs/images" artifacts/bin/MultiEni.Browser.Tests/debug/MultiEni.Browser.Tests --progress off --no-ansi \
  --filter-method '*Texts_can_be_read_in_light_and_dark' '*A_large_cluster_is_drawn_from_afar_and_near_and_stays_fluid' '*From_the_first_NodeENI_to_the_last_ENI_that_goes'
