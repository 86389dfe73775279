# shellcheck shell=bash
#
# Not a server, but fetched and handed on like one: an interpreter with the tests' packages. Part of
# tests/tools/servers, which see.

fetch_python() {
    local dir=$CACHE/venv log=$CACHE/venv.log
    cmp -s "$TOOLS/requirements.txt" "$dir/requirements.txt" && return
    rm -rf "$dir"
    note "downloading Python packages from PyPI (80 MB unpacked) ..."
    if ! { python3 -m venv "$dir" &&
        "$dir/bin/python3" -m pip install -q --retries 2 --disable-pip-version-check -r "$TOOLS/requirements.txt"; } \
        </dev/null >"$log" 2>&1; then
        first_errors "$log"
        die "could not download the Python packages of the tests from PyPI: connect this machine to the network, then try again"
    fi
    cp "$TOOLS/requirements.txt" "$dir/requirements.txt"
}

start_python() {
    {
        echo "PYTHON='$CACHE/venv/bin/python3'"
        echo "PATH='$CACHE/venv/bin':\$PATH"
    } >"$1/env"
}
halt_python() { :; }
kill_python() { :; }
remove_python() { :; }
