# shellcheck shell=bash
# The images of the stack: which way they are built on this machine, and whether they must be. Sourced after host.sh.

swift_image=swift:6.3-bookworm
base_image=debian:bookworm-slim
postgres_image=postgres:15
images_stamp=.cache/images.stamp

has_image() { docker image inspect "$1" >/dev/null 2>&1; }

# can_have IMAGE: it is here, or a registry gives it.
can_have() {
    has_image "$1" || timeout "${2:-120}" docker pull --quiet "$1" >/dev/null 2>&1 </dev/null
}

# True for the base that images/base/build made: no registry answered then.
is_own_base() {
    [ "$(docker image inspect --format '{{index .Config.Labels "orch.base"}}' "$base_image" 2>/dev/null)" = debootstrap ]
}

# Sets ORCH_BUILD_IMAGE: the Swift image where it can be had, else the base, with binaries from this host.
choose_builder() {
    [ -z "${ORCH_BUILD_IMAGE:-}" ] || return 0
    if ! has_image "$base_image"; then
        say "Making the runtime base image $base_image, or pulling it (first time only)"
        need debootstrap debootstrap
        as_root images/base/build
    fi
    if ! is_own_base && can_have "$swift_image" 1800; then
        export ORCH_BUILD_IMAGE=$swift_image
        return
    fi
    command -v swift >/dev/null ||
        die "nothing can be compiled here: no registry gives $swift_image, and there is no Swift toolchain on the" \
            "PATH. Let Docker reach a registry, or install Swift 6.2 or newer"
    export ORCH_BUILD_IMAGE=$base_image
}

# The libraries that the binaries are linked with on this host, by the names in Package.swift.
need_build_packages() {
    install_packages binutils libcurl4-openssl-dev libdeflate-dev libisal-dev libpq-dev libsnappy-dev libsqlite3-dev \
        libzstd-dev pkg-config zlib1g-dev
}

# One line for all that the images are made of, and for the images that came of it.
images_state() {
    {
        echo "$ORCH_BUILD_IMAGE"
        find Dockerfile .dockerignore Package.swift Sources scripts/build-binaries images/emulators images/postgres \
            -type f -exec sha256sum {} + | LC_ALL=C sort
        docker image inspect --format '{{.Id}}' orch:latest taxi:latest orch-emulators:latest "$postgres_image" \
            2>/dev/null || echo missing
    } | sha256sum
}

# Builds what has changed since the last time; nothing at all where nothing has.
build_images() {
    choose_builder
    ! images_state | cmp --silent - "$images_stamp" || return 0
    if [ "$ORCH_BUILD_IMAGE" = "$base_image" ]; then
        need_build_packages
        say "Building orch and taxi with $(swift --version 2>/dev/null | head -n 1) (no registry: on this host)"
        note "the first time takes about ten minutes on two cores"
        scripts/build-binaries prebuilt </dev/null
    fi
    if ! can_have "$postgres_image"; then
        say "Building $postgres_image from Debian's packages (no registry gives it)"
        quietly docker build --tag "$postgres_image" images/postgres
    fi
    say "Building the images orch, taxi and orch-emulators (some minutes the first time)"
    quietly compose build server taxi gcs
    mkdir -p "$(dirname "$images_stamp")"
    images_state >"$images_stamp"
}
