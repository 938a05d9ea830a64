import CCurl

/// What the engine's thread does: take orders, let libcurl work, hand results on, sleep. Never leaves its thread.
final class EngineLoop {
    /// The longest sleep; orders and sockets end it at once.
    private static let longestPoll: Duration = .seconds(600)

    private let multi: MultiHandle
    private let engine: CurlEngine
    private let configuration: HTTPClientConfiguration
    private var exchanges: [ObjectIdentifier: EasyExchange] = [:]

    init(multi: MultiHandle, configuration: HTTPClientConfiguration, engine: CurlEngine) {
        self.multi = multi
        self.configuration = configuration
        self.engine = engine
        let connections = configuration.maxConnectionsPerHost
        _ = orch_curl_multi_setopt_long(multi.pointer, CURLMOPT_MAX_HOST_CONNECTIONS, connections)
        _ = orch_curl_multi_setopt_long(multi.pointer, CURLMOPT_MAXCONNECTS, configuration.maxPooledConnections)
    }

    /// Runs until the engine is shut down.
    func run() {
        while true {
            let orders = engine.takeOrders()
            for command in orders.commands { obey(command) }
            if orders.isShuttingDown { break }
            var running: Int32 = 0
            curl_multi_perform(multi.pointer, &running)
            reapFinished()
            let wait = settleTimers()
            for exchange in exchanges.values where exchange.hasNews { exchange.deliver() }
            curl_multi_poll(multi.pointer, nil, 0, wait, nil)
        }
        for exchange in exchanges.values { end(exchange, with: .shutDown) }
        engine.closeInbox()
        curl_multi_cleanup(multi.pointer)
    }

    private func obey(_ command: CurlEngine.Command) {
        switch command {
        case .start(let transfer):
            begin(transfer)
        case .abort(let transfer):
            if let exchange = exchanges[ObjectIdentifier(transfer)] { end(exchange, with: .cancelled) }
        case .resumeReceiving(let transfer):
            exchanges[ObjectIdentifier(transfer)]?.resume(receiving: true)
        case .resumeSending(let transfer):
            exchanges[ObjectIdentifier(transfer)]?.resume(sending: true)
        }
    }

    private func begin(_ transfer: Transfer) {
        guard !transfer.hasEnded else { return }
        do throws(HTTPClientError) {
            let exchange = try EasyExchange(transfer: transfer, configuration: configuration)
            let code = curl_multi_add_handle(multi.pointer, exchange.handle)
            guard code == CURLM_OK else {
                exchange.release()
                throw .other(code: code.rawValue, message: String(cString: curl_multi_strerror(code)))
            }
            exchanges[ObjectIdentifier(transfer)] = exchange
        } catch {
            transfer.finish(error)
        }
    }

    private func reapFinished() {
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(multi.pointer, &remaining) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
            let result = orch_curl_message_result(message)
            guard let exchange = EasyExchange.of(handle) else { continue }
            end(exchange, with: exchange.failure(for: result))
        }
    }

    /// Ends what took too long and returns the milliseconds until the next look is due.
    private func settleTimers() -> Int32 {
        let now = ContinuousClock.now
        var next = now.advanced(by: Self.longestPoll)
        for exchange in exchanges.values {
            guard let (due, error) = exchange.nextTimeout() else { continue }
            if due <= now { end(exchange, with: error) } else { next = min(next, due) }
        }
        let milliseconds = now.duration(to: next) / .milliseconds(1)
        return Int32(milliseconds.rounded(.up))
    }

    private func end(_ exchange: EasyExchange, with failure: HTTPClientError?) {
        curl_multi_remove_handle(multi.pointer, exchange.handle)
        exchanges[ObjectIdentifier(exchange.transfer)] = nil
        exchange.release()
        exchange.transfer.finish(failure)
    }
}
