# shellcheck shell=bash
# The compose stack, by either generation of the tool. Sourced after say.sh.

# compose ARG...: v2 where it is there, else docker-compose 1.29.
compose() {
    if [ -z "${compose_tool:-}" ]; then
        if docker compose version >/dev/null 2>&1; then compose_tool="docker compose"; else compose_tool=docker-compose; fi
    fi
    # shellcheck disable=SC2086  # two words
    $compose_tool "$@"
}

# The project's name: of a container there is, because the two generations make it of the folder in two ways.
compose_project() {
    if [ -z "${project_name:-}" ]; then
        project_name=$(compose ps --quiet server | head -n 1 |
            xargs -r docker inspect --format '{{index .Config.Labels "com.docker.compose.project"}}')
    fi
    echo "$project_name"
}

# The container of a service, whether it runs or not; nothing where there is none. Asks the engine, which is quicker.
service_container() {
    docker ps --all --quiet --filter "label=com.docker.compose.project=$project_name" \
        --filter "label=com.docker.compose.service=$1" | head -n 1
}

# How a container of the stack fares: healthy, running, exited 0, missing …
service_state() {
    local container
    compose_project >/dev/null
    container=$(service_container "$1")
    [ -n "$container" ] || { echo missing && return; }
    docker inspect --format \
        '{{if eq .State.Status "exited"}}exited {{.State.ExitCode}}{{else if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}' \
        "$container"
}

# Waits until the stack serves; says which part does not, with its last lines.
wait_for_stack() {
    local service state deadline=$((SECONDS + 180))
    compose_project >/dev/null
    for service in server agent postgres gcs bigquery source; do
        until state=$(service_state "$service") && [ "$state" = healthy ]; do
            if [ "$SECONDS" -ge "$deadline" ] || [[ $state == exited* ]]; then
                compose logs --tail 30 "$service" >&2
                die "the service $service is $state; its last lines are above"
            fi
            sleep 0.3
        done
    done
}

# HOST:PORT of a service's published port: published PORT of SERVICE.
published() { compose port "$1" "$2"; }

# Digits in groups of three: 1746445.63 is 1,746,445.63.
grouped() { printf '%s' "$1" | sed -E ':again; s/^(-?[0-9]+)([0-9]{3})/\1,\2/; t again'; }

# Rows of a BigQuery query, values of a row between tabs. Asked inside the emulator's container, by plain HTTP.
bigquery_rows() {
    compose exec -T bigquery python3 - "$1" <<'PYTHON'
import json, sys, urllib.request
request = urllib.request.Request(
    "http://127.0.0.1:9050/bigquery/v2/projects/orch-local/queries",
    json.dumps({"query": sys.argv[1], "useLegacySql": False}).encode(), {"Content-Type": "application/json"})
try:
    answer = json.load(urllib.request.urlopen(request, timeout=120))
except urllib.error.HTTPError as error:
    sys.exit(f"BigQuery answers {error.code}: {error.read().decode(errors='replace')[:500]}")
if answer.get("errors"):
    sys.exit(f"BigQuery: {answer['errors'][0]['message']}")
for row in answer.get("rows", []):
    print(*(field["v"] for field in row["f"]), sep="\t")
PYTHON
}

# Objects of the lake whose names begin so: "name size" a line.
lake_objects() {
    compose exec -T gcs python3 - "$1" <<'PYTHON'
import json, sys, urllib.parse, urllib.request
address = "http://127.0.0.1:9023/storage/v1/b/orch-lake/o?prefix=" + urllib.parse.quote(sys.argv[1], safe="")
for item in json.load(urllib.request.urlopen(address, timeout=60)).get("items", []):
    print(item["name"], item["size"])
PYTHON
}

# Rows of a PostgreSQL query, values of a row between tabs.
postgres_rows() {
    compose exec -T postgres psql -U orch -d ny_taxi -v ON_ERROR_STOP=1 -qAtF $'\t' -c "$1" </dev/null
}
