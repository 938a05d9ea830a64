# The images of orch: targets `orch` (controller, agent, command line) and `taxi` (the flow image).
#
# With a registry everything is built here, from the Swift image. Without one, scripts/demo builds the binaries on the
# host into prebuilt/ and passes BUILD_IMAGE=debian:bookworm-slim (docs/decisions/0004-one-dockerfile.md).
# Plain syntax on purpose: BuildKit and the old builder (DOCKER_BUILDKIT=0) both build it.
ARG BUILD_IMAGE=swift:6.3-bookworm
ARG RUNTIME_IMAGE=debian:bookworm-slim

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY . .
RUN scripts/build-binaries /out

FROM ${RUNTIME_IMAGE} AS runtime
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libcurl4 tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --create-home --skel /nonexistent --shell /usr/sbin/nologin orch

FROM runtime AS orch
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git libpq5 libsqlite3-0 libzstd1 \
    && rm -rf /var/lib/apt/lists/* \
    && install --directory --owner=orch --group=orch --mode=0700 /var/lib/orch
COPY --from=build /out/orch /usr/local/bin/orch
USER 1000:1000
WORKDIR /home/orch
EXPOSE 4200
HEALTHCHECK --interval=5s --timeout=5s --retries=6 CMD ["orch", "server", "health"]
ENTRYPOINT ["orch"]
CMD ["server", "start", "--host", "0.0.0.0", "--data", "/var/lib/orch"]

FROM runtime AS taxi
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libdeflate0 libisal2 libpq5 libsnappy1v5 libzstd1 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/taxi /usr/local/bin/taxi
# What an agent reads to know the flows, without starting anything.
RUN mkdir -p /etc/orch && taxi describe --json > /etc/orch/describe.json
USER 1000:1000
WORKDIR /home/orch
CMD ["taxi", "flows"]
