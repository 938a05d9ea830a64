// Flow authors import one module: parameter schemas, identifiers, times and typed blocks come with it.
@_exported public import OrchModel
