@testable import DeploymentFiles
import OrchModel

/// Files that several suites read.
enum Samples {
    /// As `prefect deployment build` of 2.7 writes it, edited as the course does.
    static let prefect2 = """
        ###
        ### A complete description of a Prefect Deployment for flow 'etl-parent-flow'
        ###
        name: Parameterized ETL
        description: null
        version: 3a9f1c0de4b7a6513c2f8e90d1b4a7c6
        # The work queue that will handle this deployment's runs
        work_queue_name: default
        tags: []
        parameters: {"color":"yellow","months":[1,2,3],"year":2021}
        schedule:
          cron: 0 7 2 * *
          timezone: Europe/Berlin
          day_or: true
        is_schedule_active: true
        infra_overrides:
          env.LOG_LEVEL: debug
          auto_remove: true
        infrastructure:
          type: docker-container
          env: {}
          labels: {}
          name: null
          command: null
          image: taxi:latest
          image_pull_policy: ALWAYS
          image_registry: null
          networks: []
          network_mode: bridge
          auto_remove: false
          volumes: []
          stream_output: true
          block_type_slug: docker-container
          _block_type_slug: docker-container

        ###
        ### DO NOT EDIT BELOW THIS LINE
        ###
        flow_name: etl-parent-flow
        manifest_path: null
        storage: null
        path: /home/ann/flows
        entrypoint: parameterized_flow.py:etl_parent_flow
        parameter_openapi_schema:
          title: Parameters
          type: object
          properties:
            months:
              title: months
              default:
              - 1
              - 2
              position: 0
              type: array
              items:
                type: integer
            year:
              title: year
              default: 2021
              position: 1
              type: integer
            color:
              title: color
              default: yellow
              position: 2
              type: string
          required: null
          definitions: null
        timestamp: '2023-01-29T11:00:00.000000+00:00'
        triggers: []

        """

    /// As `prefect.yaml` of 3.x is.
    static let prefect3 = """
        name: flows
        prefect-version: 3.1.0
        build: null
        push: null
        pull:
        - prefect.deployments.steps.set_working_directory:
            directory: /opt/flows
        definitions:
          tags: &common [etl, taxi]
        deployments:
        - name: nightly
          version: null
          tags: *common
          concurrency_limit: {limit: 2, collision_strategy: CANCEL_NEW, grace_period_seconds: 60}
          flow_name: etl-parent-flow
          entrypoint: flows.py:etl_parent_flow
          parameters: {}
          work_pool:
            name: docker-pool
            work_queue_name: nightly
            job_variables: {image: taxi:latest, mem_limit: 2g, env: {MODE: dry}}
          schedules:
          - {cron: "0 3 * * *", timezone: UTC, active: false, slug: night}
          - {interval: 3600, anchor_date: "2023-01-01T00:00:00+00:00", timezone: UTC}
          sla:
          - {name: slow, duration: 600, severity: high}

        """

    /// Most keys of our own.
    static let own = """
        variables:
          image: ${IMAGE:-taxi:latest}
          zone: Europe/Berlin
        deployments:
          - name: green-lake
            description: |
              Green trips,
              month by month.
            version: 1.10
            tags: [lake, 2020, yes]
            flow: etl_web_to_gcs
            image: ${var.image}
            parameters: {color: green, month: 7, folder: "{{ data_interval_start | date: \\"%Y-%m\\" }}", price: $$5}
            work_queue: nightly
            priority: 5
            requires: {gpu: true}
            concurrency_limit: 3
            collision_strategy: cancel-new
            schedules:
              - {cron: "0 7 2 * *", timezone: "${var.zone}", overlap: buffer_one, catchup_window: 2d}
              - {slug: often, interval: 1h30m, parameters: {month: 1}}
            paused: true
            infrastructure: {type: docker, block: big, memory: 2g, env: {A: 1}}
            infra_overrides: {cpus: 1.5, env.B: on, env.C: null}
            retries: 3
            retry_delay_seconds: 1m
            retry_on: [failed, 137]
            timeout_seconds: PT2H
            sla: {late_after: 15m}
            deadline: 2h
            enforce_parameter_schema: false
            run_name: "{{ color }}-{{ month }}"
            depends_on_past: true
            source: https://example.org/flows.git@main:config
          - {name: hello, image: "debian:bookworm-slim", command: [echo, hi], infrastructure: process}

        """

    static func read(_ text: String, environment: [String: String] = [:]) throws(FileProblems) -> DeploymentFile {
        try DeploymentFile(Array(text.utf8), name: "lake.yaml", environment: environment)
    }

    /// What a file says is wrong, a line each; empty where nothing is.
    static func problems(_ text: String, environment: [String: String] = [:]) -> [String] {
        do throws(FileProblems) {
            _ = try read(text, environment: environment)
            return []
        } catch {
            return error.description.split(separator: "\n").map(String.init)
        }
    }

    /// The documents of a file as JSON.
    static func json(_ text: String) throws -> [JSONValue] {
        var problems: [FileProblem] = []
        let documents = try YAMLDocuments.read(Array(text.utf8), problems: &problems)
        var reader = ShapeReader()
        return documents.compactMap { reader.read($0, as: .any, at: "") }
    }
}
