#!/usr/bin/env bash
# The steps of week 2 of the data engineering course, as they are typed there, with orch in place of prefect.
# Needs a controller with an agent on the queue "default" that has the image, and the blocks that the flows name
# (docker compose up brings all of it; see course.md). Works in the current folder.
#
# usage: course.sh
#   COURSE_IMAGE    the image, or the flow program with COURSE_INFRA=process; taxi:latest
#   COURSE_INFRA    docker or process; docker
#   COURSE_SOURCE   another address of the months than the flow's own
#   COURSE_AGENT    yes starts an agent of its own, and ends it
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
image=${COURSE_IMAGE:-taxi:latest}
infra=${COURSE_INFRA:-docker}
source_json=${COURSE_SOURCE:+,\"source\":\"$COURSE_SOURCE\"}

say() { printf '\n== %s\n' "$*"; }

if [ "${COURSE_AGENT:-no}" = yes ]; then
    say "An agent"
    orch agent start --work-queue "default" &
    agent=$!
    trap 'kill "$agent" && wait "$agent" || true' EXIT
fi

say "Build: the flow's deployment as a file"
orch deployment build "$image:etl_parent_flow" -n "Parametrized ETL" -i "$infra"

say "Edit it: other parameters"
sed -i "s#^parameters: {}#parameters: {\"color\":\"yellow\",\"months\":[1,2,3],\"year\":2021$source_json}#" \
    etl_parent_flow-deployment.yaml
grep '^parameters:' etl_parent_flow-deployment.yaml
orch deployment diff etl_parent_flow-deployment.yaml || [ $? = 1 ]

say "Apply it"
orch deployment apply etl_parent_flow-deployment.yaml

say "Run it: months 1 to 3"
orch deployment run "etl-parent-flow/Parametrized ETL"

say "Run it with other parameters"
orch deployment run "etl-parent-flow/Parametrized ETL" -p "months=[1]" -p "color=yellow" -p "year=2021"

say "On a schedule: 07:00 on the 2nd of each month; then paused"
orch deployment build "$image:etl-parent-flow" -n "Monthly ETL" -i "$infra" --cron "0 7 2 * *" --timezone "Europe/Berlin" \
    -o monthly.yaml -a
orch deployment pause-schedule "etl-parent-flow/Monthly ETL"

say "Through an infrastructure block"
if [ "$infra" = docker ]; then
    orch block create docker-container zoom --set image="$image" --set image_pull_policy=if_not_present
    orch deployment build "$image:parent_flow_runner" -n zoom-flow -ib docker-container/zoom -a
    orch deployment run parent_flow_runner/zoom-flow -p "month=1" -p "color=yellow" -p "year=2021" \
        ${COURSE_SOURCE:+-p "source=$COURSE_SOURCE"}
fi

if [ "$infra" = docker ] && [ "$image" = taxi:latest ]; then
    say "A file that Prefect 2.7 wrote, as it is"
    orch deployment apply "$here/course-prefect.yaml"
    orch deployment run "etl-parent-flow/From Prefect" -p "months=[1]" ${COURSE_SOURCE:+-p "source=$COURSE_SOURCE"}
fi

say "What there is"
orch deployment ls --flow-name etl_parent_flow
orch deployment versions "etl-parent-flow/Parametrized ETL"
