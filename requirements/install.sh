#!/bin/sh
# Make .venv/ from the hash-checked requirements: `sh requirements/install.sh run|dev`, from the top folder.
# Needs only a python3 >= 3.9 with venv. Every path is relative, so the folder may be called anything.
set -eu
what=$1

say() { printf '%s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }

works() { "$1" -c "import sys, venv; sys.exit(sys.version_info < ($2))" >/dev/null 2>&1; }

# With the first Python that can: Debian's own cannot make a virtual environment without python3-venv.
tools() {
    [ -x .tools/bin/uv ] && cmp -s requirements/tools.txt .tools/installed.txt && return
    say "Preparing the tools…"
    seen=
    for old in python3 "$(recent_python || :)" python3.14 python3.13 python3.12 python3.11 python3.10 python3.9 python; do
        [ -n "$old" ] && works "$old" "3, 9" || continue
        seen=$old
        rm -rf .tools
        "$old" -m venv .tools >/dev/null 2>&1 && break
        rm -rf .tools
    done
    [ -n "$seen" ] || stop "Python 3.9 or later is needed to begin with: install python3 (and python3-venv)."
    [ -d .tools ] || stop "$seen cannot make a virtual environment: install its venv package (Debian: python3-venv)."
    .tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.txt ||
        stop "The installer could not be fetched: is there a network, or a package mirror in pip's configuration?"
    cp requirements/tools.txt .tools/installed.txt
}

# 3.12 first: the suite runs on it. A pyenv shim answers only for the version it is set to, hence the try.
recent_python() {
    for version in 3.12 3.13 3.14; do
        for found in "python$version" "${PYENV_ROOT:-${HOME:-}/.pyenv}"/versions/"$version"*/bin/"python$version" \
            "${HOME:-}"/.pyenv/versions/"$version"*/bin/"python$version"; do
            works "$found" "3, 12" && "$found" -c "import sys; print(sys.executable)" && return
        done
    done
    works python3 "3, 12" && python3 -c "import sys; print(sys.executable)"
}

environment() {
    [ -x .venv/bin/python ] && works .venv/bin/python "3, 12" && return
    rm -rf .venv
    if found=$(recent_python); then
        .tools/bin/uv venv --quiet --no-project --python "$found" .venv
    else
        say "No Python 3.12 here: fetching one…"
        .tools/bin/uv venv --quiet --no-project --managed-python --python 3.12 .venv ||
            stop "Python 3.12 or later is needed, and none could be fetched: install python3.12 (or: pyenv install 3.12)."
    fi
}

# uv does not read pip's configuration: pass on the mirror and the certificates that pip is told to use.
as_pip_is_told() {
    if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ] && given=$(pip_setting index-url); then
        export UV_DEFAULT_INDEX="$given"
    fi
    if [ -z "${SSL_CERT_FILE:-}" ] && given=$(pip_setting cert) && [ -f "$given" ]; then
        export SSL_CERT_FILE="$given"
    elif [ -f /etc/ssl/certs/ca-certificates.crt ] || [ -f /etc/pki/tls/certs/ca-bundle.crt ]; then
        export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}"
    fi
}

pip_setting() {
    .tools/bin/python -m pip config get "global.$1" 2>/dev/null ||
        .tools/bin/python -m pip config get ":env:.$1" 2>/dev/null
}

# Two of us at once on a new clone: the second waits, then finds the work done.
if command -v flock >/dev/null; then
    exec 9<Makefile
    flock 9
    [ -f ".venv/$what.ready" ] && [ -z "$(find requirements -type f -newer ".venv/$what.ready")" ] && exit 0
fi
tools
as_pip_is_told
environment
say "Installing what the portal needs ($what)…"
.tools/bin/uv pip install --quiet --python .venv/bin/python --compile-bytecode --require-hashes \
    -r "requirements/$what.txt" || stop "Some packages could not be installed: the reason is above."
touch .venv/run.ready
[ "$what" = run ] || touch ".venv/$what.ready"
