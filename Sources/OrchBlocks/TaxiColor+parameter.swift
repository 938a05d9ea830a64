public import Orch
public import OrchETL

extension TaxiColor: ParameterValue {}
