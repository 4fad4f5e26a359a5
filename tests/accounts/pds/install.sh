#!/bin/sh
# Install the Bluesky server that the tests run against, outside the working tree: about 360 MB, 1 to 3 minutes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${RISKCHECK_PDS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/riskcheck-pds}
mkdir -p "$target"
cp "$here/package.json" "$here/serve.mjs" "$target/"
if [ -d "$target/node_modules/@atproto/dev-env" ]; then
    exit 0
fi
cd "$target"
npm install --no-package-lock --no-audit --no-fund
