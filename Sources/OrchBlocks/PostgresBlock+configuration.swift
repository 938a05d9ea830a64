package import OrchModel
package import Postgres

extension PostgresBlock {
    /// How to connect to the database.
    package var configuration: PostgresConfiguration {
        PostgresConfiguration(
            host: host, port: port ?? 5432, user: user, password: password.map { PostgresPassword($0.reveal()) },
            database: database, sslMode: sslmode)
    }
}
