#!/bin/sh
# Make a virtual environment from a hashed requirements file, which names everything: make_venv.sh PYTHON DIRECTORY REQUIREMENTS
set -eu
python=$1 directory=$2 requirements=$3
echo "installing $requirements into $directory"
"$python" -m venv --clear "$directory"
log="$directory/install.log"
if ! "$directory/bin/python" -m pip install --disable-pip-version-check --no-deps --require-hashes -r "$requirements" >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "could not install $requirements; the whole log is in $log" >&2
  exit 1
fi
touch "$directory/.ready"
