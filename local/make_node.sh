#!/bin/sh
# Install what a package-lock.json pins, its digests checked and no scripts run: make_node.sh SOURCE DIRECTORY WHAT
set -eu
source=$1 directory=$2 what=$3
if ! command -v npm >/dev/null; then
  echo "npm is not installed, so $what are not either" >&2
  exit 0
fi
echo "installing $source/package-lock.json into $directory"
mkdir -p "$directory"
cp "$source/package.json" "$source/package-lock.json" "$directory"
if ! (cd "$directory" && npm ci --ignore-scripts --no-audit --no-fund >install.log 2>&1); then
  tail -n 20 "$directory/install.log" >&2
  exit 1
fi
touch "$directory/.ready"
