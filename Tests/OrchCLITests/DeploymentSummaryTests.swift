import OrchModel
import Testing

@testable import OrchCLI

struct DeploymentSummaryTests {
    private func schedule(_ cron: String, isActive: Bool = true) -> Schedule {
        let at = Timestamp(microseconds: 0)
        return Schedule(
            id: .new(), deploymentID: .new(), deploymentName: "d", flowName: "f",
            spec: ScheduleSpec(rule: .cron(cron), timezone: "Europe/Berlin"), isActive: isActive,
            isDeploymentPaused: false, createdAt: at, updatedAt: at)
    }

    @Test("the schedules are those that the deployment has, and those of its content where an older version is shown")
    func schedules() {
        var deployment = Sample.deployment("i", .command, updated: 0)
        deployment.schedules = [ScheduleSpec(rule: .cron("0 1 * * *"))]
        #expect(DeploymentSummary(deployment: deployment).scheduleText == "cron 0 1 * * *")
        #expect(DeploymentSummary(deployment: deployment, schedules: []).scheduleText == nil)
        let standing = [schedule("0 2 * * *"), schedule("0 3 * * *", isActive: false)]
        deployment.isPaused = true
        #expect(
            DeploymentSummary(deployment: deployment, schedules: standing).scheduleText
                == "paused; cron 0 2 * * * Europe/Berlin; cron 0 3 * * * Europe/Berlin (off)")
    }
}
