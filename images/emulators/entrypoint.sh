#!/bin/sh
# Starts one of the emulators: gcs | bigquery | source DIR. Anything else is run as it stands.
set -eu

GCS_DATA=${GCS_DATA:-/data/gcs}
BIGQUERY_DATA=${BIGQUERY_DATA:-/data/bigquery}

# A volume that belongs to someone else is told apart from an emulator that is broken.
need_writable() {
    mkdir -p "$1" 2>/dev/null || true
    if [ ! -w "$1" ]; then
        echo "emulator: $1 is not writable for uid $(id -u): mount a volume that belongs to it" >&2
        exit 1
    fi
}

case "${1:-}" in
gcs)
    shift
    need_writable "$GCS_DATA"
    exec gcp-storage-emulator --data-dir "$GCS_DATA" start --host 0.0.0.0 --port "${GCS_PORT:-9023}" "$@"
    ;;
bigquery)
    shift
    need_writable "$BIGQUERY_DATA"
    # gs:// addresses are files in the folder of the storage emulator. No extension is fetched from the network.
    export BQEMU_GCS_LOCAL_ROOT="${BQEMU_GCS_LOCAL_ROOT:-$GCS_DATA/.cloudstorage}"
    export BQEMU_ENABLE_FORMAT_EXTENSIONS="${BQEMU_ENABLE_FORMAT_EXTENSIONS:-false}"
    export BQEMU_LOG_LEVEL="${BQEMU_LOG_LEVEL:-warning}"
    export BQEMU_LOG_FORMAT="${BQEMU_LOG_FORMAT:-console}"
    exec bqemulator start --persistent --data-dir "$BIGQUERY_DATA" \
        --rest-host 0.0.0.0 --rest-port "${BIGQUERY_PORT:-9050}" \
        --grpc-host 0.0.0.0 --grpc-port "${BIGQUERY_GRPC_PORT:-9060}" "$@"
    ;;
source)
    folder=${2:?"emulator: source needs the folder to serve"}
    exec python3 -m http.server --bind 0.0.0.0 --directory "$folder" "${SOURCE_PORT:-8000}"
    ;;
*)
    exec "$@"
    ;;
esac
