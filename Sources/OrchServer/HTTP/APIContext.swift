import Hummingbird

/// What belongs to one request while it is handled.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Who sent it; set before any handler runs.
    var principal: Principal?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}
