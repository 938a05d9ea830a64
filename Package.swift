// swift-tools-version: 6.2
import PackageDescription

/// Rules that every target of ours is built with.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// How the programs are linked where they are optimized: to a fixed address, which spares each start some 58,000 corrections
/// of addresses, and the pages that they are made in.
let programLinking: [LinkerSetting] = [
    .unsafeFlags(["-Xclang-linker", "-no-pie"], .when(platforms: [.linux], configuration: .release))
]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
    name: "orch",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "orch", targets: ["OrchCLI"]),
        .executable(name: "taxi", targets: ["Taxi"]),
        .library(name: "Orch", targets: ["Orch"]),
        .library(name: "OrchETL", targets: ["OrchETL"]),
        .library(name: "OrchBlocks", targets: ["OrchBlocks"]),
        .library(name: "OrchTesting", targets: ["OrchTesting"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // libcurl, found by pkg-config; variadic calls wrapped for Swift.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        // libpq, found by pkg-config.
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        // zlib, found by pkg-config.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // libdeflate, found by pkg-config: gzip of whole Parquet pages.
        .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        // ISA-L, found by pkg-config: gzip of streams, read; CRC-32C.
        .systemLibrary(name: "CIsal", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
        // snappy's C interface, found by pkg-config: Parquet pages.
        .systemLibrary(name: "CSnappy", pkgConfig: "snappy", providers: [.apt(["libsnappy-dev"])]),
        // Zstandard, found by pkg-config: Parquet pages.
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

        // A thread of its own for calls that block.
        .target(name: "Threads"),
        // The rules of time zones, read from the system's database.
        .target(name: "TimeZones"),
        // HTTP over TCP, TLS or a unix socket; bodies stream both ways; one multi handle on its own thread.
        .target(name: "CurlTransport", dependencies: ["Threads", "CCurl"]),
        // libpq: connect, query, COPY in; no SQL of its own.
        .target(name: "Postgres", dependencies: ["CLibpq"]),
        // Columns, schemas, CSV, gzip, Parquet: bytes to columns and back; opens no file, no socket.
        .target(name: "TableFormats", dependencies: ["CZlib", "CDeflate", "CIsal", "CSnappy", "CZstd"]),
        // Values that all sides exchange: states, parameters, blocks, descriptions, the run stream; no I/O.
        .target(name: "OrchModel", dependencies: ["TimeZones", crypto]),
        // Log lines packed in segments, and reports that carry them: bytes to values and back.
        .target(name: "LogSegments", dependencies: ["OrchModel", "CZstd"]),

        // Files that say deployments: YAML to values and back; opens no file.
        .target(name: "DeploymentFiles", dependencies: ["OrchModel", yams]),
        // The Docker Engine API, one function per endpoint; knows nothing of flows.
        .target(name: "DockerEngine", dependencies: ["CurlTransport"]),
        // Google tokens, Cloud Storage, BigQuery.
        .target(name: "GoogleCloud", dependencies: ["CIsal", "CurlTransport", crypto, cryptoExtras]),
        // Typed client of orch's own API.
        .target(name: "OrchClient", dependencies: ["CurlTransport", "OrchModel"]),
        // The store protocol, and the store in SQLite and PostgreSQL.
        .target(name: "OrchStore", dependencies: ["OrchModel", "LogSegments", "Postgres", grdb]),

        // The SDK flow authors import: flows, parameters, tasks, the run stream.
        .target(
            name: "Orch",
            dependencies: [
                "Threads", "TimeZones", "OrchModel", "OrchClient", "CurlTransport", argumentParser, crypto,
            ]
        ),
        // Sources, sinks and the pipeline between them; works in a plain script.
        .target(
            name: "OrchETL",
            dependencies: ["Threads", "TableFormats", "CurlTransport", "GoogleCloud", "Postgres", crypto]
        ),
        // Start, follow, wait for, stop and adopt one container, or one process, per flow run.
        .target(name: "OrchInfrastructure", dependencies: ["Threads", "OrchModel", "DockerEngine", crypto]),

        // What typed blocks yield to flow authors: configured clients, sinks and the parameters that name them.
        .target(
            name: "OrchBlocks",
            dependencies: ["OrchModel", "Orch", "OrchETL", "CurlTransport", "GoogleCloud", "Postgres"]),
        // For flow authors' tests: run a flow in memory, on a controlled clock.
        .target(name: "OrchTesting", dependencies: ["OrchModel", "Orch"]),
        // Claim, launch, forward, reconcile.
        .target(
            name: "OrchAgent",
            dependencies: ["OrchModel", "LogSegments", "OrchClient", "OrchInfrastructure", logging, lifecycle]
        ),
        // API routes, authentication, claims.
        .target(
            name: "OrchServer",
            dependencies: [
                "TimeZones", "OrchModel", "LogSegments", "OrchStore", hummingbird, logging, lifecycle, crypto,
            ]
        ),

        // Product `orch`: the one place where parts are chosen and joined.
        .executableTarget(
            name: "OrchCLI",
            dependencies: [
                "OrchModel", "OrchClient", "OrchStore", "OrchServer", "OrchAgent", "OrchInfrastructure",
                "DeploymentFiles", "DockerEngine", "CurlTransport", argumentParser, logging, lifecycle, unixSignals,
            ],
            linkerSettings: programLinking
        ),
        // Product `taxi`: the flows of the flow image.
        .executableTarget(
            name: "Taxi",
            dependencies: [
                "Orch", "OrchModel", "OrchETL", "OrchBlocks", "GoogleCloud", "Postgres", "TableFormats",
                "CurlTransport", argumentParser,
            ],
            linkerSettings: programLinking
        ),

        // The flow program that scripts/chaos does its chaos to.
        .executableTarget(name: "ChaosFlow", dependencies: ["Orch"], path: "Tests/ChaosFlow"),
        // What several test targets need: judges of our files, servers to be tested against, folders.
        .target(name: "TestSupport", path: "Tests/TestSupport", exclude: ["Judges"]),

        // Agents and controllers on a virtual clock, with everything that may go wrong around them.
        .target(
            name: "Simulation",
            dependencies: [
                "OrchModel", "OrchStore", "OrchServer", "OrchInfrastructure", "OrchAgent", "Threads", logging,
            ],
            path: "Tests/Simulation"
        ),
        // Lives as many histories of it as wanted; a program of its own, for tests are not optimized.
        .executableTarget(
            name: "orch-simulation", dependencies: ["Simulation"], path: "Tests/SimulationProgram"),

        .testTarget(name: "ThreadsTests", dependencies: ["Threads"]),
        .testTarget(name: "TimeZonesTests", dependencies: ["TimeZones", "TestSupport"]),
        .testTarget(name: "CurlTransportTests", dependencies: ["CurlTransport"]),
        .testTarget(name: "PostgresTests", dependencies: ["Postgres", "TestSupport"]),
        .testTarget(name: "TableFormatsTests", dependencies: ["TableFormats", "TestSupport"]),
        .testTarget(name: "OrchModelTests", dependencies: ["OrchModel", "TimeZones", "TestSupport"]),
        .testTarget(name: "LogSegmentsTests", dependencies: ["LogSegments", "OrchModel", "TestSupport"]),
        .testTarget(name: "DeploymentFilesTests", dependencies: ["DeploymentFiles", "OrchModel", "TestSupport"]),
        .testTarget(name: "DockerEngineTests", dependencies: ["DockerEngine", "CurlTransport"]),
        .testTarget(name: "GoogleCloudTests", dependencies: ["GoogleCloud", "CurlTransport", cryptoExtras]),
        .testTarget(name: "OrchClientTests", dependencies: ["OrchClient", "OrchModel", "CurlTransport"]),
        .testTarget(
            name: "OrchStoreTests",
            dependencies: ["OrchStore", "OrchModel", "LogSegments", "Postgres", "TestSupport", grdb]
        ),
        .testTarget(
            name: "OrchTests",
            dependencies: [
                "Orch", "OrchTesting", "OrchModel", "OrchClient", "CurlTransport", "Threads", "TestSupport",
            ]),
        .testTarget(name: "OrchTestingTests", dependencies: ["OrchTesting", "Orch", "OrchModel", "TestSupport"]),
        // What the articles of the documentation show, compiled and run.
        .testTarget(
            name: "ArticleTests",
            dependencies: ["Orch", "OrchTesting", "OrchModel", "OrchBlocks", "OrchETL", "TestSupport"]),
        .testTarget(
            name: "OrchETLTests",
            dependencies: [
                "OrchETL", "Threads", "TableFormats", "CurlTransport", "GoogleCloud", "Postgres", "TestSupport", crypto,
            ]
        ),
        .testTarget(
            name: "OrchInfrastructureTests",
            dependencies: ["OrchInfrastructure", "OrchModel", "DockerEngine", "TestSupport"]),
        .testTarget(
            name: "OrchAgentTests",
            dependencies: [
                "OrchAgent", "OrchModel", "LogSegments", "OrchInfrastructure", "OrchClient", "CurlTransport", logging,
                lifecycle,
            ]
        ),
        .testTarget(
            name: "OrchServerTests",
            dependencies: [
                "OrchServer", "OrchStore", "OrchModel", "LogSegments", "OrchClient", "OrchInfrastructure", "OrchAgent",
                "CurlTransport", "TestSupport", "ChaosFlow", grdb, logging, lifecycle,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ]
        ),
        .testTarget(name: "SimulationTests", dependencies: ["Simulation"]),
        .testTarget(
            name: "OrchCLITests",
            dependencies: [
                "OrchCLI", "OrchModel", "OrchClient", "OrchServer", "DeploymentFiles", "CurlTransport", "TestSupport",
                argumentParser, logging, lifecycle,
            ]),
        .testTarget(
            name: "OrchBlocksTests",
            dependencies: ["OrchBlocks", "Orch", "OrchModel", "GoogleCloud", "Postgres", "TestSupport"]),
        .testTarget(
            name: "TaxiTests",
            dependencies: [
                "Taxi", "Threads", "Orch", "OrchTesting", "OrchModel", "OrchETL", "CurlTransport", "TableFormats",
                "TestSupport",
            ]),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "OrchModel", "LogSegments", "OrchClient", "OrchStore", "OrchInfrastructure", "OrchAgent", "OrchServer",
                "DockerEngine", "CurlTransport", "Postgres", "GoogleCloud", "TestSupport", "ChaosFlow", "Orch",
                "OrchBlocks", "OrchCLI", logging, lifecycle, crypto,
            ],
            exclude: ["Judges"]
        ),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = settings
}
