# shellcheck shell=bash
# What a script needs of the machine: packages, and a Docker daemon that answers. Sourced after say.sh.

# Runs a command as root; asks nothing.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        die "this needs root, and sudo without a password is not set up here; as root, run: $*"
    fi
}

# install_packages NAME...: those Debian packages that are not installed yet.
install_packages() {
    local name missing=()
    for name in "$@"; do
        [ "$(dpkg-query --show --showformat='${db:Status-Abbrev}' "$name" 2>/dev/null)" = 'ii ' ] || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        die "missing: ${missing[*]} (names of Debian packages); this is no Debian, so install their like yourself"
    say "Installing ${missing[*]}"
    quietly as_root apt-get update
    quietly as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --no-install-recommends "${missing[@]}"
}

# need COMMAND PACKAGE...: the packages, where the command is missing. A command that came another way will do.
need() {
    local command=$1
    shift
    command -v "$command" >/dev/null || install_packages "$@"
}

docker_answers() { timeout 20 docker info >/dev/null 2>&1 </dev/null; }

# A daemon that answers: the one that runs, else one that is started here.
need_docker() {
    need docker docker.io
    ! docker_answers || return 0
    local why log=/var/log/dockerd.log
    why=$(timeout 20 docker info 2>&1 >/dev/null </dev/null | tail -n 1) || true
    case "$why" in
    *"permission denied"*) die "you may not use the Docker daemon: $why. Join the group docker, or use sudo" ;;
    esac
    [ -z "${DOCKER_HOST:-}" ] || die "no Docker daemon answers at DOCKER_HOST=$DOCKER_HOST: $why"
    need dockerd docker.io
    say "Starting the Docker daemon (none answers)"
    if [ -d /run/systemd/system ]; then
        as_root systemctl start docker
    else
        # Without systemd nobody has mounted the control groups yet.
        [ -e /sys/fs/cgroup/cgroup.controllers ] || [ -d /sys/fs/cgroup/memory ] || install_packages cgroupfs-mount
        as_root sh -c "setsid dockerd </dev/null >>$log 2>&1 &"
    fi
    local deadline=$((SECONDS + 60))
    until docker_answers; do
        [ "$SECONDS" -lt "$deadline" ] ||
            die "the Docker daemon does not answer after 60 s; its last lines: $(as_root tail -n 5 "$log" 2>&1)"
        sleep 0.5
    done
}

# A compose of either kind.
need_compose() {
    docker compose version >/dev/null 2>&1 || need docker-compose docker-compose
}
