public import Orch
public import OrchETL

extension BadRecordPolicy: ParameterValue {}
extension DriftPolicy: ParameterValue {}
extension SchemaEvolution: ParameterValue {}
extension WriteMode: ParameterValue {}
