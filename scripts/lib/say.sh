# shellcheck shell=bash
# What the scripts tell their user. Sourced, not run.

# A step begins.
say() { printf '==> %s\n' "$*"; }

# A fact that belongs to the step.
note() { printf '    %s\n' "$*"; }

# The end: what failed, why, and what to do.
die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# Runs a command quietly; shows what it printed only where it fails.
quietly() {
    local log status=0
    log=$(mktemp)
    "$@" </dev/null >"$log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 60 "$log" >&2
        rm -f "$log"
        printf 'error: exit %s from: %s\n' "$status" "$*" >&2
        return "$status"
    fi
    rm -f "$log"
}
