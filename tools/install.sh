#!/bin/sh
# Makes .venv and installs a lock and this project into it:  sh tools/install.sh requirements.lock
# With uv if it is on the PATH, with pip if not. What was interrupted is made afresh.
set -eu

lock=$1
venv=.venv
unfinished=$venv/unfinished

say() { printf '%s\n' "$*" >&2; }
is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# An unfinished installation leaves packages that look installed and are not.
if [ -e "$unfinished" ]; then
    say "The last installation into $venv did not finish: starting it afresh."
    rm -rf "$venv"
elif [ -d "$venv" ] && ! is_new_enough "$venv/bin/python"; then
    say "$venv has no working Python 3.11 or newer: making it afresh."
    rm -rf "$venv"
fi

if ! [ -d "$venv" ]; then
    python=
    for name in ${PYTHON3:-} python3 python3.13 python3.12 python3.11 python; do
        if is_new_enough "$name"; then
            python=$name
            break
        fi
    done
    if [ -z "$python" ]; then
        say "Python 3.11 or newer was not found; python3 is $(python3 --version 2>/dev/null || echo missing)."
        say "Install one, or say where it is:  make PYTHON3=/path/to/python3.11 study"
        exit 1
    fi
    if ! command -v uv >/dev/null && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        say "$($python --version) cannot make virtual environments: its venv module is missing."
        say "On Debian and Ubuntu:  sudo apt install python3-venv"
        exit 1
    fi
fi

with_uv() { uv pip install --quiet --python "$venv/bin/python" --no-deps "$@"; }
with_pip() {
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps "$@"
}

packages_with_uv() {
    command -v uv >/dev/null || return 1
    say "Installing $(grep -c '==' "$lock") packages into $venv with uv."
    [ -e "$venv/bin/python" ] ||
        uv venv --quiet --allow-existing --python "$python" "$venv" || return 1
    with_uv --compile-bytecode --require-hashes --requirement "$lock" && return
    say "uv did not manage; trying pip."
    return 1
}

packages_with_pip() {
    say "Installing $(grep -c '==' "$lock") packages into $venv with pip: about a minute."
    [ -e "$venv/bin/python" ] || "$python" -m venv "$venv"
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 ||
        "$venv/bin/python" -m ensurepip >/dev/null
    with_pip --require-hashes --requirement "$lock"
}

mkdir -p "$venv"
: >"$unfinished"
if packages_with_uv; then
    with_uv --no-build-isolation --editable .
else
    packages_with_pip
    with_pip --no-build-isolation --editable .
fi
rm "$unfinished"
